"""A conversation over the fake LINE in the terminal, to try the product as a LINE user without an account.

usage: python -m tests.line_api [SERVER_URL]      (default http://127.0.0.1:8000)

Starts the fake LINE and says with which settings to start `sodan serve`; then every line is sent as a LINE message,
and what the user's phone would show is printed. A line that begins with ! taps a button by its action (!connect).
"""

import json
import sys
import threading
import time
import urllib.request
from typing import Any

import click

from tests.line_api import FakeLine, events, headers

USER = events.user_id(1)


def main() -> None:
    """Runs until the end of input."""
    server = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000"
    with FakeLine() as line:
        account = line.account
        click.echo(f"偽の LINE: {line.url}  次の設定で始めてください:")
        click.echo(f"  SODAN_LINE_API_URL={line.url} SODAN_LINE_ACCESS_TOKEN={account.access_token} \\")
        click.echo(f"  SODAN_LINE_CHANNEL_SECRETS='[\"{account.channel_secret}\"]' make run")
        click.echo("書いた行を LINE のメッセージとして送ります(!connect のように ! で始めるとボタンを押します)。")
        threading.Thread(target=_show, args=(line,), daemon=True).start()
        for words in sys.stdin:
            _send(line, server, words.strip())
        time.sleep(2)


def _send(line: FakeLine, server: str, words: str) -> None:
    action = words.removeprefix("!")
    made = events.event("postback", USER, postback={"data": action}) if words != action else events.text(USER, words)
    body = json.dumps({"destination": line.account.user_id, "events": [line.issue(made)]}).encode()
    request = urllib.request.Request(f"{server}/line/webhook", body, headers(line.account.channel_secret, body))
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            answer.read()
    except OSError as error:
        click.echo(f"(届きませんでした: {error})")


def _show(line: FakeLine) -> None:
    shown = 0
    while True:
        for delivery in line.delivered(USER)[shown:]:
            shown += 1
            for message in delivery.messages:
                click.echo(f"[{delivery.via}] {_words(message)}")
        time.sleep(0.2)


def _words(message: Any) -> str:
    sender = message.get("sender", {}).get("name", "")
    buttons = [item["action"] for item in message.get("quickReply", {}).get("items", [])]
    taps = "".join(f"\n    <{one.get('label')}> !{one.get('data', '')}" for one in buttons)
    return f"{sender + ': ' if sender else ''}{message.get('text') or message.get('altText')}{taps}"


if __name__ == "__main__":
    main()

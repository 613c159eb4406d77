"""Whether an official account is set up so that the bot can answer: what LINE tells, judged for an operator. Pure."""

import enum
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

WEBHOOK_PATH = "/line/webhook"
_CONSOLE = "LINE Developers の「Messaging API設定」"

# What no API tells or changes. LINE docs, "Building a bot": greetings and auto-replies are on by default.
BY_HAND = (
    "あいさつメッセージ: オフ(「設定」の「応答設定」。友だち追加のあいさつは Sodan が送ります)",
    "応答メッセージ: オフ(「設定」の「応答設定」。オンのままだと二重に答えます)",
    "Webhook: オン(「設定」の「応答設定」。オフだと Sodan に何も届きません)",
    "グループトークへの参加: 許可しない(「設定」の「アカウント設定」。相談の内容を守るため)",
    f"Webhook の再送: オン({_CONSOLE}。止まっていた間の発話が、あとから届きます)",
)

_CAUSES = {
    "COULD_NOT_CONNECT": "LINE からつながりません。DNS、ファイアウォール、認証局の証明書(TLS 1.2以上)を確かめてください",
    "REQUEST_TIMEOUT": "2秒のうちに応答がありません。Sodan とリバースプロキシが動いているか確かめてください",
}
_STATUSES = {
    400: "署名が合いません。SODAN_LINE_CHANNEL_SECRETS がこのチャネルのものか、プロキシが本文を変えていないか確かめてください",
    404: f"そこに Sodan の webhook がありません。アドレスの終わりが {WEBHOOK_PATH} か、SODAN_LINE_CHANNEL_SECRETS を入れて起動しているか確かめてください",
    502: "プロキシの後ろで Sodan が動いていません",
    503: "Sodan が記録を書けません。ディスクの空きとデータベースを確かめてください",
}


class Kind(enum.StrEnum):
    """How a finding is to be taken."""

    RIGHT = "正常"
    WRONG = "誤り"
    NOTE = "注意"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    kind: Kind
    subject: str
    words: str


@dataclass(frozen=True, slots=True)
class BotFacts:
    """Who a token belongs to; `is_chat_on`: staff may answer by hand as well."""

    name: str
    basic_id: str
    user_id: str
    is_chat_on: bool


@dataclass(frozen=True, slots=True)
class WebhookFacts:
    """Where LINE delivers events, and whether it does."""

    url: str
    is_active: bool


@dataclass(frozen=True, slots=True)
class WebhookTrial:
    """What came of LINE's own call of the webhook; `status` is 0 or less without an answer."""

    is_success: bool
    status: int
    reason: str
    detail: str


def judge_bot(bot: BotFacts) -> Iterator[Finding]:
    """The token works; what the chat setting means."""
    yield Finding(Kind.RIGHT, "アクセストークン", f"使えます。{bot.name}({bot.basic_id}、{bot.user_id})")
    if bot.is_chat_on:
        words = "オンです。担当者が Official Account Manager から手で送った返事は、Sodan の記録に残りません"
        yield Finding(Kind.NOTE, "チャット", words)
    else:
        yield Finding(Kind.RIGHT, "チャット", "オフです。返事は Sodan だけがします")


def judge_webhook(webhook: WebhookFacts | None) -> Iterator[Finding]:
    """Whether events reach us at all."""
    if webhook is None:
        words = f"まだありません。{_CONSOLE}に https://あなたのホスト{WEBHOOK_PATH} を入れてください"
        yield Finding(Kind.WRONG, "Webhook のアドレス", words)
        return
    if urlsplit(webhook.url).path.endswith(WEBHOOK_PATH):
        yield Finding(Kind.RIGHT, "Webhook のアドレス", webhook.url)
    else:
        words = f"{webhook.url} は {WEBHOOK_PATH} で終わりません。プロキシで読み替えていなければ誤りです"
        yield Finding(Kind.NOTE, "Webhook のアドレス", words)
    if webhook.is_active:
        yield Finding(Kind.RIGHT, "Webhook の利用", "オンです")
    else:
        yield Finding(Kind.WRONG, "Webhook の利用", f"オフです。{_CONSOLE}で「Webhookの利用」をオンにしてください")


def judge_trial(trial: WebhookTrial) -> Finding:
    """What LINE's own call came to, with where to look."""
    subject = "LINE からの試しの呼び出し"
    if trial.is_success:
        return Finding(Kind.RIGHT, subject, f"届きました({trial.status})")
    advice = _CAUSES.get(trial.reason) or _STATUSES.get(trial.status) or "Sodan とプロキシのログを確かめてください"
    told = "、".join(filter(None, (trial.reason, str(trial.status) if trial.status > 0 else "", trial.detail)))
    return Finding(Kind.WRONG, subject, f"{advice}(LINE の答え: {told})")

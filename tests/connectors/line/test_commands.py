"""`sodan line` as a shell sees it, against the fake LINE through the real SDK."""

import datetime
import io
import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from bot.conversation import State, Utterance
from bot.engine import Engine
from connectors.line.inspecting import BY_HAND, BotFacts, Kind, WebhookFacts, judge_bot, judge_trial, judge_webhook
from connectors.line.inspecting import WebhookTrial as Trial
from connectors.line.limit_richmenu import LARGEST_IMAGE, rich_menu_violations
from connectors.line.menu_cells import CELLS, NAME_PREFIX, boxes, menu
from connectors.line.parsing import parse_event
from connectors.line.quota import TOKYO, Quota
from tests.connectors.line.conftest import SECRET, Line
from tests.line_api import FakeLine, events, faults
from tests.line_api.http import LineError

COMMAND = Path(sys.executable).with_name("sodan")
NOON = datetime.datetime(2026, 11, 20, 12, 0, tzinfo=TOKYO)
INFO, TRIAL = "/v2/bot/info", "/v2/bot/channel/webhook/test"
CREATE, CONTENT, DEFAULT = "/v2/bot/richmenu", "/v2/bot/richmenu/*/content", "/v2/bot/user/all/richmenu/*"

Done = subprocess.CompletedProcess[str]
Run = Callable[..., Done]

has_japanese_font = bool(
    shutil.which("fc-list") and subprocess.run(["fc-list", ":lang=ja"], capture_output=True, check=False).stdout.strip()
)
draws = pytest.mark.skipif(not has_japanese_font, reason="no Japanese font on this machine")


@pytest.fixture
def fake() -> Iterator[FakeLine]:
    """An official account of its own for each test."""
    with FakeLine(channel_secret=SECRET) as made:
        yield made


@pytest.fixture
def sodan(fake: FakeLine, tmp_path: Path) -> Run:
    """Runs `sodan line` in an empty folder, set up for the fake LINE; keyword arguments change SODAN_… variables."""

    def run(*arguments: object, **settings: str) -> Done:
        wanted = {
            "line_access_token": fake.account.access_token,
            "line_api_url": fake.url,
            "line_channel_secrets": json.dumps([SECRET]),
        }
        theirs = {f"SODAN_{name.upper()}": value for name, value in (wanted | settings).items() if name.islower()}
        others = {name: value for name, value in settings.items() if name.isupper()}
        return subprocess.run(
            [COMMAND, "line", *map(str, arguments)],
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
            cwd=tmp_path,
            env={**os.environ, "PYTHONUTF8": "1", **theirs, **others},
            timeout=60,
        )

    return run


def one_line(done: Done, status: int) -> str:
    """The one line on stderr of a command that ended with `status`."""
    assert (done.returncode, len(done.stderr.splitlines())) == (status, 1), done.stderr
    return done.stderr.strip()


# check


def kinds(done: Done) -> dict[str, str]:
    """What `check` says of each subject."""
    rows = (line.split(": ")[0].split(" ", 1) for line in done.stdout.splitlines() if line.startswith(tuple(Kind)))
    return {subject: kind for kind, subject in rows}


def test_check_finds_all_right_and_tells_what_to_switch_by_hand(sodan: Run, fake: FakeLine, line: Line) -> None:
    fake.account.webhook_url = f"{line.server.url}/line/webhook"

    done = sodan("check")

    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert set(kinds(done).values()) == {"正常"}
    assert f"経営相談(@216ruxyz、{fake.account.user_id})" in done.stdout
    assert fake.account.webhook_url in done.stdout
    assert [item for item in BY_HAND if f"・{item}" not in done.stdout] == []
    assert all(any(word in item for item in BY_HAND) for word in ("あいさつ", "応答メッセージ", "Webhook", "グループ"))


def test_check_finds_a_secret_of_another_channel(sodan: Run, fake: FakeLine, line: Line) -> None:
    fake.account.webhook_url, fake.account.channel_secret = f"{line.server.url}/line/webhook", "another"

    done = sodan("check")

    assert done.returncode == 1
    assert "誤り LINE からの試しの呼び出し: 署名が合いません。SODAN_LINE_CHANNEL_SECRETS" in done.stdout


def test_check_finds_no_webhook_address(sodan: Run, fake: FakeLine) -> None:
    done = sodan("check")

    assert done.returncode == 1
    assert kinds(done)["Webhook のアドレス"] == "誤り"
    assert fake.sent_to(TRIAL) == []


def test_check_finds_a_webhook_that_is_switched_off_and_out_of_reach(sodan: Run, fake: FakeLine) -> None:
    fake.account.webhook_url, fake.account.webhook_active = "http://127.0.0.1:9/line/webhook", False
    fake.account.chat_mode = "chat"

    done = sodan("check")

    assert done.returncode == 1
    assert kinds(done) == {
        "アクセストークン": "正常",
        "チャット": "注意",
        "Webhook のアドレス": "正常",
        "Webhook の利用": "誤り",
        "LINE からの試しの呼び出し": "誤り",
    }
    assert "COULD_NOT_CONNECT" in done.stdout


def test_check_finds_a_wrong_token(sodan: Run) -> None:
    done = sodan("check", line_access_token="stale")

    assert (done.returncode, done.stderr) == (1, "")
    assert "誤り LINE との通信: アクセストークンが正しくありません(SODAN_LINE_ACCESS_TOKEN" in done.stdout
    assert BY_HAND[0] in done.stdout


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (faults.status(500), "障害"),
        (faults.shift_jis(), "読み取れません"),
        (faults.drop(), "つながりません"),
        (faults.Fault(response=LineError(200, "chatMode: new").response()), "読み取れません"),
    ],
    ids=["500", "shift_jis", "dropped", "unknown answer"],
)
def test_check_tells_what_is_wrong_with_line(sodan: Run, fake: FakeLine, fault: faults.Fault, said: str) -> None:
    fake.always(INFO, fault)

    done = sodan("check")

    assert (done.returncode, done.stderr) == (1, "")
    assert said in done.stdout


@pytest.mark.parametrize("command", ["check", "quota", "richmenu"])
def test_line_out_of_reach_is_told(sodan: Run, picture: Path, command: str) -> None:
    arguments = ("--image", picture) if command == "richmenu" else ()

    done = sodan(command, *arguments, line_api_url="http://127.0.0.1:9")

    assert "LINE につながりません" in (done.stdout if command == "check" else one_line(done, 1))
    assert done.returncode == 1


@pytest.mark.parametrize(
    ("command", "settings", "named"),
    [
        ("check", {"line_access_token": "", "line_channel_secrets": "[]"}, {"ACCESS_TOKEN", "CHANNEL_SECRETS"}),
        ("check", {"line_channel_secrets": '[""]'}, {"CHANNEL_SECRETS"}),
        ("check", {"line_channel_secrets": "hidden-secret"}, {"CHANNEL_SECRETS"}),
        ("check", {"line_channel_secrets": '{"hidden-secret": 1}'}, {"CHANNEL_SECRETS"}),
        ("quota", {"line_access_token": ""}, {"ACCESS_TOKEN"}),
        ("quota", {"line_access_token": "hidden-secret\u3000"}, {"ACCESS_TOKEN"}),
    ],
)
def test_a_setting_that_is_missing_or_unfit_is_named_and_never_shown(
    sodan: Run, command: str, settings: dict[str, str], named: set[str]
) -> None:
    message = one_line(sodan(command, **settings), 2)

    assert {name for name in ("ACCESS_TOKEN", "CHANNEL_SECRETS") if f"SODAN_LINE_{name}" in message} == named
    assert "hidden-secret" not in message


@pytest.mark.parametrize(
    ("trial", "said"),
    [
        (Trial(False, 404, "ERROR_STATUS_CODE", "404"), "/line/webhook"),
        (Trial(False, 502, "ERROR_STATUS_CODE", "502"), "プロキシ"),
        (Trial(False, 503, "ERROR_STATUS_CODE", "503"), "ディスク"),
        (Trial(False, 0, "REQUEST_TIMEOUT", "Request timeout"), "2秒"),
        (Trial(False, 0, "COULD_NOT_CONNECT", "TLS handshake failure"), "証明書"),
        (Trial(False, -1, "UNCLASSIFIED", "?"), "ログ"),
    ],
)
def test_a_trial_that_fails_says_where_to_look(trial: Trial, said: str) -> None:
    finding = judge_trial(trial)

    assert finding.kind is Kind.WRONG
    assert said in finding.words
    assert trial.reason in finding.words


def test_an_address_with_another_path_and_a_chat_that_is_on_are_pointed_out() -> None:
    assert [one.kind for one in judge_bot(BotFacts("a", "@a", "U", is_chat_on=True))] == [Kind.RIGHT, Kind.NOTE]
    assert next(judge_webhook(WebhookFacts("https://example.jp/hook", is_active=True))).kind is Kind.NOTE


# richmenu


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    """An operator's own picture."""
    return made_picture(tmp_path / "own.png", 1200, 810)


def made_picture(path: Path, width: int, height: int) -> Path:
    Image.new("RGB", (width, height), "#0017C1").save(path)
    return path


def place_menu(fake: FakeLine, name: str) -> str:
    """A menu that is there already; its id."""
    from tests.line_api.account import Menu

    menu_id = f"richmenu-{len(fake.account.menus)}"
    fake.account.menus[menu_id] = Menu(menu(2500, 1686, NOON) | {"name": name}, b"\x89PNG", "image/png")
    return menu_id


@draws
def test_richmenu_draws_publishes_and_removes_our_old_ones_only(sodan: Run, fake: FakeLine) -> None:
    old, older = place_menu(fake, f"{NAME_PREFIX}2026-10-01"), place_menu(fake, f"{NAME_PREFIX}2026-09-01")
    foreign = place_menu(fake, "キャンペーン")
    fake.account.default_menu = old

    done = sodan("richmenu")

    assert (done.returncode, done.stderr) == (0, "")
    assert "2件を消しました" in done.stdout
    (ours,) = set(fake.account.menus) - {foreign}
    assert ours not in {old, older}
    assert fake.account.default_menu == ours
    placed = fake.account.menus[ours]
    assert rich_menu_violations(placed.content) == ()
    assert [area["action"]["label"] for area in placed.content["areas"]] == [cell.title for cell in CELLS]
    assert placed.content["areas"][0]["action"]["inputOption"] == "openKeyboard"
    assert Image.open(io.BytesIO(placed.image)).size == (2500, 1686)


def test_richmenu_takes_an_operators_picture_with_areas_of_its_size(sodan: Run, fake: FakeLine, tmp_path: Path) -> None:
    own = made_picture(tmp_path / "own.jpg", 1201, 811)

    done = sodan("richmenu", "--image", own)

    assert (done.returncode, done.stderr) == (0, "")
    (placed,) = fake.account.menus.values()
    assert (placed.image, placed.image_type) == (own.read_bytes(), "image/jpeg")
    assert rich_menu_violations(placed.content) == ()
    assert placed.content["size"] == {"width": 1201, "height": 811}


@pytest.mark.parametrize(
    ("path", "fault", "removed"),
    [
        (CREATE, faults.status(401), True),
        (CONTENT, faults.status(413), True),
        (DEFAULT, faults.status(429), True),
        (DEFAULT, faults.drop(accept=True), False),
    ],
    ids=["create refused", "upload refused", "default refused", "default accepted, then dropped"],
)
def test_the_old_menu_stays_where_the_new_one_cannot_be_placed(
    sodan: Run, fake: FakeLine, picture: Path, *, path: str, fault: faults.Fault, removed: bool
) -> None:
    """A new menu that may be what everybody sees is not removed; the next run does, once another is in its place."""
    old = place_menu(fake, f"{NAME_PREFIX}2026-10-01")
    fake.account.default_menu = old
    fake.always(path, fault)

    one_line(sodan("richmenu", "--image", picture), 1)

    assert old in fake.account.menus
    assert fake.account.default_menu in fake.account.menus
    assert (len(fake.account.menus) == 1) == removed


def test_an_old_menu_that_cannot_be_removed_is_told(sodan: Run, fake: FakeLine, picture: Path) -> None:
    old, gone = place_menu(fake, f"{NAME_PREFIX}1"), place_menu(fake, f"{NAME_PREFIX}2")
    fake.always(f"/v2/bot/richmenu/{old}", faults.status(429))
    fake.always(f"/v2/bot/richmenu/{gone}", faults.status(404))

    done = sodan("richmenu", "--image", picture)

    assert old in one_line(done, 1)
    assert fake.account.default_menu not in {"", old, gone}


@draws
def test_a_dry_run_only_draws(sodan: Run, fake: FakeLine, tmp_path: Path) -> None:
    done = sodan("richmenu", "--dry-run", "--out", "menu.png", line_access_token="", line_channel_secrets="")

    assert (done.returncode, done.stderr) == (0, "")
    drawn = tmp_path / "menu.png"
    assert drawn.stat().st_size < LARGEST_IMAGE / 4
    with Image.open(drawn) as image:
        assert (image.format, image.size) == ("PNG", (2500, 1686))
        full = image.convert("RGB")
    for cell, box in zip(CELLS, boxes(2500, 1686), strict=True):
        colours = Counter(full.crop(box).get_flattened_data())
        assert len(colours) > 8, cell.title
        assert colours.most_common(1)[0][0] == ((0, 23, 193) if cell.is_main else (255, 255, 255))
    assert not fake.requests


@pytest.mark.parametrize("lacking", ["font", "fontconfig"])
def test_a_machine_without_a_japanese_font_is_told_what_to_install(sodan: Run, tmp_path: Path, lacking: str) -> None:
    fonts = tmp_path / "fonts.conf"
    fonts.write_text(f"<fontconfig><dir>{tmp_path / 'none'}</dir></fontconfig>", encoding="utf-8")
    without = {"FONTCONFIG_FILE": str(fonts)} if lacking == "font" else {"PATH": str(tmp_path)}

    assert "apt-get install fonts-noto-cjk" in one_line(sodan("richmenu", **without), 2)


def test_pictures_beyond_lines_limits_are_refused_before_anything_is_sent(
    sodan: Run, fake: FakeLine, tmp_path: Path
) -> None:
    broken, text, huge = tmp_path / "broken.png", tmp_path / "text.png", tmp_path / "huge.png"
    broken.write_bytes(made_picture(tmp_path / "whole.png", 1200, 810).read_bytes()[:200])
    text.write_text("画像ではない", encoding="utf-8")
    huge.write_bytes(b"\0" * (LARGEST_IMAGE + 1))
    refused = {
        tmp_path / "lost.png": "読めません",
        text: "PNG か JPEG",
        broken: "壊れています",
        huge: "1,000,000バイトまで",
        made_picture(tmp_path / "narrow.png", 799, 500): "799×500",
        made_picture(tmp_path / "wide.png", 2501, 1686): "2501×1686",
        made_picture(tmp_path / "tall.png", 1200, 900): "1200×900",
        made_picture(tmp_path / "low.png", 1200, 249): "1200×249",
    }

    for path, said in refused.items():
        assert said in one_line(sodan("richmenu", "--image", path), 2)
    assert not fake.requests


@pytest.mark.parametrize(
    "arguments",
    [("--dry-run",), ("--out", "a.png"), ("--dry-run", "--out", "a.png", "--image", "b.png")],
)
def test_options_that_do_not_go_together_are_refused(sodan: Run, arguments: tuple[str, ...]) -> None:
    assert "--dry-run" in one_line(sodan("richmenu", *arguments), 2)


@pytest.mark.parametrize("size", [(2500, 1686), (1200, 810), (800, 250), (2500, 843), (1201, 811)])
def test_the_menu_is_within_lines_limits_and_its_cells_fill_it(size: tuple[int, int]) -> None:
    made = menu(*size, NOON)

    assert rich_menu_violations(made) == ()
    bounds = [area["bounds"] for area in made["areas"]]
    assert sum(box["width"] * box["height"] for box in bounds) == size[0] * size[1]


TAPS: dict[str, tuple[str, str]] = {
    "質問する": ("smalltalk", "そのまま書いてください"),
    "分野から探す": ("answer", "経営革新計画、共済"),
    "よくある質問": ("clarify", "補助金"),
    "専門家に相談": ("handoff", "相談員"),
    "受付時間・連絡先": ("answer", "9時から17時"),
    "使い方": ("smalltalk", "Q&A"),
}


@pytest.mark.parametrize("position", range(len(CELLS)), ids=[cell.title for cell in CELLS])
@pytest.mark.parametrize("is_typed", [False, True], ids=["tapped", "typed"])
def test_the_bot_understands_every_cell(engine: Engine, position: int, is_typed: bool) -> None:
    """A menu stays on phones: what it sends must keep its meaning. Its words do where no menu is shown (PC)."""
    action: dict[str, Any] = menu(2500, 1686, NOON)["areas"][position]["action"]
    owner = events.user_id(1)
    event = events.text(owner, action["displayText"]) if is_typed else events.postback(owner, action["data"])
    heard = parse_event(event, NOON).event
    assert isinstance(heard, Utterance)

    decision = engine.turn(State(), heard, NOON).decision

    expected, words = TAPS[action["label"]]
    offered = [decision.text, *(candidate.answer for candidate in decision.candidates)]
    assert decision.action == expected or (is_typed and decision.action == "choose"), decision
    assert any(words in text for text in offered)


# quota


def use(fake: FakeLine, limit: int | None, used: int) -> None:
    now = datetime.datetime.now(TOKYO)
    fake.account.quota = limit
    fake.account.counted[now.year, now.month] = used


@pytest.mark.parametrize(
    ("limit", "used", "said", "warned"),
    [
        (None, 1234, ("上限: なし", "1,234通"), ""),
        (200, 0, ("上限: 200通", "0通(0.0%)"), ""),
        (5000, 4000, ("上限: 5,000通", "4,000通(80.0%)"), "残りは1,000通"),
        (200, 200, ("200通(100.0%)",), "上限に達しました"),
        (0, 0, ("0通(100.0%)",), "上限に達しました"),
    ],
)
def test_quota_shows_what_is_left_and_warns(
    sodan: Run, fake: FakeLine, *, limit: int | None, used: int, said: tuple[str, ...], warned: str
) -> None:
    use(fake, limit, used)

    done = sodan("quota")

    assert done.returncode == 0
    assert [words for words in said if words not in done.stdout] == []
    assert "月末の見込み: " in done.stdout
    assert (warned in done.stderr) if warned else (done.stderr == "")


def test_quota_with_a_wrong_token_is_refused(sodan: Run) -> None:
    assert "SODAN_LINE_ACCESS_TOKEN" in one_line(sodan("quota", line_access_token="stale"), 1)


@pytest.mark.parametrize(
    ("used", "now", "expected"),
    [
        (390, NOON, 600),  # 19.5 of 30 days
        (0, NOON, 0),
        (28, datetime.datetime(2027, 2, 1, 15, 0, tzinfo=datetime.UTC), 784),  # Tokyo: one of 28 days
        (50, datetime.datetime(2026, 12, 31, 14, 59, 59, tzinfo=datetime.UTC), 50),
        (50, datetime.datetime(2026, 12, 31, 15, 0, tzinfo=datetime.UTC), None),
    ],
    ids=["middle", "nothing used", "second day", "last second", "first moment"],
)
def test_the_forecast_goes_on_at_the_same_pace_through_a_month_of_tokyo(
    used: int, now: datetime.datetime, expected: int | None
) -> None:
    assert Quota(1000, used).forecast(now) == expected


def test_a_pace_that_will_break_the_limit_is_warned_of() -> None:
    assert "月末までに上限を超えます(見込み 600通)" in Quota(500, 390).warning(NOON)
    assert Quota(700, 390).warning(NOON) == ""
    assert Quota(500, 390).warning(NOON.replace(day=1)) == ""
    assert Quota(None, 10_000).warning(NOON) == ""

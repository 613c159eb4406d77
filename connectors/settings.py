"""Settings of the product: environment variables with the prefix SODAN_, all with safe defaults (README, 設定)."""

import re
from pathlib import Path
from typing import TYPE_CHECKING

import click
from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

from bot.calendar import HoursError, Intervals, parse_week
from connectors.mail.errors import MailSettingsError

if TYPE_CHECKING:
    from connectors.mail.server import MailServer

_FIELD = re.compile(r'field "(\w+)"')  # in what pydantic-settings says


class Settings(BaseSettings):
    """Read once at start and handed in; nothing else reads the environment."""

    model_config = SettingsConfigDict(env_prefix="SODAN_", env_file=".env", extra="ignore", frozen=True)

    data_folder: Path = Field(Path("var"), description="データ(SQLite、検索索引)を置くフォルダ")
    database_url: str = Field("", description="データベースのURL。空なら data_folder の中の SQLite")
    business_hours: str = Field(
        "mon-fri 09:00-17:00",
        description="専門家の受付時間。昼休みは `mon-fri 09:00-12:00 13:00-17:00`、土曜も開くなら `; sat 10:00-12:00` を続ける",
    )
    redis_url: str = Field(
        "", description="Redis のURL。複数のプロセスで動かすとき、互いを起こすのに使う(空なら使わない)"
    )
    host: str = Field("127.0.0.1", description="待ち受けるアドレス")
    port: int = Field(8000, ge=1, le=65535, description="待ち受けるポート")
    line_channel_secrets: tuple[SecretStr, ...] = Field(
        (), description='LINEのチャネルシークレットのJSONの一覧(例 `["今の","次の"]`)。空なら webhook は閉じています'
    )
    line_access_token: SecretStr = Field(
        SecretStr(""), description="LINEのチャネルアクセストークン(長期)。空なら LINE には送りません"
    )
    line_api_url: str = Field("", description="LINE API の代わりのURL(試験や中継用。ふつうは空)")
    smtp_url: SecretStr = Field(
        SecretStr(""),
        description="専門家の返事をメールでも送るときのメールサーバー(例 `smtp://user:password@mail.example.jp:587`、`smtps://…`。記号は %40 のように書く)。空ならメールを勧めません",
    )
    mail_from: str = Field("", description="メールの差出人(例 `経営相談チャット <soudan@example.jp>`)")
    page_url: str = Field(
        "",
        pattern=r"^(https?://[!-~]+)?$",
        description="相談ページのアドレス(例 `https://soudan.example.jp/chat`)。メールに書きます。空なら書きません",
    )
    workers: int = Field(
        2,
        ge=0,
        le=32,
        description="PostgreSQL で発話に答えるスレッドの数(SQLite では1)。0なら答えと送信は `sodan worker` に任せる",
    )

    @property
    def week(self) -> tuple[Intervals, ...]:
        """The regular business hours. Raises HoursError, with the name of the variable, where they cannot be read."""
        try:
            return parse_week(self.business_hours)
        except HoursError as error:
            raise HoursError(f"SODAN_BUSINESS_HOURS: {error}") from error

    @property
    def mail_server(self) -> "MailServer | None":
        """Where mail is handed in; None where nothing is mailed. Raises MailSettingsError where it cannot be read."""
        url = self.smtp_url.get_secret_value()
        if not url and not self.mail_from:
            return None
        from connectors.mail.server import parse_server  # noqa: PLC0415 - only where mail is used

        return parse_server(url, self.mail_from)

    @property
    def storage_url(self) -> str:
        """The database to use."""
        return self.database_url or f"sqlite:///{self.data_folder.resolve() / 'sodan.db'}"


def read_settings() -> Settings:
    """The settings of this process, fit to be used.

    Raises:
        ClickException: A variable cannot be read; names it without showing its value, which may be secret.
    """
    try:
        settings = Settings()
        settings.week, settings.mail_server  # noqa: B018 - what is wrong with them is told before anything starts
    except SettingsError as error:
        named = _FIELD.search(str(error))
        variable = f"SODAN_{named[1].upper()}" if named else "SODAN_…"
        raise click.ClickException(f'設定を読めません: {variable}(一覧は ["…"] の形のJSONで書きます)') from error
    except ValidationError as error:
        names = "、".join(f"SODAN_{str(problem['loc'][0]).upper()}" for problem in error.errors())
        raise click.ClickException(f"設定の値が正しくありません: {names}") from error
    except (HoursError, MailSettingsError) as error:
        raise click.ClickException(str(error)) from error
    return settings

"""Settings of the product: environment variables with the prefix SODAN_, all with safe defaults (README, 設定)."""

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Read once at start and handed in; nothing else reads the environment."""

    model_config = SettingsConfigDict(env_prefix="SODAN_", env_file=".env", extra="ignore", frozen=True)

    data_folder: Path = Field(Path("var"), description="データ(SQLite、検索索引)を置くフォルダ")
    database_url: str = Field("", description="データベースのURL。空なら data_folder の中の SQLite")
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
    workers: int = Field(
        2, ge=0, le=32, description="発話に答えるスレッドの数。0なら答えと送信は `sodan worker` に任せる"
    )

    @property
    def storage_url(self) -> str:
        """The database to use."""
        return self.database_url or f"sqlite:///{self.data_folder.resolve() / 'sodan.db'}"

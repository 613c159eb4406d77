"""Settings of the product: environment variables with the prefix SODAN_, all with safe defaults (README, 設定)."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Read once at start and handed in; nothing else reads the environment."""

    model_config = SettingsConfigDict(env_prefix="SODAN_", env_file=".env", extra="ignore", frozen=True)

    data_folder: Path = Field(Path("var"), description="データ(SQLite、検索索引)を置くフォルダ")
    database_url: str = Field("", description="データベースのURL。空なら data_folder の中の SQLite")
    host: str = Field("127.0.0.1", description="待ち受けるアドレス")
    port: int = Field(8000, ge=1, le=65535, description="待ち受けるポート")
    workers: int = Field(2, ge=1, le=32, description="発話に答えるスレッドの数")

    @property
    def storage_url(self) -> str:
        """The database to use."""
        return self.database_url or f"sqlite:///{self.data_folder.resolve() / 'sodan.db'}"

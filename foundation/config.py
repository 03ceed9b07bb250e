"""Settings: read once from the environment, checked loudly, then frozen. docs/settings.md explains each one."""

import re
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from foundation.errors import SettingsWrong

PLACEHOLDER_SECRETS = frozenset({"changeme", "secret", "dev"})


def _web_address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        raise ValueError("must be a web address such as https://guide.example.com")
    if parts.query or parts.fragment:
        raise ValueError("must have no ?query and no #fragment")
    return value.rstrip("/")


def _aes_key(value: SecretStr) -> SecretStr:
    if not re.fullmatch(r"[A-Za-z0-9]{43}", value.get_secret_value()):
        raise ValueError("must be exactly the 43 letters and digits of EncodingAESKey in the admin console")
    return value


def _callback_token(value: SecretStr) -> SecretStr:
    if not re.fullmatch(r"[A-Za-z0-9]{1,32}", value.get_secret_value()):
        raise ValueError("must be the callback Token: 1 to 32 letters and digits")
    return value


def _long_secret(value: SecretStr) -> SecretStr:
    text = value.get_secret_value()
    if len(text) < 32 or text.lower() in PLACEHOLDER_SECRETS:
        raise ValueError(
            'must have at least 32 characters; make one with: python3 -c "import secrets; print(secrets.token_hex(32))"'
        )
    return value


def _postgres_address(value: str) -> str:
    for scheme in ("postgresql+psycopg://", "postgresql://", "postgres://"):
        if value.startswith(scheme):
            return "postgresql+psycopg://" + value.removeprefix(scheme)
    raise ValueError("must start with postgresql:// (PostgreSQL is the only database)")


def _redis_address(value: str) -> str:
    if not value.startswith(("redis://", "rediss://", "unix://")):
        raise ValueError("must start with redis://, rediss:// or unix://")
    return value


WebAddress = Annotated[str, AfterValidator(_web_address)]
AesKey = Annotated[SecretStr, AfterValidator(_aes_key)]
CallbackToken = Annotated[SecretStr, AfterValidator(_callback_token)]
LongSecret = Annotated[SecretStr, AfterValidator(_long_secret)]
PostgresAddress = Annotated[str, AfterValidator(_postgres_address)]
RedisAddress = Annotated[str, AfterValidator(_redis_address)]


class Settings(BaseSettings):
    """Every field has a heading in docs/settings.md (a test holds the two together)."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", case_sensitive=False)

    database_url: PostgresAddress
    redis_url: RedisAddress
    secret_key: LongSecret
    public_base_url: WebAddress
    data_dir: Path = Path("var/data")
    asset_dir: Path = Path("var/assets")

    wecom_api_base_url: WebAddress = "https://qyapi.weixin.qq.com"
    wecom_oauth_base_url: WebAddress = "https://open.weixin.qq.com"
    wecom_login_base_url: WebAddress = "https://login.work.weixin.qq.com"
    wecom_corp_id: str = Field(pattern=r"^w[wx][0-9a-f]{16}$")
    wecom_agent_id: int = Field(gt=0)
    wecom_app_secret: SecretStr
    wecom_app_token: CallbackToken
    wecom_app_aes_key: AesKey
    wecom_contacts_token: CallbackToken
    wecom_contacts_aes_key: AesKey
    wecom_domain_verify: str = Field(default="", pattern=r"^([A-Za-z0-9]{16})?$")
    wecom_connect_timeout: float = Field(default=3.0, gt=0, le=30)
    wecom_read_timeout: float = Field(default=8.0, gt=0, le=60)
    wecom_calls_per_minute: int = Field(default=10_000, gt=0)
    wecom_calls_per_hour: int = Field(default=150_000, gt=0)

    jssdk_origins: str = ""
    hq_userids: str = ""
    store_department_depth: int = Field(default=4, ge=2, le=15)
    brand_name: str = Field(default="导购台", max_length=20)

    road_inbox_workers: int = Field(default=4, ge=1, le=64)
    road_outbox_workers: int = Field(default=64, ge=1, le=256)
    road_welcome_workers: int = Field(default=8, ge=1, le=128)
    sync_workers: int = Field(default=4, ge=1, le=16)
    database_pool_size: int = Field(default=10, ge=2, le=200)

    morning_card_at: str = Field(default="08:30", pattern=r"^([01]\d|2[0-3]):[0-5]\d$")
    leaderboard_card_at: str = Field(default="20:30", pattern=r"^([01]\d|2[0-3]):[0-5]\d$")
    outbox_keep_days: int = Field(default=30, ge=4, le=3650)
    reminder_hours_before: int = Field(default=4, ge=1, le=72)
    api_calls_per_minute: int = Field(default=600, ge=1, le=1_000_000)
    webhook_private_addresses: bool = False
    cookie_secure: Literal["auto", "always", "never"] = "auto"
    log_format: Literal["json", "text"] = "text"
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    @property
    def secure_cookies(self) -> bool:
        """Cookies carry Secure whenever the public address is https."""
        if self.cookie_secure == "auto":
            return self.public_base_url.startswith("https://")
        return self.cookie_secure == "always"


def explain(error: ValidationError) -> str:
    """Which setting, what is wrong with it, and where to read more; never the value, which may be a secret."""
    lines = []
    for problem in error.errors():
        name = str(problem["loc"][0]).upper() if problem["loc"] else "?"
        why = "is not set" if problem["type"] == "missing" else problem["msg"].removeprefix("Value error, ")
        lines.append(f"  {name}: {why}. See docs/settings.md#{name.lower()}")
    return "These settings are missing or wrong:\n" + "\n".join(lines)


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process. Raises SettingsWrong with one line per problem."""
    try:
        return Settings()  # type: ignore[call-arg]  # pydantic-settings fills the fields from the environment
    except ValidationError as error:
        raise SettingsWrong(explain(error)) from None

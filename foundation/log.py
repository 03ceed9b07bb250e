"""Structured logs: one line an event, secrets and personal data masked before anything is written."""

import logging
import re
import sys
import traceback
from collections.abc import MutableMapping
from typing import Any

import psycopg
import structlog
from sqlalchemy.exc import DBAPIError
from structlog.typing import ExcInfo

from foundation.config import Settings

SECRET_KEYS = frozenset(
    {
        "access_token",
        "corpsecret",
        "secret",
        "welcome_code",
        "WelcomeCode",
        "response_code",
        "ResponseCode",
        "ticket",
        "password",
        "phone",
        "mobile",
        "unionid",
        "token",
        "authorization",
        "cookie",
        "code",
    }
)
SECRET_IN_TEXT = re.compile(r"(?i)\b(access_token|corpsecret|secret|welcome_code|code|ticket|msg_signature)=([^&\s\"']+)")
SECRET_IN_JSON = re.compile(
    r"(?i)\b(access_token|corpsecret|secret|welcome_?code|response_?code|ticket)([\"']\s*:\s*[\"'])([^\"']+)"
)
# PostgreSQL quotes the value it could not take after a colon: invalid input syntax for type bigint: "…".
QUOTED_VALUE = re.compile(r": [\"'].*")


def words_of(error: BaseException) -> str:
    """Why, in one line that names no value of a row: PostgreSQL's DETAIL and CONTEXT lines quote whole rows."""
    cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    first = str(cause).splitlines()[0] if str(cause) else ""
    return QUOTED_VALUE.sub(": ***", first) if isinstance(cause, psycopg.Error) else first


def render_exception(exc_info: ExcInfo) -> str:
    """Tracebacks of an error and its causes, the first cause first; a database's error in the words of `words_of`."""
    parts: list[str] = []
    error: BaseException | None = exc_info[1]
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        told = words_of(error) if isinstance(error, DBAPIError | psycopg.Error) else str(error)
        kind = f"{type(error).__module__}.{type(error).__qualname__}"
        parts.append("".join(traceback.format_tb(error.__traceback__)) + f"{kind}: {told}")
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return "\nwhich led to\n".join(reversed(parts))


def _masked(value: Any) -> Any:
    if isinstance(value, str):
        return SECRET_IN_JSON.sub(r"\1\2***", SECRET_IN_TEXT.sub(r"\1=***", value))
    if isinstance(value, dict):
        return {key: "***" if key in SECRET_KEYS and part else _masked(part) for key, part in value.items()}
    return [_masked(part) for part in value] if isinstance(value, list | tuple) else value


def mask(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Replace the values of secret keys, at any depth, and secrets inside texts (exceptions carry whole addresses)."""
    for key, value in event.items():
        if key in SECRET_KEYS and value:
            event[key] = "***"
        else:
            event[key] = _masked(value)
    return event


def set_up_logging(settings: Settings) -> None:
    """Route structlog and the standard library through one masked formatter on stderr."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.ExceptionRenderer(render_exception),
        mask,
    ]
    last: Any = structlog.processors.JSONRenderer(ensure_ascii=False)
    if settings.log_format == "text":
        last = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared, processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, last]
        )
    )
    logging.basicConfig(handlers=[handler], level=settings.log_level, force=True)
    for noisy in ("urllib3", "PIL", "apscheduler.executors", "wechatpy"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def logger(name: str) -> structlog.stdlib.BoundLogger:
    """A logger that takes facts as keywords: `log.info("synced", customers=12)`."""
    return structlog.stdlib.get_logger(name)

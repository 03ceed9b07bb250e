"""Structured logs: one line an event, secrets and personal data masked before anything is written."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

from foundation.config import Settings

SECRET_KEYS = frozenset(
    {
        "access_token",
        "corpsecret",
        "secret",
        "welcome_code",
        "response_code",
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


def mask(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Replace the values of secret keys, and secrets inside query strings (exceptions carry whole addresses)."""
    for key, value in event.items():
        if key in SECRET_KEYS and value:
            event[key] = "***"
        elif isinstance(value, str):
            event[key] = SECRET_IN_TEXT.sub(r"\1=***", value)
    return event


def set_up_logging(settings: Settings) -> None:
    """Route structlog and the standard library through one masked formatter on stderr."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
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

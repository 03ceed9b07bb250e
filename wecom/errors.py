"""The one family of errors a platform call can end in. Decided by errcode alone: errmsg may change at any time (DOC 90664)."""

from foundation.errors import AppError
from wecom.reasons import reason

BUSY = frozenset({-1, 6000, 41063, 41096, 45033, 45035})
THROTTLED = frozenset({45009, 45036})
TOKEN_REFUSED = frozenset({40001, 40014, 41001, 42001})
# Nothing can be asked with these: wrong secret, corp or app, address not trusted, app switched off.
CONNECTION_WRONG = frozenset({40001, 40013, 40056, 41002, 41004, 50003, 60020, 60031, 301002})
# Nor is one of these about whom a call names (DOC 90313): access_token 不合法 缺少 已过期 (40014 41001 42001), secret不合法
# (40091), 企业 未验证主体 未认证 (43009 610016), API 功能未授权 无权限调用 (48001 48002), suite_id 授权无效 已废弃 权限被收回
# (48003-48006), TLS 应用活跃度过低 (48010 48011), CorpId参数无效 (2000002).
CORP_WIDE = CONNECTION_WRONG | {
    40014, 40091, 41001, 42001, 43009, 48001, 48002, 48003, 48004, 48005, 48006, 48010, 48011, 610016, 2000002,
}  # fmt: skip


class PlatformError(AppError):
    """The platform did not do what it was asked. `errcode` is None when there was no answer in its own language."""

    code, status = "platform", 502

    def __init__(self, message: str, *, call: str, errcode: int | None = None) -> None:
        super().__init__(message, call=call, errcode=errcode)
        self.call = call
        self.errcode = errcode


class RetryLater(PlatformError):
    """Busy, broken or silent: the same call may work later. `maybe_done` when the platform may have acted all the same."""

    def __init__(self, message: str, *, call: str, errcode: int | None = None, maybe_done: bool = False) -> None:
        super().__init__(message, call=call, errcode=errcode)
        self.maybe_done = maybe_done


class Throttled(PlatformError):
    """This API is over its frequency; nothing of it may be called for `window_seconds`."""

    status = 503

    def __init__(self, message: str, *, call: str, window_seconds: float, errcode: int | None = 45009) -> None:
        super().__init__(message, call=call, errcode=errcode)
        self.window_seconds = window_seconds


class TokenRefused(PlatformError):
    """The access_token is not accepted, also after one refresh."""


class Refused(PlatformError):
    """Final: the same call will never work until somebody changes something."""


def problem(call: str, errcode: int) -> PlatformError:
    """The error an errcode means. A secret refused by gettoken is final: asking again gets the address blocked (DOC 90313)."""
    text = reason(errcode)
    if errcode in BUSY:
        return RetryLater(text, call=call, errcode=errcode)
    if errcode in THROTTLED:
        return Throttled(text, call=call, errcode=errcode, window_seconds=60)
    if errcode in TOKEN_REFUSED and call != "gettoken":
        return TokenRefused(text, call=call, errcode=errcode)
    return Refused(text, call=call, errcode=errcode)

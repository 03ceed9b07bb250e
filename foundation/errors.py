"""The family of errors rooms raise and edges answer; each carries a code, a status and facts."""


class AppError(Exception):
    """Something the caller must be told. `message` is Chinese and safe to show; `facts` are for logs and JSON."""

    code = "bad_request"
    status = 400

    def __init__(self, message: str, **facts: object) -> None:
        super().__init__(message)
        self.message = message
        self.facts = facts


class NotFound(AppError):
    """No such thing, or none that this person may see: the two are not told apart."""

    code, status = "not_found", 404


class NotAllowed(AppError):
    """Signed in, but this role may not do it."""

    code, status = "not_allowed", 403


class SignInNeeded(AppError):
    """Nobody is signed in; edges turn this into their own way of signing in."""

    code, status = "sign_in_needed", 401


class Conflict(AppError):
    """The thing is no longer in a state that permits this."""

    code, status = "conflict", 409


class Invalid(AppError):
    """Bad input; `facts["fields"]` maps each field to what is wrong with it, in Chinese."""

    code, status = "invalid", 422

    def __init__(self, message: str, fields: dict[str, str] | None = None, **facts: object) -> None:
        super().__init__(message, fields=fields or {}, **facts)
        self.fields = fields or {}


class TooLarge(AppError):
    """The body or file is over its limit."""

    code, status = "too_large", 413


class BadEnvelope(AppError):
    """A callback that is not the platform's: wrong signature, corp or form. Nothing of it is kept."""

    code, status = "bad_envelope", 403


class SettingsWrong(Exception):
    """A setting is missing or wrong; the text says which, why and how to mend it."""

"""What the console needs of the open API's room, which it may not know: the roof plugs it in. Without it no such pages."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, cast

from flask import Flask, current_app
from sqlalchemy.orm import Session

from foundation.errors import NotFound
from org.models import Staff

API, API_REFERENCE = "hq.api", "hq.api_reference"


class Keys(Protocol):
    """Keys of other systems (api.keys)."""

    def list_keys(self, session: Session, staff: Staff, limit: int = 200) -> Sequence[Any]:
        """Keys, the living first."""
        ...

    def make_key(self, session: Session, staff: Staff, name: str, scopes: Sequence[str]) -> tuple[Any, str]:
        """A key and its secret; raises Invalid."""
        ...

    def disable_key(self, session: Session, staff: Staff, key_id: int) -> Any:
        """Close it; raises NotFound."""
        ...


class Webhooks(Protocol):
    """Addresses told of changes (api.webhooks)."""

    def list_webhooks(self, session: Session, staff: Staff, limit: int = 100) -> Sequence[tuple[Any, Mapping[str, int]]]:
        """Addresses with what waits."""
        ...

    def get_webhook(self, session: Session, staff: Staff, webhook_id: int) -> Any:
        """One; raises NotFound."""
        ...

    def save_webhook(
        self, session: Session, staff: Staff, name: str, url: str, kinds: Sequence[str], webhook_id: int | None = None
    ) -> tuple[Any, str]:
        """Keep one, with its secret when new; raises Invalid."""
        ...

    def switch_webhook(self, session: Session, staff: Staff, webhook_id: int, on: bool) -> Any:
        """Stop it or begin again."""
        ...

    def ping(self, session: Session, staff: Staff, webhook_id: int) -> Any:
        """Owe it a trial; raises Conflict."""
        ...

    def replay(self, session: Session, staff: Staff, webhook_id: int, call_id: int | None = None) -> int:
        """Tell again; raises Conflict."""
        ...

    def page_calls(
        self, session: Session, staff: Staff, webhook_id: int, status: str = "", before_id: int | None = None, limit: int = 30
    ) -> Sequence[Any]:
        """Tellings, the newest first."""
        ...


class Words(Protocol):
    """Scopes and kinds with their Chinese names, and the kind every address is told (api.rules)."""

    SCOPES: dict[str, str]
    KINDS: dict[str, str]
    ERASED: str


class Reference(Protocol):
    """What other systems may ask (api.openapi)."""

    def document(self) -> Mapping[str, Any]:
        """The OpenAPI document."""
        ...


def plug_in_api(app: Flask, keys: Keys, webhooks: Webhooks, words: Words, reference: Reference) -> None:
    """Called by the roof: modules with these names will do."""
    app.extensions[API], app.extensions[API_REFERENCE] = (keys, webhooks, words), reference


def open_api() -> tuple[Keys, Webhooks, Words]:
    """The open API's room; raises NotFound where this installation has none."""
    if API not in current_app.extensions:
        raise NotFound("这套系统没有安装开放接口")
    return cast("tuple[Keys, Webhooks, Words]", current_app.extensions[API])


def api_document() -> Mapping[str, Any]:
    """The OpenAPI document; raises NotFound where this installation has none."""
    open_api()
    return cast("Reference", current_app.extensions[API_REFERENCE]).document()

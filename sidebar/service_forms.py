"""What the guide's page sends while she serves: notes, sizes, visits, steps, contributions, filters. Checks form alone."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from customers.service_queries import Wanted
from foundation import clock
from foundation.errors import Invalid
from foundation.text import clean

MAX_TEXT = 2000
# Days of the stages as content_library.rules.moment_of draws them: (days known, days silent), [least, most).
STAGE_DAYS: dict[str, tuple[tuple[int, int | None], tuple[int, int | None]]] = {
    "引入期": ((0, 4), (0, None)), "成长期": ((4, 31), (0, 61)), "成熟期": ((31, None), (0, 61)),
    "休眠期": ((4, None), (61, 181)), "流失期": ((4, None), (181, None)),
}  # fmt: skip
SILENT = {"7": "7 天没联系", "30": "30 天没联系", "90": "90 天没联系"}
ORDERS = {"added": "最近添加", "contact": "最近联系", "silent": "最久没联系"}


def _mapping(body: object) -> Mapping[str, object]:
    if not isinstance(body, Mapping):
        raise Invalid("内容有误，请刷新页面")
    return body


def _text(body: Mapping[str, object], name: str) -> str:
    value = body.get(name) or ""
    if not isinstance(value, str) or len(value) > MAX_TEXT:
        raise Invalid("内容太长了，请分成几次写", {name: "太长了"})
    return clean(value.replace("\r\n", "\n").replace("\r", "\n"))


def once_of(body: Mapping[str, object]) -> str:
    """The page's own key for this deed. Raises Invalid."""
    once = str(body.get("once", ""))
    if not re.fullmatch(r"[A-Za-z0-9-]{8,60}", once):
        raise Invalid("内容有误，请刷新页面")
    return once


def moment_given(value: object) -> datetime | None:
    """A moment as the page's milliseconds; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 4e12:
        return None
    return datetime.fromtimestamp(value / 1000, UTC)


def switch(body: object) -> bool:
    """{"on": …}. Raises Invalid."""
    on = _mapping(body).get("on")
    if not isinstance(on, bool):
        raise Invalid("内容有误，请刷新页面")
    return on


def visit_form(body: object) -> tuple[bool, datetime | None]:
    """(whether she was here, when it was tapped)."""
    return switch(body), moment_given(_mapping(body).get("at"))


def note_form(body: object) -> tuple[str, str]:
    """(text, once)."""
    given = _mapping(body)
    return _text(given, "text"), once_of(given)


def size_form(body: object) -> tuple[str, str, datetime | None]:
    """(kind, value, when she wrote it: never later than now)."""
    given = _mapping(body)
    at = moment_given(given.get("at"))
    return _text(given, "kind"), _text(given, "value"), at if at and at <= clock.now() else None


def step_form(body: object) -> tuple[str, datetime | None, str]:
    """(text, when to remind, once)."""
    given = _mapping(body)
    return _text(given, "text"), moment_given(given.get("due")), once_of(given)


@dataclass(frozen=True)
class ProposalForm:
    """A contribution as it was typed; `photo` is the signed name of an uploaded picture."""

    title: str
    bubbles: list[str]
    photo: str
    why: str
    once: str


def proposal_form(body: object) -> ProposalForm:
    """A contribution: an empty line between paragraphs begins a new bubble."""
    given = _mapping(body)
    bubbles = [part.strip() for part in re.split(r"\n\s*\n", _text(given, "text")) if part.strip()]
    return ProposalForm(_text(given, "title"), bubbles, _text(given, "photo"), _text(given, "why"), once_of(given))


def wanted_customers(args: Mapping[str, str]) -> Wanted:
    """Filters of her customers from the address; an unknown value filters nothing."""
    known, silent = STAGE_DAYS.get(args.get("stage", ""), ((0, None), (0, None)))
    if args.get("silent") in SILENT:
        silent = (max(silent[0], int(args["silent"])), silent[1])
    tag = args.get("tag", "")
    order = args.get("order", "")
    return Wanted(
        q=args.get("q", "").strip()[:20],
        tag_id=int(tag) if tag.isascii() and tag.isdigit() and len(tag) < 9 else None,
        known=known,
        silent=silent,
        order=order if order in ORDERS else "added",
    )


@dataclass(frozen=True)
class ClosetForm:
    """A thing for her closet as it was tapped or typed."""

    name: str
    wished: bool
    colour: str
    size: str
    once: str


def closet_form(form: Mapping[str, str]) -> ClosetForm:
    """What the closet's sheet posts. Raises Invalid for a page's key that is none."""
    name = (form.get("typed") or form.get("name") or "").strip()[:MAX_TEXT].replace("\x00", "")
    texts = [(form.get(key) or "").strip()[:MAX_TEXT].replace("\x00", "") for key in ("colour", "size")]
    return ClosetForm(name, form.get("wished") == "yes", texts[0], texts[1], once_of(form))


def field_number(text: str) -> int:
    """The number of a field. Raises Invalid."""
    if not (text.isascii() and text.isdigit() and len(text) <= 15):
        raise Invalid("内容有误，请刷新页面")
    return int(text)


def skipped(args: Mapping[str, str]) -> list[int]:
    """Fields asked and left for later, from the address: "3,7"."""
    return [int(one) for one in args.get("skip", "").split(",")[:60] if one.isascii() and one.isdigit() and len(one) <= 15]

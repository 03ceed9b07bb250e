"""The customer list (客户列表): filters or a rule, found by name or number, saved views, columns, order; fifty by keyset."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from customers.queries import tags_of
from foundation.db import Json, transaction
from foundation.errors import Invalid
from hq.customer_filters import CHOICES, COLUMNS, NAMES, NOT_READ, USUAL, Asked, asked, unfolded
from hq.customer_sorts import BY, NEWEST, NEWEST_TOLD, Sort, pressed, read_place, read_sort
from hq.customer_sorts import CHOICES as SORT_CHOICES
from hq.forms import as_number, as_numbers
from hq.pages import cut_page
from hq.routes.door import MANAGERS, allow, bp, current_staff
from hq.rule_form import read_rule, written_rule
from org.console_queries import list_areas_in
from org.models import Staff
from segments.finding import find
from segments.listing import lines
from segments.lists import list_channels
from segments.models import SavedView
from segments.offering import Offered, names_of_rule, offer
from segments.queries import counted, page, resolve
from segments.rules import EVERYBODY, parse
from segments.sentences import sentence
from segments.sorting import sorted_page
from segments.views import get_view, list_views

PAGE = 50
LONGEST_SEARCH, MOST_CHOSEN, MOST_TAGS = 40, 60, 400


@dataclass(frozen=True)
class Wanted:
    """What the address asks for: filters as typed, the rule they make, words to find, columns, order, the view it began from."""

    typed: Mapping[str, Sequence[str]]
    asked: Asked
    words: str
    near: str
    columns: Sequence[str]
    sort: Sort | None
    view: SavedView | None

    def query(self, **more: Any) -> Json:
        """What the address of the same list says, but for its place."""
        rest = written_rule({"all": list(self.asked.rest)}) if self.asked.rest else None
        columns = None if tuple(self.columns) == USUAL else list(self.columns)
        told = {"q": self.words or None, "near": self.near or None, "rule": rest, "columns": columns, **self.typed}
        # A view in its own order is told so when another one is wanted.
        sort = self.sort.name if self.sort else NEWEST if self.view and self.view.sort else None
        return told | {"sort": sort, "view": self.view.id if self.view else None} | more

    def address(self, endpoint: str = "hq.list_customers", **more: Any) -> str:
        """The same list at another place of it, or what else is asked of the same people."""
        return url_for(endpoint, **self.query(**more))

    def shown_columns(self, sort: Sort | None) -> list[str]:
        """The chosen columns; what the list is sorted by stands before them where it is not chosen."""
        return [sort.column, *self.columns] if sort and sort.column not in self.columns else list(self.columns)

    def without(self, *names: str) -> str:
        """The same without some filters ("rule" is what no filter can say)."""
        typed = {name: values for name, values in self.typed.items() if name not in names}
        left = replace(self.asked, rest=()) if "rule" in names else self.asked
        return replace(self, typed=typed, asked=left, view=None).address()


def wanted(session: Session, staff: Staff) -> Wanted:
    """Read the address; what is wrong stands in `asked.problems`. Raises NotFound for a view that is not hers."""
    args = request.args
    view_id = as_number(args.get("view"))
    view = get_view(session, staff, view_id) if view_id else None
    typed = {name: values for name in NAMES if (values := [one for one in args.getlist(name)[:MOST_CHOSEN] if one.strip()])}
    near = args.get("near", "").strip()[:LONGEST_SEARCH]
    problems: dict[str, str] = {}
    body: Json = {}
    try:
        body = read_rule(args.get("rule"))
    except Invalid:
        problems["rule"] = NOT_READ
    fresh = view is not None and set(args) <= {"view", "after"}
    told, rest = unfolded(view.rule if fresh and view else body)
    for name, values in told.items():
        if name in typed:
            rest += asked({name: values}).body["all"]
        else:
            typed[name] = values
    found = asked({**typed, **_near(session, staff, near, problems, typed)}, rest)
    sort = _sort(view.sort if fresh and view else args.get("sort"), problems)
    found = replace(found, problems={**found.problems, **problems})
    columns = [name for name in (view.columns if fresh and view else args.getlist("columns")) if name in COLUMNS]
    words = args.get("q", "").replace("\x00", "").strip()[:LONGEST_SEARCH]
    return Wanted(typed, _usable(session, staff, found), words, near, columns or USUAL, sort, view)


def _sort(text: str | None, problems: dict[str, str]) -> Sort | None:
    try:
        return read_sort(text)
    except Invalid as wrong:
        problems |= wrong.fields
        return None


def _near(session: Session, staff: Staff, near: str, problems: dict[str, str], typed: Mapping[str, Any]) -> dict[str, list[str]]:
    """Guides or, when nobody is called so, stores of her subtree whose name holds the words, as a filter."""
    for name in ("owner", "store") if near else ():
        found = offer(session, staff, name, near)
        if found and name not in typed:
            return {name: [str(one.value) for one in found]}
    if near:
        problems["near"] = f"您的管理范围内没有叫“{near}”的导购或门店"
    return {}


def _usable(session: Session, staff: Staff, found: Asked) -> Asked:
    """The rule with segments she may not use said at the rule."""
    try:
        resolve(session, found.rule, staff)
    except Invalid as wrong:
        return replace(found, rule=EVERYBODY, problems={**found.problems, "rule": wrong.message})
    return found


@dataclass(frozen=True)
class Shown:
    """A page of ids, what its next one is asked by, and by what it is sorted (None: the newest first).

    `on`: a search that is not at its end. `late`: nobody could sort in time, so the newest come first.
    """

    ids: Sequence[int]
    next: Json = field(default_factory=dict)
    sort: Sort | None = None
    begun: bool = False
    on: bool = False
    late: bool = False


@bp.get("/customers")
@allow(MANAGERS)
def list_customers() -> ResponseReturnValue:
    """Whom the filters choose, the newest customers first or by a column; nobody while a filter is wrong."""
    staff = current_staff()
    with transaction() as session:
        ask = wanted(session, staff)
        shown = _shown(session, staff, ask)
        rows = lines(session, staff, shown.ids)
        facts = {
            "rows": rows, "shown": shown, "tags": _tags_by_id(session, [tag for row in rows for tag in row.facts.tag_ids]),
            "views": list_views(session, staff), "chips": _chips(session, staff, ask),
            "areas": list_areas_in(session, staff), "offered": _offered(session, staff, ask), "channels": list_channels(session),
        }  # fmt: skip
    more = ask.address(**shown.next) if shown.next else ""
    return render_template(
        "hq/customers.html", ask=ask, fields=ask.asked.problems, next=more, choices=CHOICES, columns=COLUMNS,
        sorts=SORT_CHOICES, sortable=BY, newest=NEWEST, pressed=pressed, order=shown.sort.told if shown.sort else NEWEST_TOLD,
        rule=written_rule(ask.asked.body), me_id=staff.id, **facts,
    ), 400 if ask.asked.problems else 200  # fmt: skip


def _shown(session: Session, staff: Staff, ask: Wanted) -> Shown:
    after, at = request.args.get("after"), request.args.get("at")
    if ask.asked.problems:
        return Shown([])
    if ask.words:
        return _searched(session, staff, ask, as_number(after))
    place = read_place(ask.sort, after, at) if ask.sort else None
    if ask.sort:
        places = sorted_page(session, staff, ask.asked.rule, ask.sort.order, place, PAGE + 1)
        if places is not None:
            some, last = cut_page(places, PAGE)
            return Shown(
                [one.id for one in some], {"after": last.id, "at": last.value} if last else {}, ask.sort, place is not None
            )
    # Who is in the middle of another order begins again.
    start = None if ask.sort else as_number(after)
    ids, end = cut_page(page(session, staff, ask.asked.rule, start, PAGE + 1), PAGE)
    newest = {"sort": NEWEST} if ask.sort else {}
    return Shown(ids, {"after": end} | newest if end else {}, None, start is not None, late=ask.sort is not None)


def _searched(session: Session, staff: Staff, ask: Wanted, after: int | None) -> Shown:
    found = find(session, staff, ask.asked.rule, ask.words, after, PAGE + 1)
    ids, last = cut_page(found.ids, PAGE)
    end = last or found.on
    return Shown(ids, {"after": end} if end else {}, None, after is not None, on=found.on is not None)


def _offered(session: Session, staff: Staff, ask: Wanted) -> list[Offered]:
    """The first tags of the brand as choices, and the one that is chosen wherever it stands."""
    found = list(offer(session, staff, "tags", "", MOST_TAGS))
    offered = {tag.value for tag in found}
    missing = [one for one in as_numbers(ask.typed.get("tag", ())) if one not in offered]
    return [*found, *(Offered(tag.id, tag.name) for tag in tags_of(session, [one for one in missing if one < 2**31]))]


def _tags_by_id(session: Session, ids: Sequence[int]) -> dict[int, str]:
    return {tag.id: tag.name for tag in tags_of(session, sorted(set(ids)))}


def _chips(session: Session, staff: Staff, ask: Wanted) -> list[tuple[str, str]]:
    """What no visible filter shows, in words, each with the address that leaves it out."""
    hidden = [(name, asked({name: ask.typed[name]}).body) for name in ("owner", "store") if name in ask.typed]
    if ask.asked.rest and "rule" not in ask.asked.problems:
        hidden.append(("rule", {"all": list(ask.asked.rest)}))
    names = names_of_rule(session, staff, *(body for _, body in hidden)) if hidden else {}
    known = [(name, body) for name, body in hidden if name not in ask.asked.problems]
    return [(sentence(parse(body), names), ask.without(name)) for name, body in known]


@bp.get("/customers/count")
@allow(MANAGERS)
def count_customers() -> ResponseReturnValue:
    """How many the filters choose, as a fragment the list loads behind itself."""
    staff = current_staff()
    with transaction() as session:
        ask = wanted(session, staff)
        found = None if ask.asked.problems else counted(session, staff, ask.asked.rule)
    order = ask.sort.told if ask.sort else NEWEST_TOLD
    return render_template("hq/_customer_count.html", found=found, order=order)

"""What works (内容效果): what is sent and opened, how days go, what ages, what guides looked for in vain; also as Excel."""

from dataclasses import dataclass
from datetime import timedelta

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from content_library.item_figures import Asked, list_most_sent
from content_library.library_trends import by_day, list_ageing, list_gaps
from content_library.models import ContentType, ItemKind
from content_library.queries import list_personas
from foundation import clock
from foundation.db import transaction
from hq.forms import as_number
from hq.labels import ITEM
from hq.pages import audience_choices
from hq.routes.door import MANAGERS, allow, bp, current_staff
from hq.spreadsheets import XLSX, write_book
from org.models import DepartmentKind
from org.queries import get_department_in

PERIODS = (7, 30, 90)
SHOWN, EXPORTED = 50, 1000
CHARTED = 10
COLUMNS = (
    ("标题", 36), ("类型", 10), ("内容类型", 12), ("使用导购", 10), ("发送次数", 10), ("客户打开", 10), ("转发后打开", 12),
    ("朋友圈等打开", 14), ("平均停留秒数", 14),
)  # fmt: skip


@dataclass(frozen=True)
class Chosen:
    """The page's choices as they stand in its address."""

    days: int
    department_id: int | None
    persona_id: int | None
    content_type: str
    kind: str


def _chosen() -> Chosen:
    given, days = request.args, as_number(request.args.get("days"))
    return Chosen(
        days=days if days in PERIODS else PERIODS[0],
        department_id=as_number(given.get("department")),
        persona_id=as_number(given.get("persona")),
        content_type=given["type"] if given.get("type") in set(ContentType) else "",
        kind=given["kind"] if given.get("kind") in set(ItemKind) else "",
    )


def _asked(session: Session, chosen: Chosen) -> Asked:
    staff = current_staff()
    path = get_department_in(session, staff, chosen.department_id).path if chosen.department_id else staff.path
    since = clock.start_of(clock.today() - timedelta(days=chosen.days - 1))
    return Asked(since, path, chosen.persona_id, chosen.content_type, ItemKind(chosen.kind) if chosen.kind else None)


@bp.get("/content/figures")
@allow(MANAGERS)
def show_figures() -> ResponseReturnValue:
    """At most ten statements, each over the asked days or the last sixty."""
    staff, chosen = current_staff(), _chosen()
    with transaction() as session:
        asked = _asked(session, chosen)
        rows = list_most_sent(session, staff, asked, SHOWN)
        days = by_day(session, staff, asked)
        facts = {
            "ageing": list_ageing(session, staff, asked),
            "gaps": list_gaps(session, asked),
            "personas": list_personas(session),
            "places": [one for one in audience_choices(session, staff) if one.kind != DepartmentKind.STORE],
        }
    top = rows[:CHARTED]
    charts = {
        "items": {
            "kind": "stack", "names": [item.title for item, _ in top],
            "series": [{"name": "发送", "colour": "blue", "values": [figures.sends for _, figures in top]}],
        },
        "days": {
            "kind": "bars", "names": [f"{day.month}/{day.day}" for day, _, _ in days],
            "series": [
                {"name": "发送", "colour": "blue", "values": [sends for _, sends, _ in days]},
                {"name": "打开", "colour": "green", "values": [opens for _, _, opens in days]},
            ],
        },
    }  # fmt: skip
    sums = {"sends": sum(sends for _, sends, _ in days), "opens": sum(opens for _, _, opens in days)}
    return render_template(
        "hq/figures.html", chosen=chosen, rows=rows, charts=charts, sums=sums, periods=PERIODS, types=list(ContentType),
        kinds=list(ItemKind), args={name: value for name, value in request.args.items() if value}, **facts,
    )  # fmt: skip


@bp.get("/content/figures.xlsx")
@allow(MANAGERS)
def export_figures() -> Response:
    """The same choice as a file: items, ageing ones, gaps."""
    staff = current_staff()
    with transaction() as session:
        asked = _asked(session, _chosen())
        found = list_most_sent(session, staff, asked, EXPORTED)
        ageing, gaps = list_ageing(session, staff, asked, EXPORTED), list_gaps(session, asked, EXPORTED)
    items = [
        (
            item.title, ITEM.get(item.kind, item.kind), item.content_type, one.guides, one.sends, one.opens, one.forwarded,
            one.unknown, round(one.seconds / one.readers, 1) if one.readers and one.seconds else "",
        )
        for item, one in found
    ]  # fmt: skip
    worn = [(one.item.title, f"{one.published_at.astimezone(clock.SHANGHAI):%Y-%m-%d}", one.before, one.lately) for one in ageing]
    missing = [(gap.words, gap.guides, gap.times, gap.last_on.isoformat()) for gap in gaps]
    book = write_book(
        [
            ("内容效果", COLUMNS, items),
            ("该更新的", (("标题", 36), ("发布于", 14), ("之前 30 天发送", 16), ("最近 30 天发送", 16)), worn),
            ("没搜到的", (("搜的词", 24), ("导购人数", 12), ("次数", 10), ("最近一次", 14)), missing),
        ]
    )
    quoted = f"attachment; filename*=UTF-8''%E5%86%85%E5%AE%B9%E6%95%88%E6%9E%9C-{clock.today():%Y%m%d}.xlsx"
    return Response(book, mimetype=XLSX, headers={"Content-Disposition": quoted})

"""Charts of customers (客户图表): growth, sources, who stays, where they live. Last night's counts only."""

from datetime import date, timedelta
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue

from foundation import clock
from foundation.db import transaction
from hq.forms import as_number
from hq.province_tiles import TILES, short_name
from hq.routes.door import MANAGERS, allow, bp, current_staff
from org.console_queries import list_areas_in
from org.queries import get_department_in
from segments.growth import COHORTS
from segments.growth_queries import Counts, growth_of

PERIODS = (30, 90)
MOST_SOURCES = 12
# How the platform says a relation began (DOC 92114, add_way), for those without a channel code of ours.
ADD_WAYS = {
    "0": "未知来源", "1": "扫二维码", "2": "搜索手机号", "3": "名片分享", "4": "群聊", "5": "手机通讯录", "6": "微信联系人",
    "8": "安装第三方应用时", "9": "搜索邮箱", "10": "视频号", "11": "日程参与人", "12": "会议参与人",
    "13": "微信好友对应的企业微信",
    "14": "智慧硬件专属客服", "15": "上门服务客服", "16": "获客助手", "17": "定制开发", "18": "需求回复", "21": "第三方售前客服",
    "22": "可能的商务伙伴", "24": "接受微信账号收到的好友申请", "201": "内部成员共享", "202": "管理员分配",
}  # fmt: skip


@bp.get("/customers/charts")
@allow(MANAGERS)
def show_customer_charts() -> ResponseReturnValue:
    """Everything here was counted in the night: it opens as fast for millions as for a hundred."""
    staff, days, department_id = current_staff(), as_number(request.args.get("days")), as_number(request.args.get("department"))
    days = days if days in PERIODS else PERIODS[0]
    with transaction() as session:
        path = get_department_in(session, staff, department_id).path if department_id else ""
        counts, areas = growth_of(session, staff, path), list_areas_in(session, staff)
    today = clock.today()
    growth = _growth(counts, today, days)
    charts = {
        "growth": growth, "source": _sources(counts), "map": _map(counts), "cohort": _cohorts(counts, today),
    }  # fmt: skip
    return render_template(
        "hq/customer_charts.html", counts=counts, charts=charts, days=days, periods=PERIODS, areas=areas, today=today,
        department_id=department_id, added=sum(growth["series"][0]["values"]), lost=-sum(growth["series"][1]["values"]),
    )  # fmt: skip


def _growth(counts: Counts, today: date, days: int) -> dict[str, Any]:
    """Added upward and lost downward day by day, and what is left of both as a line."""
    told = [(today - timedelta(days=back)).isoformat() for back in range(days, 0, -1)]
    added, lost = ([counts.get(kind, {}).get(day, 0) for day in told] for kind in ("added", "lost"))
    net, sums = 0, []
    for more, fewer in zip(added, lost, strict=True):
        net += more - fewer
        sums.append(net)
    return {
        "kind": "growth", "names": [f"{int(day[5:7])}/{int(day[8:])}" for day in told],
        "series": [{"name": "添加", "values": added}, {"name": "流失", "values": [-one for one in lost]},
                   {"name": "累计净增", "values": sums}],
    }  # fmt: skip


def _sources(counts: Counts) -> dict[str, Any]:
    """The twelve channels that brought most, the others together."""
    ranked = sorted(counts.get("source", {}).items(), key=lambda one: (-one[1], one[0]))
    shown = [(_source(key), many) for key, many in ranked[:MOST_SOURCES]]
    others = sum(many for _, many in ranked[MOST_SOURCES:])
    shown += [("其他", others)] if others else []
    return {"kind": "bars", "names": [name for name, _ in shown], "values": [many for _, many in shown]}


def _source(key: str) -> str:
    way, _, number = key.partition(":")
    return ADD_WAYS.get(number, "其他方式") if way == "way" else key


def _map(counts: Counts) -> dict[str, Any]:
    """A tile a province; what is no province of ours is told beside it."""
    by_name: dict[str, int] = {}
    for province, many in counts.get("province", {}).items():
        name = short_name(province)
        by_name[name] = by_name.get(name, 0) + many
    tiles = [{"name": name, "at": place, "value": by_name.get(name, 0)} for name, place in TILES.items()]
    return {"kind": "tiles", "tiles": tiles, "elsewhere": sum(many for name, many in by_name.items() if name not in TILES)}


def _cohorts(counts: Counts, today: date) -> dict[str, Any]:
    """Months of adding downward, months later across: the share (%) that was still a friend."""
    told, cells, names = counts.get("cohort", {}), [], []
    for row in range(COHORTS):
        number = today.year * 12 + today.month - 1 - (COHORTS - 1 - row)
        month = f"{number // 12}-{number % 12 + 1:02}"
        everybody = told.get(f"{month}:0", 0)
        names.append(f"{month}（{everybody:,}）")
        cells += [
            {
                "at": [later, row],
                "share": round(told.get(f"{month}:{later}", 0) * 100 / everybody, 1),
                "value": told.get(f"{month}:{later}", 0),
            }
            for later in range(COHORTS - row)
            if everybody
        ]
    return {"kind": "cohort", "names": names, "steps": list(range(COHORTS)), "cells": cells}

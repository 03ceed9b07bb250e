"""What is decided about RFM and value: digits 1 to 5 against cuts, measured among all buyers or set by the brand. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

QUANTILE, FIXED = "quantile", "fixed"
# The shares of buyers at or below each cut: fifths for R, F and M; for the value tier the top is five in a hundred.
FIFTHS = (0.2, 0.4, 0.6, 0.8)
VALUE_SHARES = (0.2, 0.5, 0.8, 0.95)
LISTS = {"recency_days": "天数", "orders": "次数", "spent_yuan": "金额"}
MOST = 100_000_000
# She ordered, but nothing was measured yet that her orders could be read against: below "no order", never mistaken for it.
UNMEASURED = -1
VALUE_NAMES = {UNMEASURED: "还没算", 0: "还没有下单", 1: "基础", 2: "一般", 3: "重要", 4: "高价值", 5: "顶级"}


@dataclass(frozen=True, slots=True)
class Cuts:
    """Four ascending cuts each: days since the last order, order days, fen spent, and fen of worth (spent and expected)."""

    recency: Sequence[float]
    orders: Sequence[float]
    fen: Sequence[float]
    worth: Sequence[float]


def default_body() -> dict[str, Any]:
    """The rules a brand begins with: quantiles over two years; the fixed cuts are there to be switched to."""
    return {
        "mode": QUANTILE, "window_days": 730,
        "recency_days": [30, 90, 180, 365], "orders": [1, 2, 3, 5], "spent_yuan": [500, 1500, 3000, 8000],
    }  # fmt: skip


def body_problems(body: Mapping[str, Any]) -> dict[str, str]:
    """What is wrong with a body, field by field, in Chinese; empty when it may hold."""
    whole = default_body() | dict(body)
    problems = {}
    if whole["mode"] not in (QUANTILE, FIXED):
        problems["mode"] = "请选择按排名或按固定分界"
    if not _whole_number(whole["window_days"]) or not 30 <= whole["window_days"] <= 3650:
        problems["window_days"] = "天数应在 30 到 3650 之间"
    for name, what in LISTS.items():
        cuts = whole[name]
        if not isinstance(cuts, list) or len(cuts) != 4 or not all(_whole_number(one) and 0 < one <= MOST for one in cuts):
            problems[name] = f"请填四个{what}，用逗号分开"
        elif sorted(set(cuts)) != cuts:
            problems[name] = "四个数要从小到大，不能重复"
    return problems | {name: "没有这一项" for name in body if name not in default_body()}


def _whole_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def cuts_of(body: Mapping[str, Any], measured: Mapping[str, Any]) -> Cuts | None:
    """What digits are read against: the brand's own cuts or those measured last night; None before anything was measured."""
    if not measured:
        return None
    whole = default_body() | dict(body)
    if whole["mode"] == FIXED:
        fen = [yuan * 100 for yuan in whole["spent_yuan"]]
        return Cuts(whole["recency_days"], whole["orders"], fen, measured["worth"])
    return Cuts(measured["recency"], measured["orders"], measured["fen"], measured["worth"])


def digit(value: float, cuts: Sequence[float]) -> int:
    """1 to 5: one more than the cuts lying below the value. Equal values get equal digits."""
    return 1 + sum(value > cut for cut in cuts)


def rfm_of(days_since: int, orders: int, fen: int, cuts: Cuts) -> str:
    """ "543": 5 is best in each; a recent order is a small number of days. Nothing within the window reads "111"."""
    if not orders:
        return "111"
    return f"{6 - digit(days_since, cuts.recency)}{digit(orders, cuts.orders)}{digit(fen, cuts.fen)}"


def value_of(worth_fen: int, cuts: Cuts) -> int:
    """The value tier 1 to 5 by what she spent and is expected to spend."""
    return digit(worth_fen, cuts.worth)

"""What is decided about orders: which can be kept, how they are told in a line. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from foundation.text import clean, cut

Goods = Mapping[str, Any]
MAX_SOURCE, MAX_NUMBER = 20, 64
MAX_FEN = 10_000_000_000
MAX_GOODS = 50
EARLIEST_YEAR = 1990


def purchase_problems(
    source: str, order_no: str, paid_fen: int, refunded_fen: int, at: datetime, latest: datetime
) -> dict[str, str]:
    """What is wrong with an order, field by field, in Chinese; empty when it can be kept. `latest` ends what is believable."""
    problems = {}
    if not 1 <= len(source) <= MAX_SOURCE:
        problems["source"] = f"来源应为 1 到 {MAX_SOURCE} 个字"
    if not 1 <= len(order_no) <= MAX_NUMBER or not order_no.isprintable():
        problems["order_no"] = f"订单号应为 1 到 {MAX_NUMBER} 个字"
    if not 0 <= paid_fen <= MAX_FEN:
        problems["paid_fen"] = "实付金额应在 0 到 1 亿元之间"
    if not 0 <= refunded_fen <= max(0, paid_fen):
        problems["refunded_fen"] = "退款金额应在 0 和实付金额之间"
    if at.tzinfo is None or at.year < EARLIEST_YEAR or at > latest:
        problems["at"] = "下单时间不对，不能早于 1990 年，也不能在将来"
    return problems


def goods_named(goods: Sequence[Goods]) -> list[dict[str, Any]]:
    """The goods that have a name, with texts cut to what a closet holds."""
    found = []
    for one in goods[:MAX_GOODS]:
        if name := clean(str(one.get("name") or "")).strip():
            texts = {key: cut(clean(str(one.get(key) or "")).strip(), 20) for key in ("colour", "size")}
            found.append({**one, **texts, "name": cut(name, 100)})
    return found


def yuan(fen: int) -> str:
    """129900 → "1299", 129950 → "1299.50"."""
    return f"{fen // 100}" if fen % 100 == 0 else f"{fen / 100:.2f}"


def order_title(goods: Sequence[Goods], paid_fen: int) -> str:
    """One line of an order: 长款羽绒服 等 2 件，1299 元."""
    return title_of([one["name"] for one in goods_named(goods)], paid_fen)


def title_of(names: Sequence[str], paid_fen: int) -> str:
    """The same for goods whose names are clean already."""
    first = cut(names[0], 24) if names else ""
    what = f"{first} 等 {len(names)} 件" if len(names) > 1 else first
    return f"{what}，{yuan(paid_fen)} 元" if what else f"{yuan(paid_fen)} 元"


def refund_title(refunded_fen: int) -> str:
    """退款 200 元."""
    return f"共退款 {yuan(refunded_fen)} 元"

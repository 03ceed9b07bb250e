"""The orders of the customer list (排序): how each stands in the address and how it is said. Pure."""

from dataclasses import dataclass

from foundation.errors import Invalid
from hq.forms import as_number
from segments.columns import DAYS
from segments.ordering import Order, Place

NEWEST = "newest"
NEWEST_TOLD = "按录入先后，最近录入的在前"
BY = {
    "last_order": ("last_order_on", "最近下单"), "spent": ("spent_yuan", "累计消费"), "orders": ("orders", "下单次数"),
    "added": ("added_on", "添加时间"), "contact": ("last_contact_on", "最近联系"), "opened": ("last_open_on", "最近打开"),
    "visited": ("last_visit_on", "最近到店"),
}  # fmt: skip
WAYS = {"spent": ("从高到低", "从低到高"), "orders": ("从多到少", "从少到多")}
DAY_WAYS = ("从近到远", "从远到近")


@dataclass(frozen=True, slots=True)
class Sort:
    """By a column of the list, its largest or latest first (`falling`) or the other way round."""

    column: str
    falling: bool

    @property
    def name(self) -> str:
        """As the address holds it: "spent", or "-spent" for the largest first."""
        return f"-{self.column}" if self.falling else self.column

    @property
    def order(self) -> Order:
        """What segments.sorting sorts by."""
        return Order(BY[self.column][0], self.falling)

    @property
    def words(self) -> str:
        """ "累计消费从高到低"."""
        return BY[self.column][1] + WAYS.get(self.column, DAY_WAYS)[not self.falling]

    @property
    def told(self) -> str:
        """The same as a sentence of the page, with where those without a day are."""
        return f"按{self.words}" + ("，没有的在最后" if self.order.column in DAYS else "")


SORTS = {sort.name: sort for column in BY for sort in (Sort(column, True), Sort(column, False))}
CHOICES = ((NEWEST, "最近录入在前"), *((name, sort.words) for name, sort in SORTS.items()))


def pressed(column: str, now: Sort | None) -> Sort:
    """What a press on the head of a column asks for: its largest first, and the other way round where that is so already."""
    return Sort(column, not (now is not None and now.column == column and now.falling))


def read_sort(text: str | None) -> Sort | None:
    """The order meant; None is the newest first. Raises Invalid at the field `sort`."""
    name = (text or "").strip()
    if name in {"", NEWEST}:
        return None
    if name not in SORTS:
        raise Invalid("没有这种排序", {"sort": "链接里没有这种排序，点“查找”先按录入先后看"})
    return SORTS[name]


def read_place(sort: Sort, after: str | None, at: str | None) -> Place | None:
    """The place a page begins after: her number and the value she was sorted by; None, the beginning, where either is amiss."""
    id_, text = as_number(after), (at or "").strip()
    size = as_number(text.removeprefix("-"))
    if id_ is None or size is None:
        return None
    value = -size if text.startswith("-") else size
    return Place(id_, value) if sort.order.holds(value) else None

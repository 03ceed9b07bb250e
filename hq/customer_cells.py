"""How the customer list writes choices and days: Jinja filters. Only words: decides nothing."""

from datetime import date

from foundation import clock
from hq.customer_filters import CHOICES
from hq.routes.door import bp


@bp.app_template_filter("choice")
def choice(value: object, name: str) -> str:
    """The Chinese word of a filter's choice; an unknown one is shown as it is."""
    return {str(stored): label for stored, label in CHOICES[name]}.get(str(value), str(value))


@bp.app_template_filter("they")
def they(gender: int) -> str:
    """How a customer is spoken of: 他, 她, and 客户 while the gender is not known."""
    return {1: "他", 2: "她"}.get(gender, "客户")


@bp.app_template_filter("short_day")
def short_day(value: date | None) -> str:
    """A day as a column shows it: the year only where it is not this one."""
    if value is None:
        return "—"
    today = clock.today()
    if value == today:
        return "今天"
    return f"{value.month}月{value.day}日" if value.year == today.year else f"{value.year}年{value.month}月{value.day}日"

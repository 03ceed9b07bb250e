"""Holidays and solar terms (节日, 节气) of a day, for whoever plans content; computed by tyme4py, so every year is known."""

from datetime import date
from functools import lru_cache

from tyme4py.solar import SolarDay

# What a shop lives by and no almanac lists.
OF_COMMERCE = {
    (2, 14): "情人节",
    (3, 8): "妇女节",
    (6, 18): "618",
    (11, 11): "双11",
    (12, 12): "双12",
    (12, 24): "平安夜",
    (12, 25): "圣诞节",
}


@lru_cache(maxsize=2048)
def hints_of(day: date) -> tuple[str, ...]:
    """Names of the day, the feast before the term; and whether an official holiday makes it a day off or of work."""
    solar = SolarDay.from_ymd(day.year, day.month, day.day)
    term, feast, old = solar.get_term_day(), solar.get_festival(), solar.get_lunar_day().get_festival()
    names = [one.get_name() for one in (old, feast) if one is not None]
    names += [OF_COMMERCE[(day.month, day.day)]] if (day.month, day.day) in OF_COMMERCE else []
    if term.get_day_index() == 0:
        names.append(term.get_solar_term().get_name())
    # 冬至节 and 清明节 are feasts and terms at once: told once.
    told = [name for name in dict.fromkeys(names) if f"{name}节" not in names]
    return (*told, *_rest(solar, told))


def _rest(solar: SolarDay, told: list[str]) -> tuple[str, ...]:
    official = solar.get_legal_holiday()
    if official is None:
        return ()
    if official.is_work():
        return ("调休上班",)
    return () if told else ("放假",)

"""What members did with their customers, counted per natural day as 联系客户统计 shows it (DOC 92132)."""

from dataclasses import dataclass, field

from simulator.days import DAY, midnight

KEEP_DAYS = 181


@dataclass(slots=True)
class DayFigures:
    """One member's day. `said`: her messages by customer; `asked`: when a customer opened a chat; `answered`: after how
    many seconds she first replied."""

    said: dict[str, int] = field(default_factory=dict)
    asked: dict[str, float] = field(default_factory=dict)
    answered: dict[str, float] = field(default_factory=dict)
    deleted_by: int = 0
    applied: int = 0
    added: int = 0


@dataclass(slots=True)
class Statistics:
    """Keyed by the day's midnight, then by lower-case userid."""

    days: dict[int, dict[str, DayFigures]] = field(default_factory=dict)

    def wrote(self, userid: str, external_userid: str, sender: str, at: float) -> None:
        """A line in a single chat; `sender` guide or customer, anything else is not counted."""
        if sender == "guide":
            day = self._of(userid, at)
            day.said[external_userid] = day.said.get(external_userid, 0) + 1
            if external_userid in day.asked and external_userid not in day.answered:
                day.answered[external_userid] = at - day.asked[external_userid]
        elif sender == "customer":
            day = self._of(userid, at)
            if external_userid not in day.said:
                day.asked.setdefault(external_userid, at)

    def added(self, userid: str, at: float) -> None:
        self._of(userid, at).added += 1

    def applied(self, userid: str, at: float) -> None:
        self._of(userid, at).applied += 1

    def deleted(self, userid: str, at: float) -> None:
        """The customer deleted or blocked her."""
        self._of(userid, at).deleted_by += 1

    def on(self, day: int, userids: list[str]) -> list[DayFigures]:
        """Figures of these members (lower case) on the day that began at `day`; members who did nothing are left out."""
        mine = self.days.get(day, {})
        return [mine[userid] for userid in userids if userid in mine]

    def _of(self, userid: str, at: float) -> DayFigures:
        day = midnight(at)
        if day not in self.days:
            for old in [each for each in self.days if each < day - KEEP_DAYS * DAY]:
                del self.days[old]
        return self.days.setdefault(day, {}).setdefault(userid.lower(), DayFigures())

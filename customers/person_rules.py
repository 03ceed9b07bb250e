"""What is decided about a person's requests: when they are due, what they are called. Pure."""

from datetime import date, timedelta

from customers.respect_models import DataRequestKind

WORKING_DAYS = 15
SATURDAY = 5
SOON = 3
MAX_IDENTIFIED = 100
KIND_NAMES = {DataRequestKind.COPY: "查阅、复制", DataRequestKind.CORRECT: "更正、补充", DataRequestKind.ERASE: "删除"}
ARTICLES = {DataRequestKind.COPY: "第四十五条", DataRequestKind.CORRECT: "第四十六条", DataRequestKind.ERASE: "第四十七条"}


def due_on(asked_on: date) -> date:
    """Fifteen working days later: Monday to Friday, holidays not taken off."""
    day, left = asked_on, WORKING_DAYS
    while left:
        day += timedelta(days=1)
        left -= day.weekday() < SATURDAY
    return day


def working_days_left(today: date, due: date) -> int:
    """Working days from tomorrow to the due day; negative days are overdue ones."""
    first, last, sign = (today, due, 1) if due >= today else (due, today, -1)
    days = (first + timedelta(days=number) for number in range(1, (last - first).days + 1))
    return sign * sum(day.weekday() < SATURDAY for day in days)

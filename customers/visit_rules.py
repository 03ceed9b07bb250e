"""When a visit to a store may have been. Pure."""

from datetime import datetime, timedelta

LONGEST_AGO, AHEAD = timedelta(days=730), timedelta(minutes=10)
NOT_THEN = "到店时间不能在将来，也不能早于两年前"


def visit_problem(at: datetime, latest: datetime) -> str:
    """What is wrong with the moment of a visit, in Chinese; `latest` is now and AHEAD, for clocks that are not ours."""
    return "" if latest - AHEAD - LONGEST_AGO <= at <= latest else NOT_THEN

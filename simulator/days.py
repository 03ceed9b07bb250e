"""Natural days (自然日) as the platform counts them: Shanghai time, no summer time since 1991."""

DAY = 86_400
_EAST = 8 * 3_600


def midnight(at: float) -> int:
    """Unix seconds of the 00:00 (Asia/Shanghai) before `at`."""
    return (int(at) + _EAST) // DAY * DAY - _EAST

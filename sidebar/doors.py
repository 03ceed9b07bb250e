"""All doors of the sidebar on one blueprint: importing the route modules hangs them on it."""

from sidebar.routes import (
    board,
    care,
    customers,
    handovers,
    items,
    library,
    login,
    me,
    mine,
    photos,
    posters,
    posts,
    profile,
    proposals,
    sending,
    sends,
    service,
    signature,
    tasks,
)
from sidebar.routes.door import bp

__all__ = [
    "board", "bp", "care", "customers", "handovers", "items", "library", "login", "me", "mine", "photos", "posters", "posts",
    "profile", "proposals", "sending", "sends", "service", "signature", "tasks",
]  # fmt: skip

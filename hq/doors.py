"""The console's one way in for the roof: importing the route modules puts their pages on the blueprint."""

from hq import filters
from hq.routes import (
    audit,
    boards,
    care,
    codes,
    connection,
    content,
    customers,
    home,
    inbox,
    login,
    outbox,
    people,
    photos,
    sync,
    tasks,
    welcome,
)
from hq.routes.door import bp

BUSINESS = (home, login, tasks, photos, care, boards, content, customers, people, codes, welcome)
PAGES = (*BUSINESS, connection, sync, outbox, inbox, audit)

__all__ = ["PAGES", "bp", "filters"]

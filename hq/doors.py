"""The console's one way in for the roof: importing the route modules puts their pages on the blueprint."""

from hq import filters
from hq.routes import (
    audit,
    boards,
    calendar,
    calendar_entries,
    care,
    categories,
    codes,
    connection,
    content,
    content_drop,
    content_edit,
    content_files,
    content_review,
    content_uploads,
    contributions,
    customers,
    drift,
    figures,
    home,
    inbox,
    login,
    outbox,
    people,
    persona_holders,
    personas,
    photos,
    poster_batches,
    posters,
    sync,
    tasks,
    welcome,
    words,
)
from hq.routes.door import bp

LIBRARY = (content, content_edit, content_review, content_uploads, categories)
BUSINESS = (home, login, tasks, photos, posters, poster_batches, care, boards, *LIBRARY, customers, people, codes, welcome)
WORTH = (content_files, content_drop, figures, contributions)
VOICE = (personas, persona_holders, calendar, calendar_entries, words, drift)
PAGES = (*BUSINESS, *VOICE, *WORTH, connection, sync, outbox, inbox, audit)

__all__ = ["PAGES", "bp", "filters"]

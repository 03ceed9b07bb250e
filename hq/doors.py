"""The console's one way in for the roof: importing the route modules puts their pages on the blueprint."""

from hq import customer_cells, filters
from hq.routes import (
    audit,
    boards,
    calendar,
    calendar_entries,
    care,
    categories,
    codes,
    connection,
    contact_rules,
    content,
    content_drop,
    content_edit,
    content_files,
    content_review,
    content_uploads,
    contributions,
    customer_batches,
    customer_charts,
    customer_page,
    customer_views,
    customers,
    drift,
    figures,
    handovers,
    home,
    imports,
    inbox,
    login,
    losses,
    merges,
    open_api,
    outbox,
    owners,
    people,
    person_requests,
    persona_holders,
    personas,
    photos,
    poster_batches,
    posters,
    profile_fields,
    rule_answers,
    segment_exports,
    segments,
    stage_rules,
    sync,
    tag_rules,
    tags,
    tasks,
    tiers,
    timeline,
    welcome,
    words,
)
from hq.routes.door import bp

LIBRARY = (content, content_edit, content_review, content_uploads, categories)
BUSINESS = (home, login, tasks, photos, posters, poster_batches, care, boards, *LIBRARY, customers, people, codes, welcome)
WORTH = (content_files, content_drop, figures, contributions)
VOICE = (personas, persona_holders, calendar, calendar_entries, words, drift)
STANDING = (contact_rules, person_requests, timeline, tiers, stage_rules, profile_fields)
GROUPS = (rule_answers, segments, segment_exports)
MOVING = (losses, handovers, owners, merges)
TAGGING = (tags, tag_rules)
OUTSIDE = (imports, open_api)
PERSONS = (customer_batches, customer_charts, customer_page, customer_views)
MACHINERY = (connection, sync, outbox, inbox, audit)
PAGES = (*BUSINESS, *PERSONS, *GROUPS, *OUTSIDE, *STANDING, *TAGGING, *MOVING, *VOICE, *WORTH, *MACHINERY)

__all__ = ["PAGES", "bp", "customer_cells", "filters"]

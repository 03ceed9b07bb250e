"""Every path the server side knows, out of its families; a path that is not here answers 404 and is written down."""

from simulator.api import (
    agents,
    card_updates,
    contact_ways,
    contacts,
    customer_tags,
    customers,
    identity,
    media,
    messages,
    tokens,
    welcome,
)
from simulator.api.call import Endpoint

FAMILIES = (
    tokens, identity, contacts, agents, media, messages, card_updates, customers, customer_tags, contact_ways, welcome,
)  # fmt: skip
TABLE: dict[str, Endpoint] = {path: endpoint for family in FAMILIES for path, endpoint in family.ROUTES.items()}

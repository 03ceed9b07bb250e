"""获客链接 as people meet them: a customer opens one and asks to be added; the corp buys quota, its admin deletes a link."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

from simulator import link_contacts
from simulator.actions.customer import become_friends, befriended, new_follow, scanner
from simulator.actions.request import ImpossibleError, Wish
from simulator.callbacks import acquisition_events
from simulator.world.customers import Customer, Relation
from simulator.world.links import Link
from simulator.world.people import Member

EXAMPLE = 'for example {"link_id": "caw…", "customer_channel": "poster_1", "customer": {"name": "周小姐"}}'

MOST_USES, MOST_DAYS = 10_000_000, 3_650


def opens_link(wish: Wish) -> dict[str, Any]:
    """She looks at the member's profile page; a stranger when neither customer nor external_userid is given."""
    link, state = _link(wish)
    known = wish.body.get("external_userid") or wish.body.get("customer")
    external_userid = scanner(wish).external_userid if known else ""
    member = link_contacts.servant(wish.world, link, external_userid)
    event_id = link_contacts.clicked(wish.world, link, external_userid, state)
    shown = {"userid": member.userid, "name": member.name} if member else {"userid": "", "name": ""}
    return {"link_id": link.link_id, "external_userid": external_userid, "state": state, "event_id": event_id} | shown


def requests_by_link(wish: Wish) -> dict[str, Any]:
    """She presses 添加; with skip_verify they are friends at once, otherwise `member_accepts` is next."""
    link, state = _link(wish)
    customer = scanner(wish)
    link_contacts.clicked(wish.world, link, customer.external_userid, state)
    return asks(wish, link, state, customer)


def asks(wish: Wish, link: Link, state: str, customer: Customer) -> dict[str, Any]:
    """The friend request itself, the click counted already."""
    member = _servant(wish, link, customer)
    answer: dict[str, Any] = {"external_userid": customer.external_userid, "userid": member.userid, "state": state}
    if befriended(wish.world, member, customer):
        return answer | {"already": True, "welcome_code": "", "event_id": 0}
    follow = new_follow(wish.world, member, customer, link_contacts.ADD_WAY, state)
    event_id = link_contacts.requested(wish.world, link, follow)
    if link.skip_verify:
        return answer | become_friends(wish.world, follow, "add_external_contact")
    follow.relation = Relation.PENDING
    return answer | {"pending": True, "welcome_code": "", "event_id": event_id}


def buys_quota(wish: Wish) -> dict[str, Any]:
    """`count` uses for `days` days."""
    count, days = wish.number("count"), wish.number("days", 365)
    if not (1 <= count <= MOST_USES and 1 <= days <= MOST_DAYS):
        raise ImpossibleError(f'count is 1 to {MOST_USES}, days 1 to {MOST_DAYS}; for example {{"count": 100, "days": 365}}', 400)
    quota = link_contacts.buy(wish.world, count, days)
    return {"balance": wish.world.state.links.balance, "expire_date": quota.expire_date}


def admin_deletes_link(wish: Wish) -> dict[str, Any]:
    """In the admin console, so the app that made it gets delete_link."""
    link, _ = _link(wish)
    wish.world.state.links.remove(link)
    return {"event_id": acquisition_events.of_link(wish.world, link.agentid, "delete_link", [("LinkId", link.link_id)])}


def _link(wish: Wish) -> tuple[Link, str]:
    """The link named by link_id or url, and the state its customer_channel makes."""
    links, channel = wish.world.state.links, wish.text("customer_channel", "")
    if wish.body.get("url"):
        try:
            parts = urlsplit(wish.text("url"))
        except ValueError as error:
            raise ImpossibleError(f"url is not an address; {EXAMPLE}", 400) from error
        link = links.of_key(parts.path.rpartition("/")[2])
        channel = channel or parse_qs(parts.query).get("customer_channel", [""])[0]
    elif wish.body.get("link_id"):
        link = links.by_id.get(wish.text("link_id"))
    else:
        raise ImpossibleError(f"link_id or url is needed, as text; {EXAMPLE}", 400)
    if link is None:
        raise ImpossibleError(f"there is no such link; {EXAMPLE}", 404)
    return link, link_contacts.cut_state(channel)


def _servant(wish: Wish, link: Link, customer: Customer) -> Member:
    member = link_contacts.servant(wish.world, link, customer.external_userid)
    if member is None:
        raise ImpossibleError("nobody of this link can be added")
    if wish.world.state.links.balance < 1:
        raise ImpossibleError('the corp has used up its 获客链接 quota: do buys_quota, for example {"count": 100, "days": 365}')
    return member

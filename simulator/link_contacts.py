"""What customers do through a 获客链接, counted and told as it happens: clicks, requests, friendships, messages, quota."""

from simulator import ids
from simulator.callbacks import acquisition_events as events
from simulator.callbacks import xml
from simulator.days import DAY, midnight
from simulator.world.customers import Follow, Relation
from simulator.world.links import ChatKey, Link, LinkCustomer, Quota
from simulator.world.people import Member
from simulator.world.world import World

LOW = 20
TOLD_MESSAGES = (3, 5, 10)
TOLD_DAYS = (1, 2, 3, 7, 14)
KEY_LIFE = 1_800
ADD_WAY = 16
STATE_BYTES = 64


def cut_state(channel: str) -> str:
    """customer_channel as it becomes `state`: at most 64 bytes, never half a character."""
    return channel.encode("utf-8", "ignore")[:STATE_BYTES].decode("utf-8", "ignore")


def servants(world: World, link: Link) -> list[Member]:
    """Members of the link's range who can be added now."""
    people = world.state.people
    found = {userid.lower(): people.find(userid) for userid in link.user_list}
    for department_id in link.department_list:
        found |= people.below(department_id)
    return [member for member in found.values() if member and member.status == 1 and member.customer_contact]


def servant(world: World, link: Link, external_userid: str) -> Member | None:
    """Who is shown to this customer: a member she knows when the link prefers those, otherwise the next in turn."""
    able = servants(world, link)
    if link.priority_type and external_userid:
        preferred = {each.lower() for each in link.priority_userid_list}
        for follow in world.state.customers.of_customer(external_userid):
            friend = world.member(follow.userid)
            chosen = link.priority_type == 1 or follow.userid.lower() in preferred
            if chosen and friend and friend.status == 1 and follow.relation is Relation.MUTUAL:
                return friend
    return able[link.turn % len(able)] if able else None


def clicked(world: World, link: Link, visitor: str, state: str) -> int:
    """Somebody opened the link; `visitor` is an external_userid, or empty for a stranger who counts each time."""
    day = link.clicks.setdefault(midnight(world.now), {})
    visitor = visitor or f"#{len(day)}"
    day[visitor] = day.get(visitor, 0) + 1
    if not world.state.links.profile_events:
        return 0
    return events.of_link(world, link.agentid, "open_profile", [*_link(link), ("State", state)])


def requested(world: World, link: Link, follow: Follow) -> int:
    """She has sent the friend request; whether it takes is for `became` to say."""
    link.turn += 1
    state = world.state.links
    state.bring(LinkCustomer(link.link_id, follow.userid, follow.external_userid, follow.state, world.now))
    return events.of_link(world, link.agentid, "friend_request", [*_link(link), ("State", follow.state)])


def became(world: World, follow: Follow) -> None:
    """The two are friends now: one use of the quota when a link brought her."""
    links = world.state.links
    brought = links.of_pair(follow.userid, follow.external_userid)
    if brought is None or not brought.pending or follow.add_way != ADD_WAY:
        return
    brought.pending = False
    link = links.by_id.get(brought.link_id)
    if link is not None:
        day = midnight(world.now)
        link.added[day] = link.added.get(day, 0) + 1
    before = links.balance
    links.spend()
    after = links.balance
    if after < LOW <= before:
        events.of_quota(world, "balance_low")
    if after == 0 < before:
        events.of_quota(world, "balance_exhausted")


def heard(world: World, userid: str, external_userid: str) -> None:
    """A customer wrote to a member: the app whose link brought her hears of the first, third, fifth and tenth time."""
    links = world.state.links
    brought = links.of_pair(userid, external_userid)
    if brought is None or brought.pending:
        return
    brought.messages += 1
    link = links.by_id.get(brought.link_id)
    if link is None:
        return
    if brought.messages == 1:
        who: xml.Fields = [("UserID", brought.userid), ("ExternalUserID", external_userid)]
        events.of_link(world, link.agentid, "customer_start_chat", [*who, *_link(link)])
    if brought.messages in TOLD_MESSAGES:
        key = ids.opaque(world.rng, 43)
        links.chat_keys[key] = ChatKey(
            key, link.link_id, brought.userid, external_userid, brought.state, brought.messages, world.now + KEY_LIFE
        )
        events.of_link(world, link.agentid, "message_from_customer", [*_link(link), ("ChatKey", key)])


def buy(world: World, count: int, days: int) -> Quota:
    """`count` uses that are gone at the midnight `days` from today."""
    links = world.state.links
    before = links.balance
    quota = Quota(count, midnight(world.now) + days * DAY)
    links.quotas.append(quota)
    if before == 0:
        events.of_quota(world, "balance_increased")
    return quota


def settle_quotas(world: World) -> None:
    """Announce what expires soon, drop what has expired."""
    links, today = world.state.links, midnight(world.now)
    for quota in [each for each in links.quotas if each.expire_date <= world.now]:
        links.quotas.remove(quota)
        if quota.balance and links.balance == 0:
            events.of_quota(world, "balance_exhausted")
    for quota in links.quotas:
        left = (quota.expire_date - today) // DAY
        due = next((each for each in TOLD_DAYS if left <= each), 0)
        if quota.balance and due and due not in quota.told:
            quota.told.append(due)
            told: xml.Fields = [("ExpireTime", quota.expire_date), ("ExpireQuotaNum", quota.balance)]
            events.of_quota(world, "quota_expire_soon", told)


def settle_links(world: World) -> None:
    """Forget old chat keys; after a change of the tree, tell of links nobody serves any more."""
    links = world.state.links
    while links.chat_keys and next(iter(links.chat_keys.values())).expires_at <= world.now:
        del links.chat_keys[next(iter(links.chat_keys))]
    if links.people_version == world.state.people.version:
        return
    links.people_version = world.state.people.version
    for link in links.by_id.values():
        before, link.available = link.available, bool(servants(world, link))
        if before and not link.available:
            events.of_link(world, link.agentid, "link_unavailable", _link(link))


def _link(link: Link) -> list[tuple[str, xml.Value]]:
    return [("LinkId", link.link_id)]

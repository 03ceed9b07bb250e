"""What a customer does on her phone: scans a code, writes, deletes the guide."""

from typing import Any

from simulator import chatting, ids, link_contacts, temp_chats
from simulator.actions.request import ImpossibleError, Wish
from simulator.callbacks import events
from simulator.world.customers import Customer, Follow, Relation
from simulator.world.passes import WelcomeCode
from simulator.world.people import Member
from simulator.world.ways import ContactWay
from simulator.world.world import World

WELCOME_LIFE = 20
FEMALE, MALE = 2, 1
NAMES = {
    MALE: ("刘思远", "赵明轩", "周子墨", "陈浩然", "林景行"), FEMALE: ("王晓雨", "李慕晴", "张语桐", "陈可欣", "吴佳怡"),
}  # fmt: skip
TITLES = {"先生": MALE, "哥": MALE, "小姐": FEMALE, "女士": FEMALE, "姐": FEMALE}


def scans(wish: Wish) -> dict[str, Any]:
    """She scans a contact way (config_id or its state) or a member's own code (userid) and adds the guide."""
    way = _way(wish)
    member = _servant(wish, way)
    customer = scanner(wish)
    answer: dict[str, Any] = {"external_userid": customer.external_userid, "userid": member.userid}
    if befriended(wish.world, member, customer):
        return answer | {"already": True, "welcome_code": "", "event_id": 0}
    if way is not None:
        way.scans += 1
    if way is not None and way.is_temp:
        return answer | _chats_for_a_while(wish, way, member, customer)
    half = bool(wish.body.get("half", False))
    follow = new_follow(wish.world, member, customer, state=way.state if way else "")
    follow.relation = Relation.HALF if half else Relation.MUTUAL
    if way is not None and not way.skip_verify:
        follow.relation = Relation.PENDING
        return answer | {"pending": True, "welcome_code": "", "event_id": 0}
    change = "add_half_external_contact" if half else "add_external_contact"
    return answer | become_friends(wish.world, follow, change)


def befriended(world: World, member: Member, customer: Customer) -> bool:
    follow = world.state.customers.find_follow(member.userid, customer.external_userid)
    return follow is not None and follow.relation in (Relation.MUTUAL, Relation.HALF)


def new_follow(world: World, member: Member, customer: Customer, add_way: int = 1, state: str = "", by: str = "") -> Follow:
    """A relation that begins now, kept; remark, tags and the like of an earlier one come back. `by`: who asked for it."""
    external_userid = customer.external_userid
    old = world.state.customers.find_follow(member.userid, external_userid)
    asker = by or external_userid
    follow = Follow(member.userid, external_userid, world.seconds, add_way=add_way, state=state, oper_userid=asker)
    if old is not None:
        follow.remark, follow.description, follow.tags = old.remark, old.description, old.tags
        follow.remark_mobiles, follow.remark_corp_name = old.remark_mobiles, old.remark_corp_name
    world.state.customers.keep(follow)
    return follow


def become_friends(world: World, follow: Follow, change: str, welcome: bool = True) -> dict[str, Any]:
    """Both phones say they may chat now; the apps hear of it, with a welcome code when one is due."""
    code = WelcomeCode(
        ids.opaque(world.rng, 43), follow.userid, follow.external_userid, world.now + WELCOME_LIFE,
        after_line=world.state.chats.last_id,
    ) if welcome else None  # fmt: skip
    if code is not None:
        world.state.passes.welcomes[code.code] = code
        world.state.passes.forget_oldest(world.now)
    customer = world.state.customers.get(follow.external_userid)
    line = {"content": f"{customer.name} 已添加你为联系人，现在可以开始聊天了。"}
    chatting.say(world, follow.userid, follow.external_userid, "system", "text", line)
    if change == "add_external_contact":
        world.state.statistics.added(follow.userid, world.now)
        link_contacts.became(world, follow)
    value = code.code if code else ""
    event_id = events.external_contact(
        world, change, follow.userid, follow.external_userid, state=follow.state, welcome_code=value
    )
    return {"welcome_code": value, "event_id": event_id}


def sends(wish: Wish) -> dict[str, Any]:
    """She writes to the guide. No callback: WeCom tells apps nothing of single chats."""
    follow = wish.follow()
    if follow.relation not in (Relation.MUTUAL, Relation.HALF, Relation.TEMP):
        raise ImpossibleError("they are not connected: she has to add the guide again")
    msgtype = wish.text("msgtype", "text")
    body = {"content": wish.text("content")} if msgtype == "text" else wish.mapping("body")
    message = chatting.say(wish.world, follow.userid, follow.external_userid, "customer", msgtype, body)
    return {"id": message.id}


def deletes(wish: Wish) -> dict[str, Any]:
    """She deletes the guide: the relation stays readable one-way, the apps get del_follow_user."""
    follow = wish.follow()
    if follow.relation not in (Relation.MUTUAL, Relation.HALF):
        raise ImpossibleError("they are not connected")
    follow.relation = Relation.CUSTOMER_LEFT
    wish.world.state.statistics.deleted(follow.userid, wish.world.now)
    wish.world.notices.changed(follow.userid, follow.external_userid)
    event_id = events.external_contact(wish.world, "del_follow_user", follow.userid, follow.external_userid)
    return {"event_id": event_id}


def _chats_for_a_while(wish: Wish, way: ContactWay, member: Member, customer: Customer) -> dict[str, Any]:
    """A temporary way makes no contact, only a 临时会话; nobody is called back."""
    if way.unionid and way.unionid != customer.unionid:
        raise ImpossibleError("this temporary code is for another customer's unionid")
    follow = new_follow(wish.world, member, customer, state=way.state)
    follow.relation = Relation.TEMP
    chat = temp_chats.open_chat(wish.world, way, follow)
    return {"temp": True, "ends_at": chat.ends_at, "welcome_code": "", "event_id": 0}


def _way(wish: Wish) -> ContactWay | None:
    ways = wish.world.state.ways
    if wish.body.get("config_id"):
        found = ways.find(wish.text("config_id"))
    elif wish.body.get("state"):
        found = ways.find_state(wish.text("state"))
    else:
        return None
    if found is None:
        raise ImpossibleError("there is no contact way with this config_id or state", 404)
    if found.is_temp and found.created_at + found.expires_in <= wish.world.now:
        raise ImpossibleError("this temporary code has expired")
    return found


def _servant(wish: Wish, way: ContactWay | None) -> Member:
    """Who is added: the member named, or the contact way's members in turn."""
    if way is None:
        return wish.member()
    people = wish.world.state.people
    userids = [userid for userid in way.user if people.find(userid)]
    userids += [userid for party in way.party for userid in people.below(party) if userid not in userids]
    member = people.find(userids[way.scans % len(userids)]) if userids else None
    if member is None or member.status != 1:
        raise ImpossibleError("nobody of this contact way can be added")
    return member


def scanner(wish: Wish) -> Customer:
    """The customer who scans: a known one, or a new one with the given name."""
    customers = wish.world.state.customers
    if wish.body.get("external_userid"):
        return wish.customer()
    wanted = wish.mapping("customer")
    external_userid = ids.external_userid(wish.world.rng)
    gender = wanted.get("gender", _gender_of(wish, str(wanted.get("name") or "")))
    if isinstance(gender, bool) or gender not in (0, MALE, FEMALE):
        raise ImpossibleError("gender is 0 (unknown), 1 (male) or 2 (female)", 400)
    name = str(wanted.get("name") or wish.world.rng.choice(NAMES[gender or FEMALE]))
    avatar = str(wanted.get("avatar") or f"{wish.world.base_url}/files/avatar_{external_userid}.png")
    customer = Customer(external_userid, name, int(gender), avatar)
    customers.add(customer)
    return customer


def _gender_of(wish: Wish, name: str) -> int:
    """周小姐 is a woman; what a name does not tell is drawn."""
    told = next((gender for title, gender in TITLES.items() if name.endswith(title)), 0)
    return told or wish.world.rng.choice((MALE, FEMALE))

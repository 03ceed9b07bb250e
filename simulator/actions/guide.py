"""What a guide does in the native client with her customers: accepts, writes, remarks, tags, deletes."""

from typing import Any

from simulator import chatting
from simulator.actions import interception
from simulator.actions.customer import become_friends
from simulator.actions.request import ImpossibleError, Wish
from simulator.callbacks import events
from simulator.world.customers import Follow, Relation


def accepts(wish: Wish) -> dict[str, Any]:
    """She confirms a customer who waits, or one who got in by 免验证 (no second welcome code once welcomed)."""
    wish.member()
    follow = wish.follow()
    if follow.relation not in (Relation.HALF, Relation.PENDING):
        raise ImpossibleError("there is nothing to accept")
    follow.relation, follow.createtime = Relation.MUTUAL, wish.world.seconds
    return become_friends(wish.world, follow, "add_external_contact", welcome=not follow.welcomed)


def sends(wish: Wish) -> dict[str, Any]:
    wish.member()
    follow = wish.follow()
    if follow.relation not in (Relation.MUTUAL, Relation.TEMP):
        raise ImpossibleError("they are not connected")
    msgtype = wish.text("msgtype", "text")
    body = {"content": wish.text("content")} if msgtype == "text" else wish.mapping("body")
    warned = interception.checked(wish, follow.userid, msgtype, body)
    message = chatting.say(wish.world, follow.userid, follow.external_userid, "guide", msgtype, body)
    return {"id": message.id} | warned


def edits_customer(wish: Wish) -> dict[str, Any]:
    """Remark, description, mobiles and tags changed in the client; causes edit_external_contact."""
    wish.member()
    follow = wish.follow()
    if not follow.readable:
        raise ImpossibleError("they are not connected")
    _check_tags(wish)
    if "remark" in wish.body:
        follow.remark = wish.text("remark", "")
    if "description" in wish.body:
        follow.description = wish.text("description", "")
    if "remark_mobiles" in wish.body:
        follow.remark_mobiles = wish.texts("remark_mobiles")
    _retag(follow, wish.texts("add_tag"), wish.texts("remove_tag"))
    wish.world.notices.changed(follow.userid, follow.external_userid)
    event_id = events.external_contact(wish.world, "edit_external_contact", follow.userid, follow.external_userid)
    return {"event_id": event_id}


def deletes_customer(wish: Wish) -> dict[str, Any]:
    """The relation is gone (84061); optional `source` DELETE_BY_TRANSFER."""
    follow = wish.follow()
    if follow.relation is Relation.MEMBER_LEFT:
        raise ImpossibleError("she has deleted this customer already")
    follow.relation = Relation.MEMBER_LEFT
    wish.world.notices.changed(follow.userid, follow.external_userid)
    event_id = events.external_contact(
        wish.world, "del_external_contact", follow.userid, follow.external_userid, source=wish.text("source", "")
    )
    return {"event_id": event_id}


def transfer_fails(wish: Wish) -> dict[str, Any]:
    reason = wish.text("reason", "customer_refused")
    if reason not in ("customer_refused", "customer_limit_exceed"):
        raise ImpossibleError("reason is one of customer_refused and customer_limit_exceed", 400)
    member, customer = wish.member(), wish.customer()
    event_id = events.external_contact(wish.world, "transfer_fail", member.userid, customer.external_userid, fail_reason=reason)
    return {"event_id": event_id}


def _check_tags(wish: Wish) -> None:
    for tag_id in wish.texts("add_tag"):
        if wish.world.state.tags.find(tag_id) is None:
            raise ImpossibleError(f"there is no tag {tag_id}", 404)


def _retag(follow: Follow, add: list[str], remove: list[str]) -> None:
    follow.tags = [each for each in follow.tags if each not in remove]
    follow.tags += [each for each in dict.fromkeys(add) if each not in follow.tags]

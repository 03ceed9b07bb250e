"""What people do in 朋友圈: members publish and post, customers like and comment."""

from typing import Any

from simulator import moment_publishing
from simulator.actions.enclosed import attachments
from simulator.actions.request import ImpossibleError, Wish
from simulator.world.moments import Moment, Publication, Reaction

MOST_IMAGES, MOST_CHARS = 9, 2000


def publishes(wish: Wish) -> dict[str, Any]:
    """She presses 发表 on a Moment the corp planned."""
    member = wish.member()
    moment, copy = _copy(wish, member.userid)
    if copy.published_at:
        raise ImpossibleError("she has published it already")
    if moment.cancelled:
        raise ImpossibleError("this Moment has been stopped")
    moment_publishing.publish(wish.world, moment, copy)
    return {"published_at": copy.published_at, "customers": len(moment_publishing.chosen(wish.world, moment, copy))}


def posts(wish: Wish) -> dict[str, Any]:
    """Her own, to all her customers: a text, and up to nine images, or one video, or one link."""
    member = wish.member()
    if not member.customer_contact:
        raise ImpossibleError(f"{member.userid} may not serve customers")
    text, enclosed = wish.text("text", ""), attachments(wish, ("image", "video", "link"))
    kinds = {each["msgtype"] for each in enclosed}
    if len(kinds) > 1 or len(enclosed) > (MOST_IMAGES if kinds == {"image"} else 1) or len(text) > MOST_CHARS:
        raise ImpossibleError(f"a Moment has up to {MOST_CHARS} characters and nine images, or one video, or one link", 400)
    if not text and not enclosed:
        raise ImpossibleError('there is nothing to post; for example "text": "新款到店"', 400)
    location = {key: str(value) for key, value in wish.mapping("location").items()}
    moment = moment_publishing.post(wish.world, member.userid, text, enclosed, location)
    return {"moment_id": moment.moment_id}


def customer_likes(wish: Wish) -> dict[str, Any]:
    customer = wish.customer()
    copy = _seen(wish, customer.external_userid)
    if wish.body.get("unlike"):
        moment_publishing.unlike(wish.world, copy, customer.external_userid)
    else:
        moment_publishing.react(wish.world, copy, Reaction(customer.external_userid, True, wish.world.seconds))
    wish.world.notices.changed("", customer.external_userid)
    return {"likes": len(copy.likes)}


def customer_comments(wish: Wish) -> dict[str, Any]:
    customer = wish.customer()
    copy = _seen(wish, customer.external_userid)
    comment = Reaction(customer.external_userid, True, wish.world.seconds, wish.text("content"))
    moment_publishing.react(wish.world, copy, comment)
    return {"comments": len(copy.comments)}


def member_comments(wish: Wish) -> dict[str, Any]:
    """Under her own copy, as the answer to a customer's comment."""
    member = wish.member()
    _, copy = _published(wish, member.userid)
    moment_publishing.react(wish.world, copy, Reaction(member.userid, False, wish.world.seconds, wish.text("content")))
    return {"comments": len(copy.comments)}


def _seen(wish: Wish, external_userid: str) -> Publication:
    """The copy of `userid`, which this customer must be able to see."""
    moment, copy = _published(wish, wish.text("userid"))
    follows = wish.world.state.customers.of_customer(external_userid)
    if not any(each.userid.lower() == copy.userid.lower() and moment_publishing.sees(moment, copy, each) for each in follows):
        raise ImpossibleError("this customer does not see it: not a friend of hers, or not among those it is for")
    return copy


def _published(wish: Wish, userid: str) -> tuple[Moment, Publication]:
    moment, copy = _copy(wish, userid)
    if not copy.published_at:
        raise ImpossibleError("she has not published it yet")
    return moment, copy


def _copy(wish: Wish, userid: str) -> tuple[Moment, Publication]:
    moment_publishing.settle_moments(wish.world)
    moment = wish.world.state.moments.find(wish.text("moment_id"))
    copy = moment.copies.get(userid.lower()) if moment else None
    if moment is None or copy is None:
        raise ImpossibleError("she has no such Moment; GET members/<userid>/moments lists hers", 404)
    return moment, copy

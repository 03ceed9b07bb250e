"""/_control for 朋友圈: a member's Moments to publish and published, and what a customer finds in her feed."""

from typing import Any

from flask import Blueprint, Response

from simulator import moment_publishing
from simulator.control.answer import FEW, LOG, answer, number, refuse, world
from simulator.control.enclosures import attachment_row
from simulator.world.moments import Moment, Publication, Reaction
from simulator.world.world import World

bp = Blueprint("moments", __name__, url_prefix="/_control")
STOPPED = -1
Row = dict[str, Any]


@bp.get("/members/<userid>/moments")
def list_of_member(userid: str) -> Response:
    """Newest first; publish_status 0 waits for her, 1 published, -1 stopped before she did."""
    found = world()
    with found.lock:
        if found.member(userid) is None:
            return refuse(f"there is no member {userid}", 404)
        moment_publishing.settle_moments(found)
        moments = found.state.moments.of_member(userid)[: number("limit", LOG)]
        return answer({"moments": [_hers(found, each, each.copies[userid.lower()]) for each in moments]})


@bp.get("/customers/<external_userid>/moments")
def list_of_customer(external_userid: str) -> Response:
    """As WeChat shows it: of likes and comments only her own and the guide's."""
    found = world()
    with found.lock:
        if found.state.customers.find(external_userid) is None:
            return refuse(f"there is no customer {external_userid}", 404)
        feed = moment_publishing.feed(found, external_userid)[: number("limit", FEW)]
        return answer({"moments": [_seen(found, *each, external_userid) for each in feed]})


def _hers(found: World, moment: Moment, copy: Publication) -> Row:
    status = 1 if copy.published_at else STOPPED if moment.cancelled else 0
    return _shared(found, moment, copy) | {
        "creator": moment.creator, "create_type": moment.create_type, "create_time": moment.created_at,
        "publish_status": status, "customer_count": _count(found, moment, copy),
        "likes": [_liker(found, each) for each in copy.likes],
        "comments": [_comment(found, each) for each in copy.comments],
    }  # fmt: skip


def _seen(found: World, moment: Moment, copy: Publication, external_userid: str) -> Row:
    member = found.member_ever(copy.userid)
    known = (external_userid, copy.userid)
    return _shared(found, moment, copy) | {
        "userid": copy.userid, "name": member.name if member else "", "avatar": member.avatar if member else "",
        "liked": any(each.id == external_userid for each in copy.likes),
        "likes": [_liker(found, each) for each in copy.likes if each.id in known],
        "comments": [_comment(found, each) for each in copy.comments if each.id in known],
    }  # fmt: skip


def _shared(found: World, moment: Moment, copy: Publication) -> Row:
    return {
        "moment_id": moment.moment_id, "published_at": copy.published_at, "text": moment.text,
        "location": moment.location.get("name", ""),
        "attachments": [attachment_row(found, each) for each in moment.attachments],
    }  # fmt: skip


def _count(found: World, moment: Moment, copy: Publication) -> int:
    """Whom it reached, or would reach if she published now."""
    if copy.published_at:
        return len(moment_publishing.chosen(found, moment, copy))
    mine = found.state.customers.of_member(copy.userid)
    return sum(1 for each in mine if each.readable and moment_publishing.fits(each, moment.tags))


def _liker(found: World, reaction: Reaction) -> Row:
    person = found.state.customers.find(reaction.id) if reaction.external else found.member_ever(reaction.id)
    return {"id": reaction.id, "name": person.name if person else ""}


def _comment(found: World, reaction: Reaction) -> Row:
    return _liker(found, reaction) | {"content": reaction.content, "at": reaction.at}

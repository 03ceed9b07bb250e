"""客户朋友圈 looked back at: list, who published, who may see, who got it, who liked or commented (DOC 93333)."""

from typing import Any

from simulator import moment_publishing
from simulator.api.call import Call, Endpoint, integer, text
from simulator.api.customers import follower
from simulator.api.group_send_records import ALL, CORP, OWN, period
from simulator.api.moments import found
from simulator.api.paging import cursor_of, limit_of, position_of
from simulator.days import DAY
from simulator.errors import ApiError
from simulator.world.customers import Follow, Relation
from simulator.world.moments import Moment, Publication, Reaction

LONGEST = 30 * DAY
Row = dict[str, Any]


def list_moments(call: Call) -> Row:
    """Those apps made, and those of members the app sees."""
    start, end = period(call, LONGEST)
    creator, kind = text(call.body, "creator"), integer(call.body, "filter_type", ALL)
    if kind not in (CORP, OWN, ALL):
        raise ApiError(40058)
    moment_publishing.settle_moments(call.world)
    listed = [
        each for each in call.state.moments.by_id.values()
        if start <= each.created_at <= end and kind in (ALL, each.create_type) and (not creator or each.creator == creator)
        and (not each.creator or call.world.sees(call.app, each.creator))
    ]  # fmt: skip
    return _page(call, f"moment_list|{start}|{end}|{creator}|{kind}", "moment_list", [_moment(each) for each in listed], 20, 20)


def list_tasks(call: Call) -> Row:
    """Only of Moments apps made; members inside the app's range."""
    moment = found(call)
    if moment.create_type == 1:
        raise ApiError(41067)
    copies = [each for each in moment.copies.values() if call.world.sees(call.app, each.userid)]
    rows = [{"userid": each.userid, "publish_status": int(each.published_at > 0)} for each in copies]
    return _page(call, f"moment_task|{moment.moment_id}", "task_list", rows, 500, 1000)


def list_chosen(call: Call) -> Row:
    moment, copy = _published(call)
    rows = [{"userid": copy.userid, "external_userid": each.external_userid} for each in _meant(call, moment, copy)]
    return _page(call, f"moment_customers|{moment.moment_id}|{copy.userid}", "customer_list", rows, 500, 1000)


def list_reached(call: Call) -> Row:
    """Those of the chosen who are still friends."""
    moment, copy = _published(call)
    reached = [each for each in _meant(call, moment, copy) if each.relation is Relation.MUTUAL]
    rows = [{"external_userid": each.external_userid} for each in reached]
    return _page(call, f"moment_sent|{moment.moment_id}|{copy.userid}", "customer_list", rows, 3000, 5000)


def list_reactions(call: Call) -> Row:
    """Who and when; the words of comments are not given."""
    _, copy = _published(call)
    return {"comment_list": [_reaction(each) for each in copy.comments], "like_list": [_reaction(each) for each in copy.likes]}


def _published(call: Call) -> tuple[Moment, Publication]:
    """The member's copy; 41061 it is not hers, 41062 she has not published it yet."""
    moment, userid = found(call), text(call.body, "userid", missing=41009)
    follower(call, userid)
    copy = moment.copies.get(userid.lower())
    if copy is None:
        raise ApiError(41061)
    if not copy.published_at:
        raise ApiError(41062)
    return moment, copy


def _meant(call: Call, moment: Moment, copy: Publication) -> list[Follow]:
    return moment_publishing.chosen(call.world, moment, copy)


def _page(call: Call, query: str, name: str, rows: list[Row], default: int, most: int) -> Row:
    limit = limit_of(call, default, most)
    first = position_of(call, query, text(call.body, "cursor"))
    return {"next_cursor": cursor_of(call, query, first + limit, len(rows)), name: rows[first : first + limit]}


def _moment(moment: Moment) -> Row:
    """`creator` is left out when an app made it; only the kind of attachment it has is there."""
    shown: Row = {"moment_id": moment.moment_id} | ({"creator": moment.creator} if moment.creator else {})
    shown |= {"create_time": moment.created_at, "create_type": moment.create_type, "visible_type": int(moment.public)}
    shown |= {"text": {"content": moment.text}} if moment.text else {}
    bodies = [(each["msgtype"], each[each["msgtype"]]) for each in moment.attachments]
    images = [{"media_id": body.get("media_id", "")} for kind, body in bodies if kind == "image"]
    shown |= {"image": images} if images else {}
    for kind, body in bodies:
        if kind == "video":
            shown["video"] = {"media_id": body.get("media_id", ""), "thumb_media_id": body.get("thumb_media_id", "")}
        elif kind == "link":
            shown["link"] = {"title": body.get("title", ""), "url": body.get("url", "")}
    return shown | ({"location": moment.location} if moment.location else {})


def _reaction(reaction: Reaction) -> Row:
    return {"external_userid" if reaction.external else "userid": reaction.id, "create_time": reaction.at}


ROUTES = {
    "externalcontact/get_moment_list": Endpoint("POST", list_moments, "customer", {"moment_list": []}),
    "externalcontact/get_moment_task": Endpoint("POST", list_tasks, "customer", {"task_list": []}),
    "externalcontact/get_moment_customer_list": Endpoint("POST", list_chosen, "customer", {"customer_list": []}),
    "externalcontact/get_moment_send_result": Endpoint("POST", list_reached, "customer", {"customer_list": []}),
    "externalcontact/get_moment_comments": Endpoint("POST", list_reactions, "customer", {"comment_list": [], "like_list": []}),
}

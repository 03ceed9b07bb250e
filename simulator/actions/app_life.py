"""What happens to an app and its members' accounts: warnings, approvals, accounts that open, close and lose their licence."""

from typing import Any

from simulator.actions.raw import nested
from simulator.actions.request import ImpossibleError, Wish
from simulator.callbacks import app_events, events, range_events
from simulator.callbacks.app_events import Parts
from simulator.world.people import MemberTag

WITH_TIME = frozenset({"inactive_alert", "low_active_alert"})
PLAIN = frozenset({"close_inactive_agent", "low_active", "active_restored", "share_agent_change", "share_chain_change"})
BY_ADMIN = "reopen_inactive_agent"
WEEK = 7 * 86400


def warned(wish: Wish) -> dict[str, Any]:
    """{event, agentid, effect_time} from WeCom itself; reopen_inactive_agent comes from an administrator (userid)."""
    app, event = wish.app(), wish.text("event")
    if event == BY_ADMIN:
        return {"event_id": app_events.system(wish.world, app, event, [], wish.member().userid)}
    if event not in WITH_TIME | PLAIN:
        names = ", ".join(sorted(WITH_TIME | PLAIN | {BY_ADMIN}))
        raise ImpossibleError(f'event is one of {names}; for example {{"event": "inactive_alert"}}', 400)
    when = wish.number("effect_time", wish.world.seconds + WEEK)
    parts: Parts = [("EffectTime", when)] if event in WITH_TIME else []
    return {"event_id": app_events.system(wish.world, app, event, parts)}


def approval_changes(wish: Wish) -> dict[str, Any]:
    """open_approval_change: {userid, third_no, status 1..4, name}; `info` adds or replaces elements of ApprovalInfo."""
    member, app = wish.member(), wish.app()
    status = wish.number("status", 1)
    if status not in range(1, 5):
        raise ImpossibleError('status is 1 (waiting), 2 (passed), 3 (refused) or 4 (withdrawn), for example {"status": 2}', 400)
    info: dict[str, Any] = {
        "ThirdNo": wish.text("third_no", "201806010001"), "OpenSpName": wish.text("name", "请假"),
        "OpenTemplateId": wish.text("template_id", "1234567890"), "OpenSpStatus": status, "ApplyTime": wish.world.seconds,
        "ApplyUserName": member.name, "ApplyUserId": member.userid,
    }  # fmt: skip
    parts: Parts = [("ApprovalInfo", nested(info | wish.mapping("info")))]
    return {"event_id": app_events.system(wish.world, app, "open_approval_change", parts)}


def activates(wish: Wish) -> dict[str, Any]:
    """She opens WeCom for the first time (or again after being disabled): active, and the apps hear of her."""
    member = wish.member()
    if member.status == 1:
        raise ImpossibleError(f"{member.userid} is active already")
    member.status = 1
    range_events.tell_apps(wish.world, member, "subscribe")
    wish.world.notices.changed(member.userid)
    return {"status": member.status}


def disables(wish: Wish) -> dict[str, Any]:
    """The administrator disables her account; she stays in the contacts."""
    member = wish.member()
    if member.status == 2:
        raise ImpossibleError(f"{member.userid} is disabled already")
    member.status = 2
    range_events.tell_apps(wish.world, member, "unsubscribe")
    wish.world.notices.changed(member.userid)
    return {"status": member.status}


def license_changes(wish: Wish) -> dict[str, Any]:
    """{userid, licensed}: without a 接口许可 app messages do not reach her (unlicenseduser)."""
    member, licensed = wish.member(), wish.body.get("licensed")
    if not isinstance(licensed, bool):
        raise ImpossibleError('licensed is true or false, for example {"userid": "lixiaomei", "licensed": false}', 400)
    member.licensed = licensed
    return {"licensed": licensed}


def tag_members_change(wish: Wish) -> dict[str, Any]:
    """{tagid, add_users, del_users, add_parties, del_parties} in the console; causes update_tag."""
    tag = wish.world.state.people.tags.get(wish.number("tagid"))
    if tag is None:
        raise ImpossibleError(f"there is no member tag {wish.number('tagid')}", 404)
    users, gone = wish.texts("add_users"), wish.texts("del_users")
    parties, closed = _departments(wish, "add_parties"), _departments(wish, "del_parties")
    if not (users or gone or parties or closed):
        raise ImpossibleError('say who comes or goes, for example {"tagid": 1, "add_users": ["lixiaomei"]}', 400)
    if any(wish.world.member(each) is None for each in users):
        raise ImpossibleError("add_users has a member who is not there", 404)
    _change(tag, users, gone, parties, closed)
    return {"event_id": events.tag_changed(wish.world, tag.tagid, users, gone, parties, closed)}


def _departments(wish: Wish, key: str) -> list[int]:
    wanted = wish.body.get(key) or []
    known = wish.world.state.people.departments
    if not isinstance(wanted, list) or any(not isinstance(each, int) or each not in known for each in wanted):
        raise ImpossibleError(f'{key} is a list of departments that exist, for example {{"{key}": [101]}}', 400)
    return wanted


def _change(tag: MemberTag, users: list[str], gone: list[str], parties: list[int], closed: list[int]) -> None:
    tag.users = [each for each in dict.fromkeys([*tag.users, *users]) if each not in gone]
    tag.parties = [each for each in dict.fromkeys([*tag.parties, *parties]) if each not in closed]

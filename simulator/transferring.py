"""How a customer passes from one member to another (DOC 92125, 94081): asked for, refused, accepted or due after a day."""

from simulator import chatting
from simulator.callbacks import events
from simulator.days import DAY, midnight
from simulator.world.customers import Follow, Relation
from simulator.world.people import Member
from simulator.world.transfers import DONE, FULL, REFUSED, WAITING, Kind, Leaver, Transfer
from simulator.world.world import World

ADD_WAY = 202
COUNTED = (DONE, WAITING)


def member_left(world: World, member: Member) -> None:
    """Call when a member leaves the tree: from now on her customers wait for somebody else."""
    world.state.transfers.leavers[member.userid.lower()] = Leaver(member, world.seconds)


def member_came(world: World, userid: str) -> None:
    """Call when somebody joins under a userid: it is not a leaver's any more."""
    world.state.transfers.leavers.pop(userid.lower(), None)


def unassigned(world: World, leaver: Leaver) -> list[Follow]:
    """Her customers whom nobody has taken over and nobody is about to."""
    mine = world.state.customers.of_member(leaver.member.userid)
    waiting = world.state.transfers.waiting
    return [each for each in mine if each.relation is Relation.MUTUAL and not waiting(each.external_userid)]


def too_often(world: World, external_userid: str) -> bool:
    """Has she been handed over between members in service as often as 90 natural days allow?"""
    rules, today = world.state.transfers.rules, midnight(world.now)
    since = today - (rules.window_days - 1) * DAY
    counted = (
        each for each in world.state.transfers.of_customer(external_userid)
        if each.kind is Kind.ONJOB and each.status in COUNTED and each.started_at >= since
    )  # fmt: skip
    return len(list(counted)) >= rules.most_in_window


def is_full(world: World, userid: str, external_userid: str) -> bool:
    """No room for one more customer; whoever has her already needs none."""
    mine = [each for each in world.state.customers.of_member(userid) if each.relation is Relation.MUTUAL]
    if any(each.external_userid == external_userid for each in mine):
        return False
    return len(mine) >= world.state.transfers.rules.customer_limit


def start(world: World, kind: Kind, handover: str, takeover: Member, external_userid: str, message: str) -> Transfer:
    transfers = world.state.transfers
    due = world.seconds + transfers.rules.hours * 3600
    transfer = Transfer(kind, handover, takeover.userid, external_userid, world.seconds, due, message)
    transfers.add(transfer)
    line = f"您的服务将由同事 {takeover.name} 接替，{transfers.rules.hours} 小时后自动生效，您可以拒绝。"
    chatting.say(world, handover, external_userid, "system", "text", {"content": line})
    return transfer


def complete(world: World, transfer: Transfer) -> None:
    """The old relation ends, the new one begins; nothing when one side is no longer there."""
    old = world.state.customers.find_follow(transfer.handover_userid, transfer.external_userid)
    takeover = world.member(transfer.takeover_userid)
    if takeover is None or old is None or old.relation is not Relation.MUTUAL:
        _fail(world, transfer, REFUSED, "customer_refused")
    elif is_full(world, takeover.userid, transfer.external_userid):
        _fail(world, transfer, FULL, "customer_limit_exceed")
    else:
        transfer.status, transfer.takeover_time = DONE, world.seconds
        old.relation = Relation.MEMBER_LEFT
        world.notices.changed(old.userid, old.external_userid)
        if transfer.kind is Kind.ONJOB:
            source = "DELETE_BY_TRANSFER"
            events.external_contact(world, "del_external_contact", old.userid, old.external_userid, source=source)
        _befriend(world, transfer, takeover)


def refuse(world: World, transfer: Transfer) -> None:
    _fail(world, transfer, REFUSED, "customer_refused")


def settle_transfers(world: World) -> None:
    for transfer in world.state.transfers.take_due(world.now):
        complete(world, transfer)


def name_of(world: World, userid: str) -> str:
    """A member's name, of one who left too."""
    member = world.member_ever(userid)
    return member.name if member else userid


def _fail(world: World, transfer: Transfer, status: int, reason: str) -> None:
    transfer.status = status
    userid, external_userid = transfer.takeover_userid, transfer.external_userid
    world.notices.changed(transfer.handover_userid, external_userid)
    events.external_contact(world, "transfer_fail", userid, external_userid, fail_reason=reason)


def _befriend(world: World, transfer: Transfer, takeover: Member) -> None:
    """No event when she has the customer already. Tags and remarks stay with the old relation."""
    customers, external_userid = world.state.customers, transfer.external_userid
    present = customers.find_follow(takeover.userid, external_userid)
    if present is None or present.relation is not Relation.MUTUAL:
        follow = Follow(takeover.userid, external_userid, world.seconds, add_way=ADD_WAY, oper_userid=transfer.handover_userid)
        follow.welcomed = True
        customers.keep(follow)
        events.external_contact(world, "add_external_contact", takeover.userid, external_userid)
    line = {"content": f"{name_of(world, transfer.handover_userid)} 的服务由 {takeover.name} 接替，现在可以开始聊天了。"}
    chatting.say(world, takeover.userid, external_userid, "system", "text", line)
    if transfer.message:
        body = {"content": transfer.message}
        chatting.say(world, takeover.userid, external_userid, "guide", "text", body, "transfer")

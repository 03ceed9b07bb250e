"""Who gets an application message: touser, toparty, totag against the app's range and the licences (DOC 90236)."""

from dataclasses import dataclass, field

from simulator.api.call import LONGEST_NUMBER, Call, text
from simulator.errors import ApiError


@dataclass(slots=True)
class Audience:
    """Recipients by lower-case userid, and what could not be reached, as the answer names it."""

    userids: dict[str, None] = field(default_factory=dict)
    users: list[str] = field(default_factory=list)
    parties: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    unlicensed: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, str]:
        named = {
            "invaliduser": self.users, "invalidparty": self.parties, "invalidtag": self.tags,
            "unlicenseduser": self.unlicensed,
        }  # fmt: skip
        return {key: "|".join(values) for key, values in named.items() if values}


def audience_of(call: Call, everybody: bool = True) -> Audience:
    """The recipients; `everybody` says whether touser may be @all. Errors 82001, 40032, 82002, 82003, 81013."""
    users, parties, tags = (text(call.body, key) for key in ("touser", "toparty", "totag"))
    if not (users or parties or tags):
        raise ApiError(82001)
    audience = Audience()
    if users == "@all":
        if not everybody:
            raise ApiError(40058, "@all is not supported by this message type")
        members = call.world.visibility.members(call.state.people, call.app)
        audience.userids = dict.fromkeys(member.userid.lower() for member in members)
    else:
        _add_users(call, audience, users.split("|") if users else [])
        _add_parties(call, audience, parties.split("|") if parties else [])
        _add_tags(call, audience, tags.split("|") if tags else [])
    _leave_out_unlicensed(call, audience)
    if not audience.userids:
        raise ApiError(81013, **audience.as_json())
    return audience


def _add_users(call: Call, audience: Audience, userids: list[str]) -> None:
    if len(userids) > 1000:
        raise ApiError(40032)
    for userid in userids:
        if call.world.sees(call.app, userid):
            audience.userids[userid.lower()] = None
        else:
            audience.users.append(userid.lower())


def _add_parties(call: Call, audience: Audience, parties: list[str]) -> None:
    if len(parties) > 100:
        raise ApiError(82002)
    inside = call.world.visibility.departments(call.state.people, call.app) if parties else frozenset()
    for party in parties:
        if _number(party) in inside:
            audience.userids |= dict.fromkeys(call.state.people.below(_number(party)))
        else:
            audience.parties.append(party)


def _add_tags(call: Call, audience: Audience, tags: list[str]) -> None:
    if len(tags) > 100:
        raise ApiError(82003)
    for each in tags:
        found = [userid for userid in call.state.people.tagged(_number(each)) if call.world.sees(call.app, userid)]
        if not found:
            audience.tags.append(each)
        audience.userids |= dict.fromkeys(found)


def _leave_out_unlicensed(call: Call, audience: Audience) -> None:
    members = call.state.people.members
    audience.unlicensed = [userid for userid in audience.userids if not members[userid].licensed]
    for userid in audience.unlicensed:
        del audience.userids[userid]


def _number(value: str) -> int:
    """-1 for what is no number: nothing has that id."""
    return int(value) if value.isdecimal() and len(value) <= LONGEST_NUMBER else -1

"""A guide asks somebody to become her customer (发起申请), as from a phone number or a WeChat friend."""

from typing import Any

from simulator.actions.customer import become_friends, befriended, new_follow, scanner
from simulator.actions.request import ImpossibleError, Wish

SEARCHED_MOBILE = 2


def adds_customer(wish: Wish) -> dict[str, Any]:
    """`accepted` false: the request is counted and nothing comes of it. No welcome code: the guide came to her."""
    member, customer = wish.member(), scanner(wish)
    add_way = wish.number("add_way", SEARCHED_MOBILE)
    if befriended(wish.world, member, customer):
        raise ImpossibleError("they are connected already")
    wish.world.state.statistics.applied(member.userid, wish.world.now)
    answer: dict[str, Any] = {"external_userid": customer.external_userid, "userid": member.userid}
    if wish.body.get("accepted", True) is not True:
        return answer | {"accepted": False}
    follow = new_follow(wish.world, member, customer, add_way, by=member.userid)
    follow.welcomed = True
    return answer | {"accepted": True} | become_friends(wish.world, follow, "add_external_contact", welcome=False)

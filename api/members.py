"""PUT /members and POST /orders: other systems tell who is a member and what was bought."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from sqlalchemy.orm import Session

from api.bodies import Member, Members, Order, Orders, Outcome, Outcomes, Visit, Who, unclean
from api.door import serve
from api.models import ApiKey
from customers.matching import Match, match_customers
from customers.member_actions import MemberFacts, put_members
from customers.phones import normal_phone
from customers.place_rules import place_problem, place_told, short_city, short_province
from customers.purchase_rules import purchase_problems
from customers.purchasing import PurchaseFacts, erased_among, note_purchases
from foundation import clock
from org.naming import ids_by_code, ids_by_userid

NOT_A_PHONE = "手机号不对，请写 11 位手机号，境外号码写 + 和国家代码"
NO_PROVINCE = "没有这个省份，请写成 江苏省 或 江苏"
GONE = "这位客户的资料刚刚被删除"
NOBODY = "external_userid、unionid、member_no、phone 至少填一个"


def _told(row: Who) -> dict[str, str | None]:
    phone = normal_phone(row.phone) if row.phone else None
    return {"external_userid": row.external_userid, "unionid": row.unionid, "member_no": row.member_no, "phone": phone}


def match_rows(session: Session, rows: Sequence[Member] | Sequence[Order] | Sequence[Visit]) -> list[Match]:
    """Whom each row means; a row nobody could mean carries the reason with `by` = "invalid"."""
    wrong = [unclean(row) for row in rows]
    told = [{} if why else _told(row) for row, why in zip(rows, wrong, strict=True)]
    found = match_customers(session, told)
    for place, row in enumerate(rows):
        if wrong[place]:
            found[place] = Match(None, wrong[place], "invalid")
        elif row.phone and not told[place]["phone"]:
            found[place] = Match(None, NOT_A_PHONE, "invalid")
        elif not any(told[place].values()):
            found[place] = Match(None, NOBODY, "invalid")
    return found


def lost(index: int, match: Match) -> Outcome:
    """What a row without a customer is told."""
    return Outcome(index=index, status="invalid" if match.by == "invalid" else "unknown", message=match.why)


@serve("PUT", "/members", scope="members", says="写会员资料（最多 500 位）", asks=Members, answers=Outcomes)
def put_member_batch(session: Session, key: ApiKey, asked: Members) -> Outcomes:
    """Member numbers, phones, birthdays and places of known customers; unknown ones are told, the others are kept."""
    rows, today = asked.members, clock.today()
    found = match_rows(session, rows)
    facts: dict[int, MemberFacts] = {}
    results: list[Outcome] = []
    for index, (row, match) in enumerate(zip(rows, found, strict=True)):
        if match.customer_id is None:
            results.append(lost(index, match))
        elif row.birthday and not (row.birthday.year >= 1900 and row.birthday <= today):
            results.append(Outcome(index=index, status="invalid", message="生日不能早于 1900 年，也不能在将来"))
        elif row.province and short_province(row.province) is None:
            results.append(Outcome(index=index, status="invalid", message=NO_PROVINCE))
        elif why := place_problem(*_place(row)):
            results.append(Outcome(index=index, status="invalid", message=why))
        elif match.customer_id in facts:
            results.append(Outcome(index=index, status="invalid", message="同一批里有两行是同一位客户，只采用前一行"))
        else:
            facts[match.customer_id] = _facts(row)
            results.append(Outcome(index=index, status="same", external_userid=str(match.customer_id)))
    changed, userids = put_members(session, facts)
    for outcome in results:
        if outcome.external_userid is not None:
            customer_id = int(outcome.external_userid)
            outcome.external_userid = userids.get(customer_id)
            outcome.status = "updated" if customer_id in changed else "same" if customer_id in userids else "unknown"
            outcome.message = "" if customer_id in userids else GONE
    return Outcomes(results=results)


def _facts(row: Member) -> MemberFacts:
    phone = normal_phone(row.phone) if row.phone else None
    return MemberFacts(row.member_no or None, phone, row.birthday, *place_told(*_place(row)))


def _place(row: Member) -> tuple[str | None, str | None]:
    return short_province(row.province or ""), short_city(row.city) if row.city else None


@serve("POST", "/orders", scope="orders", says="写订单（最多 500 张）", asks=Orders, answers=Outcomes)
def post_order_batch(session: Session, key: ApiKey, asked: Orders) -> Outcomes:
    """Orders of known customers, each kept once; a refund raises what was paid back."""
    rows = asked.orders
    found = match_rows(session, rows)
    meant = [row for row, match in zip(rows, found, strict=True) if match.customer_id is not None]
    stores = ids_by_code(session, [row.store_code for row in meant if row.store_code])
    guides = ids_by_userid(session, [row.guide_userid for row in meant if row.guide_userid])
    orders: dict[int, PurchaseFacts] = {}
    results: list[Outcome] = []
    for index, (row, match) in enumerate(zip(rows, found, strict=True)):
        if match.customer_id is None:
            results.append(lost(index, match))
        elif why := _order_problem(row, stores, guides):
            results.append(Outcome(index=index, status="invalid", message=why))
        else:
            orders[index] = PurchaseFacts(
                row.source, row.order_no, match.customer_id, row.at, row.paid_fen, row.refunded_fen,
                stores.get(row.store_code or ""), guides.get(row.guide_userid or ""), [one.model_dump() for one in row.goods],
            )  # fmt: skip
            results.append(Outcome(index=index, status="same"))
    news = {(one.order.source, one.order.order_no): one.fresh for one in note_purchases(session, orders.values())}
    quiet = {one.customer_id for one in orders.values() if (one.source, one.order_no) not in news}
    gone = erased_among(session, quiet)
    for index, order in orders.items():
        if (order.source, order.order_no) in news:
            results[index].status = "added" if news[order.source, order.order_no] else "updated"
        elif order.customer_id in gone:
            results[index].status, results[index].message = "unknown", GONE
    return Outcomes(results=results)


def _order_problem(row: Order, stores: Mapping[str, int], guides: Mapping[str, int]) -> str:
    latest = clock.now() + timedelta(days=1)
    problems = purchase_problems(row.source, row.order_no, row.paid_fen, row.refunded_fen, row.at, latest)
    if row.store_code and row.store_code not in stores:
        problems["store_code"] = f"没有编码是 {row.store_code} 的门店"
    if row.guide_userid and row.guide_userid not in guides:
        problems["guide_userid"] = f"没有账号是 {row.guide_userid} 的导购"
    return "；".join(problems.values())

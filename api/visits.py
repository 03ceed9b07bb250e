"""POST /visits: systems of the stores tell who came in."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from api.bodies import Outcome, Outcomes, Visit, Visits
from api.door import serve
from api.members import GONE, lost, match_rows
from api.models import ApiKey
from customers.store_visits import BY_GUIDE, Heard, StoreVisit, note_store_visits
from customers.visit_rules import AHEAD, visit_problem
from foundation import clock
from org.naming import ids_by_code, ids_by_userid


@serve("POST", "/visits", scope="visits", says="写到店（最多 500 次）", asks=Visits, answers=Outcomes)
def post_visit_batch(session: Session, key: ApiKey, asked: Visits) -> Outcomes:
    """Visits of known customers, one a day for each customer and store; told again it is the same."""
    rows = asked.visits
    found = match_rows(session, rows)
    meant = [row for row, match in zip(rows, found, strict=True) if match.customer_id is not None]
    stores = ids_by_code(session, [row.store_code for row in meant])
    guides = ids_by_userid(session, [row.guide_userid for row in meant if row.guide_userid])
    visits: dict[int, StoreVisit] = {}
    results: list[Outcome] = []
    for index, (row, match) in enumerate(zip(rows, found, strict=True)):
        if match.customer_id is None:
            results.append(lost(index, match))
        elif why := _problem(row, stores, guides):
            results.append(Outcome(index=index, status="invalid", message=why))
        else:
            staff_id = guides.get(row.guide_userid or "")
            visits[index] = StoreVisit(match.customer_id, row.at, stores[row.store_code], staff_id, row.source)
            results.append(Outcome(index=index, status="same"))
    for index, heard in zip(visits, note_store_visits(session, list(visits.values())), strict=True):
        results[index].status = heard.value
        results[index].message = GONE if heard == Heard.UNKNOWN else ""
    return Outcomes(results=results)


def _problem(row: Visit, stores: Mapping[str, int], guides: Mapping[str, int]) -> str:
    wrong = visit_problem(row.at, clock.now() + AHEAD)
    problems = [wrong] if wrong else []
    if row.store_code not in stores:
        problems.append(f"没有编码是 {row.store_code} 的门店")
    if row.guide_userid and row.guide_userid not in guides:
        problems.append(f"没有账号是 {row.guide_userid} 的导购")
    if row.source == BY_GUIDE:
        problems.append(f"source 不能写 {BY_GUIDE}，那是导购自己登记的")
    return "；".join(problems)

"""GET /customers, /tags, /changes and POST /customers/tags: what other systems read, and the tags they give."""

from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from api.bodies import (
    ChangeOut,
    ChangePage,
    ChangesOut,
    CustomerOut,
    CustomersOut,
    Nothing,
    Outcome,
    Outcomes,
    Page,
    TagChange,
    TagChanges,
    TagOut,
    TagsOut,
    unclean,
)
from api.door import serve
from api.models import ApiKey, CustomerChange
from api.queries import page_changes
from customers.import_staging import load_names
from customers.models import Consent, Customer
from customers.outside_queries import find_home_pairs, get_by_external_userid, list_after, lock_in_order, standings
from customers.queries import list_tags, tags_of
from customers.tag_changes import TagChange as Change
from customers.tag_changes import Tagged, tag_customers
from customers.tag_marks import Origin
from foundation.errors import AppError
from org.naming import userids_of


@serve("GET", "/customers/<external_userid>", scope="customers", says="读一位客户", asks=Nothing, answers=CustomerOut)
def get_customer(session: Session, key: ApiKey, asked: Nothing, external_userid: str) -> CustomerOut:
    """One customer by the platform's id; who was merged answers as the one she lives on in."""
    return _out(session, [get_by_external_userid(session, external_userid)])[0]


@serve("GET", "/customers", scope="customers", says="按页读客户", asks=Page, answers=CustomersOut)
def list_customer_pages(session: Session, key: ApiKey, asked: Page) -> CustomersOut:
    """Customers in the order they were first known."""
    rows = list_after(session, asked.after, asked.limit + 1)
    shown = rows[: asked.limit]
    return CustomersOut(customers=_out(session, shown), next=shown[-1].id if len(rows) > asked.limit else None)


def _out(session: Session, rows: Sequence[Customer]) -> list[CustomerOut]:
    owners = userids_of(session, [row.owner_id for row in rows])
    tags = {tag.id: tag.name for tag in tags_of(session, sorted({one for row in rows for one in row.tag_ids}))}
    tiers = standings(session, [row.id for row in rows])
    found = []
    for row in rows:
        tier = tiers.get(row.id)
        told = CustomerOut(
            external_userid=row.external_userid, name=row.name, unionid=row.unionid, member_no=row.member_no,
            phone_last4=row.phone_last4, birthday=row.birthday, province=row.province, city=row.city,
            consent=Consent(row.consent).value, owner_userid=owners.get(row.owner_id or 0),
            tags=[tags[one] for one in row.tag_ids if one in tags], role=tier.role if tier else None,
            stage=tier.stage if tier else None, rfm=tier.rfm if tier else None, created_at=row.created_at,
        )  # fmt: skip
        found.append(told)
    return found


@serve("GET", "/tags", scope="tags", says="读全部标签", asks=Nothing, answers=TagsOut)
def list_all_tags(session: Session, key: ApiKey, asked: Nothing) -> TagsOut:
    """Every living tag with its group."""
    return TagsOut(tags=[TagOut(group=one.group.name, name=tag.name) for one in list_tags(session) for tag in one.tags])


@serve("POST", "/customers/tags", scope="tags", says="打标签、去标签（最多 100 位）", asks=TagChanges, answers=Outcomes)
def post_tag_batch(session: Session, key: ApiKey, asked: TagChanges) -> Outcomes:
    """Tags on the owner's relation (or the oldest living one); what cannot be done is told, the rest is done."""
    names = load_names(session, "tags").tags
    wrong = {index: unclean(row) or _unknown(row, names) for index, row in enumerate(asked.changes)}
    accounts = [row.external_userid for index, row in enumerate(asked.changes) if not unclean(row)]
    lock_in_order(session, accounts)
    pairs = find_home_pairs(session, accounts)
    origin = Origin(f"job:api:{key.id}", key.name)
    told = {
        index: _turn(row, pairs[row.external_userid], names, origin)
        for index, row in enumerate(asked.changes)
        if not wrong[index] and row.external_userid in pairs
    }
    done = dict(zip(told, tag_customers(session, list(told.values())), strict=True))
    return Outcomes(results=[_outcome(index, row, wrong[index], done.get(index)) for index, row in enumerate(asked.changes)])


def _unknown(row: TagChange, names: Mapping[str, int | None]) -> str:
    lost = [word for word in (*row.add, *row.remove) if names.get(word) is None]
    return f"没有标签「{lost[0][:20]}」，或有多个组都有，请写成 组/标签" if lost else ""


def _turn(row: TagChange, pair: tuple[int, int], names: Mapping[str, int | None], origin: Origin) -> Change:
    add, remove = ([names[word] or 0 for word in words] for words in (row.add, row.remove))
    return Change(*pair, origin, add, remove)


def _outcome(index: int, row: TagChange, wrong: str, done: Tagged | AppError | None) -> Outcome:
    if wrong:
        return Outcome(index=index, status="invalid", message=wrong)
    if done is None:
        return Outcome(index=index, status="unknown", message="没有这位客户，或现在没有导购跟进她")
    if isinstance(done, AppError):
        return Outcome(index=index, status="invalid", external_userid=row.external_userid, message=done.message)
    return Outcome(index=index, status="updated" if done.changed else "same", external_userid=row.external_userid)


def _change(row: CustomerChange, external_userid: str) -> ChangeOut:
    facts = {name: value for name, value in row.facts.items() if name != "external_userid"}
    return ChangeOut(id=row.id, kind=row.kind, at=row.at, external_userid=external_userid, facts=facts)


@serve("GET", "/changes", scope="changes", says="按顺序读变动", asks=ChangePage, answers=ChangesOut)
def list_changes(session: Session, key: ApiKey, asked: ChangePage) -> ChangesOut:
    """What changed since `after`, kept for 30 days; noted from the day the first key with this scope or webhook was made."""
    rows = page_changes(session, asked.after, asked.kind, asked.limit + 1)
    shown = rows[: asked.limit]
    changes = [_change(row, userid) for row, userid in shown]
    return ChangesOut(changes=changes, next=shown[-1][0].id if shown else asked.after, more=len(rows) > asked.limit)

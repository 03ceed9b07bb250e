"""What a run would write over (将更改): counted when the check ends, shown with examples, and the old values as rows for a file.

Only counts and numbers of rows are kept: the values stay where they are, so nothing of a person stands in a second place.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from customers.import_models import CustomerImport, ImportRow, ImportStatus
from customers.import_rules import FIELDS, is_formula
from customers.import_sql import ALL, NEW_CITY, NEW_FACTS, NEW_PROVINCE, NEWS, OLD_FACTS
from customers.models import Customer
from customers.service_models import CustomerSize
from customers.service_rules import SIZE_KINDS
from foundation.text import neutral

FACTS = ("member_no", "phone", "birthday", "province", "city")
AT_ONCE, MOST = 2_000, 200_000
# By field, whether a staged row says something else than what she has.
_OTHER = {
    "member_no": "part.member_no <> customer.member_no", "phone": "part.phone <> customer.phone",
    "birthday": "part.birthday <> customer.birthday",
    "province": f"customer.province <> '' AND {NEW_PROVINCE} <> customer.province",
    "city": f"customer.city <> '' AND {NEW_CITY} <> customer.city",
}  # fmt: skip
_KNOWN = f"({ALL}) AS part JOIN customer ON customer.id = part.customer_id"
# Each staged row with every field of it that differs from something she has: (row, customer_id, field).
_REPLACED = {
    "members": f"""SELECT part.row, part.customer_id, one.field FROM {_KNOWN}
        CROSS JOIN LATERAL (VALUES {", ".join(f"('{name}', {other})" for name, other in _OTHER.items())}) AS one (field, replaced)
        WHERE one.replaced""",  # noqa: S608
    "sizes": f"""SELECT part.row, part.customer_id, kept.kind AS field
        FROM ({ALL}) AS part JOIN customer_size AS kept ON kept.customer_id = part.customer_id
        WHERE part.facts->>kept.kind <> kept.value""",  # noqa: S608
}
_COUNT = text(f"SELECT field, count(*), min(row), max(row) FROM ({_REPLACED['sizes']}) AS one GROUP BY field")  # noqa: S608
_COUNTED = ", ".join(
    f"ARRAY[count(*) FILTER (WHERE {it}), min(row) FILTER (WHERE {it}), max(row) FILTER (WHERE {it})] AS {it}" for it in FACTS
)
# Of members also how many rows bring news: a million rows are looked at once, and each is compared once.
_COUNT_MEMBERS = text(f"""
SELECT count(*) FILTER (WHERE news) AS news, {_COUNTED}
FROM (SELECT row, {OLD_FACTS} IS DISTINCT FROM {NEW_FACTS} AS news,
             {", ".join(f"{other} AS {name}" for name, other in _OTHER.items())} FROM {_KNOWN} OFFSET 0) AS one
""")  # noqa: S608
_NEXT = {
    kind: text(f"SELECT DISTINCT row, customer_id FROM ({found}) AS one WHERE row > :after ORDER BY row LIMIT :most")  # noqa: S608
    for kind, found in _REPLACED.items()
}


@dataclass(frozen=True)
class Change:
    """A field with how many customers lose what they have, and (before, after) of one or two of them."""

    label: str
    count: int
    examples: list[tuple[str, str]]


def count_changes(session: Session, row: CustomerImport) -> tuple[int, dict[str, object]]:
    """How many rows of a file that is wholly staged bring news, and {field: {"count", "rows": where two examples stand}}."""
    part = {"import_id": row.id}
    if row.kind == "members":
        news, *counted = session.execute(_COUNT_MEMBERS, part).one()
        found = [(name, *one) for name, one in zip(FACTS, counted, strict=True) if one[0]]
    else:
        news = session.execute(NEWS[row.kind], part).scalar_one()
        found = [tuple(one) for one in session.execute(_COUNT, part)] if row.kind == "sizes" else []
    return news, {field: {"count": many, "rows": sorted({first, last})} for field, many, first, last in found}


def shown_changes(session: Session, row: CustomerImport) -> list[Change]:
    """What a run would write over, while it can still be left undone. For headquarters; phones are masked."""
    if row.status != ImportStatus.CHECKED or not row.changes:
        return []
    numbers = {number for one in row.changes.values() for number in one["rows"]}
    asked = select(ImportRow).where(ImportRow.import_id == row.id, ImportRow.row.in_(numbers))
    staged = {one.row: one for one in session.scalars(asked)}
    before = _known(session, row.kind, [one.customer_id for one in staged.values()])
    return [
        Change(field.label, row.changes[field.name]["count"], [
            (_shown(field.name, before[one.customer_id].get(field.name)), _shown(field.name, _told(one, field.name)))
            for number in row.changes[field.name]["rows"]
            if (one := staged.get(number)) and one.customer_id in before
        ])
        for field in FIELDS[row.kind] if field.name in row.changes
    ]  # fmt: skip


def _known(session: Session, kind: str, ids: Sequence[int]) -> dict[int, dict[str, str]]:
    """What is known of each customer now, as text by field."""
    rows = session.scalars(select(Customer).where(Customer.id.in_(ids)))
    known = {
        one.id: {"external_userid": one.external_userid} | {name: str(getattr(one, name) or "") for name in FACTS} for one in rows
    }
    if kind == "sizes":
        for size in session.scalars(select(CustomerSize).where(CustomerSize.customer_id.in_(ids))):
            known[size.customer_id][size.kind] = size.value
    return known


def _told(one: ImportRow, name: str) -> object:
    return (one.facts or {}).get(name) if name in SIZE_KINDS else getattr(one, name)


def _shown(name: str, value: object) -> str:
    words = str(value or "")
    if name == "phone" and len(words) > 7:
        return f"{words[:3]}****{words[-4:]}"
    return words or "（清空）"


def headings(kind: str) -> list[str]:
    """The first row of the file of old values: it can be brought in again as it is."""
    return ["外部联系人ID", *(field.label for field in FIELDS[kind] if field.name in _kept(kind))]


def _kept(kind: str) -> tuple[str, ...]:
    return tuple(SIZE_KINDS) if kind == "sizes" else FACTS


def old_values(session: Session, row: CustomerImport, after: int) -> tuple[list[list[str]], int]:
    """The next customers whose values would be written over, each a row of what she has now; and where to go on (0: the end)."""
    if row.status != ImportStatus.CHECKED or row.kind not in _NEXT:
        return [], 0
    found = session.execute(_NEXT[row.kind], {"import_id": row.id, "after": after, "most": AT_ONCE}).all()
    known = _known(session, row.kind, [customer_id for _, customer_id in found])
    rows = [_cells(row.kind, known[customer_id]) for _, customer_id in found if customer_id in known]
    return rows, found[-1][0] if len(found) == AT_ONCE else 0


def _cells(kind: str, known: Mapping[str, str]) -> list[str]:
    told = [known["external_userid"], *(known.get(field.name, "") for field in FIELDS[kind] if field.name in _kept(kind))]
    # +12125551234 is no formula, and with a mark before it, it would be no phone.
    return [neutral(cell) if cell and is_formula(cell) else cell for cell in told]

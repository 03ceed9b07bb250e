"""What the audit page says of a deed's facts in Chinese: rules as sentences, ids by name, a few statements for a whole page."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from customers.merging import BECAUSE
from customers.person_requests import names_of_people
from customers.person_rules import KIND_NAMES as REQUEST_KINDS
from customers.timeline_rules import CONSENT_SOURCES
from foundation.audit import AuditEvent
from foundation.errors import Invalid
from hq.customer_labels import BATCH_KINDS, POLICY_FIELDS, POLICY_TOPICS
from hq.filters import fact_value, subject_name
from hq.labels import FACTS, STATES
from org.console_queries import staff_names
from org.models import Staff
from segments.fields import Field
from segments.lists import all_fields
from segments.offering import names_of_rule
from segments.rules import parse
from segments.sentences import Names, sentence

Told = list[tuple[str, str]]
CUSTOMER_FACTS, GUIDE_FACTS = ("gone", "other"), ("owner", "was", "now")


@dataclass(frozen=True)
class Known:
    """The names behind the ids of a page's deeds: members and customers by id, what rules name, the fields rules ask of."""

    members: Mapping[int | None, str]
    customers: Mapping[int, str]
    rules: Names
    fields: Mapping[str, Field]

    def told(self, row: AuditEvent) -> Told:
        """(what, its value) of every fact that says something."""
        found = [(FACTS.get(name, name), self._value(row, name, value)) for name, value in row.facts.items()]
        return [(name, value) for name, value in found if value not in ("", "—")]

    def subject(self, value: str) -> str:
        """「customer:50」 as 客户 王浩然, 「policy:contact」 as 客户规则 免打扰."""
        kind, _, key = value.partition(":")
        if kind == "customer" and key.isdigit() and int(key) in self.customers:
            return f"客户 {self.customers[int(key)]}"
        if kind == "staff" and key.isdigit() and int(key) in self.members:
            return f"成员 {self.members[int(key)]}"
        return f"客户规则 {POLICY_TOPICS.get(key, key)}" if kind == "policy" else subject_name(value)

    def _value(self, row: AuditEvent, name: str, value: Any) -> str:
        if name == "rule" and isinstance(value, dict):
            return self._rule(value)
        if isinstance(value, dict):
            return "；".join(self._parts(name, value))
        if name in CUSTOMER_FACTS and isinstance(value, int):
            return self.customers.get(value, f"编号 {value}")
        if name in GUIDE_FACTS:
            return self.members.get(value, "没有")
        return fact_value(_word(row.action, name, value))

    def _rule(self, body: dict[str, Any]) -> str:
        try:
            return sentence(parse(body), self.rules, self.fields)
        except Invalid:
            return "以前的写法，现在读不出"

    def _parts(self, name: str, facts: Mapping[str, Any]) -> Iterator[str]:
        """What stands in a fact of facts: a batch's deed, an owner before and after, a policy's changes."""
        for key, value in facts.items():
            if key == "tag":
                yield f"标签 {self.rules.get('tags', {}).get(value, f'编号 {value}')}"
            elif key in GUIDE_FACTS:
                yield f"{'归属' if key == 'owner' else FACTS[key]} {self.members.get(value, '没有')}"
            elif name == "changed" and isinstance(value, list) and len(value) == 2:
                yield f"{POLICY_FIELDS.get(key, key)} {fact_value(value[0])} → {fact_value(value[1])}"
            elif value not in (None, ""):
                yield f"{FACTS.get(key, POLICY_FIELDS.get(key, key))} {fact_value(_word('', key, value))}"


def _word(action: str, name: str, value: Any) -> Any:
    """The Chinese word for a code among the facts; anything else as it is."""
    consents = {key: label for key, (label, _) in STATES["consent"].items()}
    if name == "consent" or (action == "customer.consent" and name in ("before", "after")):
        return consents.get(str(value), value)
    if name == "source":
        return "批量操作" if str(value).startswith("batch:") else CONSENT_SOURCES.get(str(value), value)
    if name == "kind":
        return BATCH_KINDS.get(str(value)) or {str(key): word for key, word in REQUEST_KINDS.items()}.get(str(value), value)
    return BECAUSE.get(str(value), value) if name == "because" else value


def known_of(session: Session, viewer: Staff, rows: Sequence[AuditEvent]) -> Known:
    """Read the names of a page of deeds: one statement for members, one for customers, few for what rules name."""
    facts = [row.facts for row in rows]
    deeds = [one for fact in facts for one in (fact.get("deed"), fact.get("owner")) if isinstance(one, dict)]
    bodies = [fact["rule"] for fact in facts if isinstance(fact.get("rule"), dict)]
    tags = [one["tag"] for one in deeds if isinstance(one.get("tag"), int)]
    if tags:
        bodies.append({"field": "tags", "op": "any_of", "value": tags})
    members = [*_subjects(rows, "actor", "staff"), *_subjects(rows, "subject", "staff")]
    members += [one[name] for one in [*facts, *deeds] for name in GUIDE_FACTS if isinstance(one.get(name), int)]
    customers = [*_subjects(rows, "subject", "customer")]
    customers += [fact[name] for fact in facts for name in CUSTOMER_FACTS if isinstance(fact.get(name), int)]
    people = names_of_people(session, customers) if customers else {}
    fields = {field.name: field for field in all_fields(session, viewer)} if bodies else {}
    names = names_of_rule(session, viewer, *bodies) if bodies else {}
    return Known(staff_names(session, members), {id_: name for id_, (_, name) in people.items()}, names, fields)


def _subjects(rows: Sequence[AuditEvent], column: str, kind: str) -> Iterator[int]:
    for row in rows:
        before, _, key = str(getattr(row, column)).partition(":")
        if before == kind and key.isdigit() and int(key) < 2**63:
            yield int(key)

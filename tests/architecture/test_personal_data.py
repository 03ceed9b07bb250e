"""Every table that knows a customer says in one list what becomes of it when she asks to be erased."""

import importlib

import pytest
from sqlalchemy import Table

from customers.person_data import NOT_SHOWN, SECTIONS
from customers.person_registry import BY_TABLE, PLACES, Deed
from foundation.db import Base
from tests.architecture.test_house_rules import ROOT

# They name customers inside JSON or text, not by a column.
BY_WORD = {"inbound_event", "outgoing_message", "webhook_call", "api_call", "customer_batch", "import_problem"}
# Nothing of a person: counts, or a keyed digest that tells nothing without the key.
COUNTS = {"forecast", "tier_day"}


@pytest.fixture(scope="module")
def tables() -> dict[str, Table]:
    for path in sorted(ROOT.glob("*/*models.py")):
        if path.parent.name not in {"simulator", "tests", "var"}:
            importlib.import_module(f"{path.parent.name}.{path.stem}")
    return dict(Base.metadata.tables)


def knows_a_customer(table: Table) -> bool:
    """By a column of that name, or a key that leads to a customer or to a follow relation."""
    named = any(column.name.endswith(("customer_id", "customer_ids", "follow_id")) for column in table.columns)
    return named or any(key.column.table.name in ("customer", "follow", "tracked_link") for key in table.foreign_keys)


def test_every_table_that_knows_a_customer_is_in_the_list(tables: dict[str, Table]) -> None:
    knowing = {name for name, table in tables.items() if knows_a_customer(table)} | {"customer"}
    assert knowing - set(BY_TABLE) == set(), "say in customers/person_registry.py what becomes of it"
    assert set(BY_TABLE) - knowing == BY_WORD


def test_no_file_hangs_on_a_customer_unseen(tables: dict[str, Table]) -> None:
    """A photo on disk is not erased by a statement: who adds one teaches erasing to take it (as jobs/person_jobs.py does)."""
    files = {
        f"{name}.{column.name}"
        for name, table in tables.items()
        if name in BY_TABLE
        for column in table.columns
        if "blob" in column.name or "photo" in column.name or "picture" in column.name
    }
    # Her copy is handed out as it is made; the column stays empty.
    assert files == {"data_request.blob_key"}
    # Files of many people name no customer: after an erasing all that were finished go (jobs/person_jobs.py).
    assert {name for name, table in tables.items() if {"form", "removed_at"} <= set(table.columns.keys())} == {"segment_export"}
    written = {path.parent.name + "/" + path.name for path in ROOT.glob("*/*.py") if ".data_dir" in path.read_text()}
    assert written - {"tests/conftest.py"} <= {
        "foundation/blobs.py", "foundation/compression.py", "segments/exporting.py", "segments/wire.py",
    }, "whoever keeps files below DATA_DIR teaches erasing to take them"  # fmt: skip


def test_what_is_kept_has_a_reason_and_what_is_emptied_says_how() -> None:
    for place in PLACES:
        assert (place.deed == Deed.KEEP) == bool(place.why), place.table
        assert (place.deed == Deed.EMPTY) == bool(place.values), place.table
    # Calls about others as well; and the telling of her erasure itself, the one kind of row that is kept of deleted tables.
    split = {"outgoing_message": Deed.EMPTY, "customer_change": Deed.KEEP, "webhook_call": Deed.KEEP}
    assert len(BY_TABLE) + len(split) == len(PLACES)
    for table, other in split.items():
        deeds = {place.deed: place.where for place in PLACES if place.table == table}
        assert set(deeds) == {Deed.DELETE, other}, table
        assert other == Deed.EMPTY or "kind = 'customer.erased'" in deeds[other], table


def test_what_refers_to_a_table_is_deleted_before_it(tables: dict[str, Table]) -> None:
    order = [place.table for place in PLACES]
    for place in PLACES:
        for key in tables[place.table].foreign_keys:
            target = BY_TABLE.get(key.column.table.name)
            if target is not None and target.deed == Deed.DELETE and target.table != place.table:
                assert order.index(place.table) < order.index(target.table), f"{place.table} → {target.table}"


def test_a_person_is_shown_all_that_is_hers() -> None:
    told = {section.table for section in SECTIONS}
    assert told <= set(BY_TABLE)
    assert BY_WORD | {
        # Copies for computing, queues and the house's own books: nothing of her that her sheets do not say.
        "care_done", "customer_facts", "customer_change", "facts_wanted", "customer_merge", "data_request", "handover_customer",
        "import_row", "loss", "merge_candidate", "segment_member", "tag_moment", "tags_wanted", "tracked_link",
    } == NOT_SHOWN  # fmt: skip

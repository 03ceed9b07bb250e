"""到店 from a file: the same as a system tells it, once a day for each store, with what is wrong told row by row."""

import pytest
from sqlalchemy import select

from customers.import_models import ImportRow
from customers.importing import run_import
from customers.merging import merge
from customers.models import TimelineEntry
from customers.store_visits import StoreVisit, note_store_visits
from customers.tag_models import TagMoment
from customers.tag_rule_actions import save_rule, switch_on
from customers.tag_rules import RuleDraft
from foundation import clock
from foundation.db import transaction
from jobs.import_jobs import work_imports
from tests.builders.customers import make_customer, make_follow, make_tags
from tests.builders.imports import begin, bring_in, problems, row_of
from tests.builders.sop import Brand, make_brand

HEAD = "会员号,到店时间,门店编码,导购\n"


@pytest.fixture
def brand(database: None, noon: None) -> Brand:
    with transaction() as session:
        for number in (1, 2):
            make_customer(session, f"wm{number}").member_no = f"M{number}"
        return make_brand(session)


def _day(ago: int, hour: str = "14:30") -> str:
    return f"{clock.today() - clock.days(ago)} {hour}".strip()


def _kept() -> list[tuple[int, int | None, str, str]]:
    with transaction() as session:
        chosen = select(TimelineEntry).where(TimelineEntry.kind == "visited").order_by(TimelineEntry.at, TimelineEntry.id)
        return [(one.facts["store"], one.staff_id, one.facts["source"], one.once) for one in session.scalars(chosen)]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_visits_are_checked_first_and_kept_once_a_day(brand: Brand, encoding: str) -> None:
    rows = (
        f"M1,{_day(9)},S21,g21a\nM1,{_day(9, '18:00')},S21,\nM1,{_day(9)},S22,\nM1,{_day(8, '')},21店,\n"
        f"M2,{_day(9)},S99,\nM2,{_day(9)},S21,nobody\nM2,{_day(-1)},S21,\nM2,{_day(800)},S21,\nM2,昨天,S21,\nM2,,S21,\n"
        f"M2,{_day(9)},,\nM2,{_day(9)},=S21,\n,{_day(9)},S21,\n没有的,{_day(9)},S21,\n"
    )
    import_id = begin(brand, "visits", (HEAD + rows).encode(encoding))
    work_imports()
    checked = row_of(import_id)
    assert (checked.status, checked.rows, checked.good, checked.bad, checked.added) == ("checked", 14, 3, 11, 3)
    assert _kept() == []
    assert problems(import_id) == {
        2: ":和第 3 行说的是同一次到店，以那一行为准", 6: "store:没有「S99」这个门店", 7: "guide:没有「nobody」这个导购",
        8: "at:到店时间不能在将来，也不能早于两年前", 9: "at:到店时间不能在将来，也不能早于两年前",
        10: "at:时间不对，请写成 2026-11-01 12:30", 11: "at:这一格不能空", 12: "store:这一格不能空",
        13: "store:单元格里是公式，请改成文字或数字", 14: ":认不出是谁：外部联系人ID、UnionID、会员号、手机号都是空的",
        15: problems(import_id)[15],
    }  # fmt: skip
    assert problems(import_id)[15].startswith("member_no:没有找到")
    with transaction() as session:
        run_import(session, brand.headquarters, import_id)
    work_imports()
    done = row_of(import_id)
    assert (done.status, done.added) == ("done", 3)
    stores = {number: store.id for number, store in brand.stores.items()}
    assert [(store, staff, source) for store, staff, source, _ in _kept()] == [
        (stores[22], None, "pos"), (stores[21], None, "pos"), (stores[21], None, "pos"),
    ]  # fmt: skip
    again = bring_in(brand, "visits", (HEAD + rows).encode(encoding), "2")
    assert (again.added, len(_kept())) == (0, 3)
    with transaction() as session:
        assert session.query(ImportRow).count() == 0


def test_a_guides_tap_is_confirmed_and_only_what_is_new_moves_a_rule(brand: Brand) -> None:
    with transaction() as session:
        her = make_follow(session, brand.ai, "wm1").customer_id
        note_store_visits(session, [StoreVisit(her, clock.now() - clock.days(5), brand.stores[21].id, brand.ai.id)])
        rule = save_rule(session, brand.headquarters, RuleDraft("来过", make_tags(session, "来过")[0].id, "visit"))
        session.flush()
        switch_on(session, brand.headquarters, rule.id, rule.revision)
    before = {one[3] for one in _kept()}
    at = clock.now() - clock.days(1 / 24)
    rows = f"M1,{_day(5)},S21,g21b\nM1,{_day(30)},S21,\nM2,{at.astimezone(clock.SHANGHAI):%Y-%m-%d %H:%M},S21,g21a\n"
    import_id = begin(brand, "visits", HEAD + rows)
    work_imports()
    assert row_of(import_id).added == 3, "the tap a system confirms is news"
    with transaction() as session:
        run_import(session, brand.headquarters, import_id)
    work_imports()
    assert row_of(import_id).added == 3
    assert before < {one[3] for one in _kept()}
    assert [one[2] for one in _kept()] == ["pos"] * 3
    with transaction() as session:
        assert [one.event for one in session.query(TagMoment)] == ["visit"], "what was longer ago is the past"


def test_who_was_merged_between_check_and_run_is_who_she_is_now(brand: Brand) -> None:
    with transaction() as session:
        ids = [make_follow(session, brand.ai, f"wm{number}").customer_id for number in (1, 2)]
    rows = f"wm1,{_day(9)},S21\nwm2,{_day(9)},S21\nwm2,{_day(8)},S21\n"
    import_id = begin(brand, "visits", f"外部联系人ID,到店时间,门店编码\n{rows}")
    work_imports()
    assert row_of(import_id).good == 3
    with transaction() as session:
        merge(session, *ids, "hand", "staff:1")
    with transaction() as session:
        run_import(session, brand.headquarters, import_id)
    work_imports()
    assert (row_of(import_id).status, row_of(import_id).added) == ("done", 2)
    with transaction() as session:
        kept = session.query(TimelineEntry).filter_by(kind="visited").all()
        assert {one.customer_id for one in kept} == {ids[0]}

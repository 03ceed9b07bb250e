"""Brands of any size: the same seed is the same file, the file's customers can be read and changed, a snapshot stands on it."""

import random
import re
from collections import Counter
from datetime import date, datetime

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from simulator import snapshot
from simulator.brands.table import find_brand
from simulator.crowd import command, layout
from simulator.crowd.fill import fill_file
from simulator.crowd.generate import generate
from simulator.crowd.numbers import Numbering
from simulator.crowd.plan import Plan
from simulator.crowd.seasons import SHANGHAI
from simulator.settings import Settings
from simulator.world.customers import Customer, Follow, Relation
from simulator.world.world import World

PLAN = Plan(6, 24, 900, seed=7, as_of=date(2025, 3, 1))
GUIDE = "lixiaomei"


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    path = tmp_path_factory.mktemp("brand") / "small.brand"
    generate(path, PLAN)
    return path


@pytest.fixture
def world(file):
    made = World(Settings())
    made.reset(find_brand(str(file), 7), 7)
    return made


def test_the_same_plan_is_the_same_bytes_and_another_seed_is_not(file, tmp_path):
    again, other = tmp_path / "again.brand", tmp_path / "other.brand"
    generate(again, PLAN)
    assert again.read_bytes() == file.read_bytes()
    generate(other, Plan(6, 24, 900, seed=8, as_of=PLAN.as_of))
    assert layout.read(other).facts["digest"] != layout.read(file).facts["digest"]


@given(st.integers(0, 2**40 - 1), st.integers(0, 99))
def test_an_id_leads_back_to_its_number_and_no_other_does(number, seed):
    external_userid = Numbering(seed).id_of(number)
    assert re.fullmatch(r"wm[A-Za-z0-9_-]{30}", external_userid)
    assert Numbering(seed).number_of(external_userid) == number
    assert Numbering(seed + 1).number_of(external_userid) is None
    assert Numbering(seed).number_of(external_userid[:-1] + "!") is None
    assert Numbering(seed).number_of(f"wm{'客' * 30}") is None


def test_everybody_is_there_and_has_a_place(world):
    counts, people = world.counts(), world.state.people
    assert (counts["customers"], counts["tags"], counts["contact_ways"]) == (900, 300, 6)
    guides = [each for each in people.members.values() if each.main_department > 1000]
    assert len(guides) == 24
    assert {each.userid for each in people.below(1001).values()} >= {GUIDE, "chenjing"}
    for store in [each for each in people.departments.values() if each.id > 1000]:
        assert store.leaders
        assert people.departments[people.departments[store.parentid].parentid].parentid == 1


def test_both_sides_of_a_relation_agree(world):
    customers = world.state.customers
    everyone = [follow for member in world.state.people.members for follow in customers.of_member(member)]
    assert len(everyone) == customers.count_follows() == len({(each.userid, each.external_userid) for each in everyone})
    guides = Counter(each.external_userid for each in everyone)
    assert len(guides) == 900
    assert 0.05 < sum(1 for count in guides.values() if count > 1) / 900 < 0.2
    for follow in everyone:
        assert follow in customers.of_customer(follow.external_userid)
        assert customers.get(follow.external_userid).name
        assert len(follow.remark) <= 20
        assert all(world.state.tags.find(tag) for tag in follow.tags)
    assert 6 < sum(len(each.tags) for each in everyone) / len(everyone) < 10
    moments = [each.createtime for each in everyone]
    assert datetime(2022, 2, 28, tzinfo=SHANGHAI).timestamp() < min(moments)
    assert max(moments) < datetime(2025, 3, 1, tzinfo=SHANGHAI).timestamp()


def test_a_change_stands_before_the_file_and_moves_nothing(world):
    customers = world.state.customers
    before = customers.of_member(GUIDE)
    third = before[2]
    changed = customers.find_follow(GUIDE.upper(), third.external_userid)
    changed.remark, changed.relation = "老客", Relation.CUSTOMER_LEFT
    after = customers.of_member(GUIDE)
    assert [each.external_userid for each in after] == [each.external_userid for each in before]
    assert after[2].remark == "老客"
    assert changed in customers.of_customer(third.external_userid)
    assert customers.page_of_member(GUIDE, 2, 1) == [changed]
    assert customers.count_follows() == world.state.customers._base.follows


def test_new_ones_come_after_those_of_the_file(world):
    customers, before = world.state.customers, world.state.customers.count_of_member(GUIDE)
    customers.add(Customer("wm_new", "新来的"))
    customers.keep(Follow(GUIDE, "wm_new", 1))
    assert (customers.count(), customers.count_of_member(GUIDE)) == (901, before + 1)
    assert [each.external_userid for each in customers.page_of_member(GUIDE, before - 1, 5)][1:] == ["wm_new"]
    assert customers.page_of_member(GUIDE, before, 5)[0].external_userid == "wm_new"
    customers.keep(Follow(GUIDE, "wm_new", 2))
    assert [each.createtime for each in customers.page_of_member(GUIDE, before, 5)] == [2]
    assert [each.name for each in customers.search("新来", 5)[0]] == ["新来的"]


def test_deleted_tags_vanish_from_those_nobody_touched(world):
    customers = world.state.customers
    untouched, touched = [each for each in customers.of_member(GUIDE) if len(each.tags) > 1][:2]
    customers.find_follow(GUIDE, touched.external_userid)
    gone = {untouched.tags[0], touched.tags[0]}
    customers.forget_tags(gone)
    for each in (untouched, touched):
        found = customers.find_follow(GUIDE, each.external_userid)
        assert found.tags == [tag for tag in each.tags if tag not in gone]


def test_search_finds_by_id_and_by_part_of_a_name(world):
    customers = world.state.customers
    one = customers.of_member(GUIDE)[0]
    assert customers.search(one.external_userid, 10) == ([customers.get(one.external_userid)], 1)
    found, total = customers.search(customers.get(one.external_userid).name[:2], 3)
    assert found
    assert len(found) <= 3 <= max(3, total)
    assert len(customers.search("", 7)[0]) == 7


def test_a_snapshot_keeps_only_what_changed_and_names_its_file(world, file, tmp_path):
    customers = world.state.customers
    kept = customers.of_member(GUIDE)[0].external_userid
    customers.find_follow(GUIDE, kept).remark = "记得"
    customers.add(Customer("wm_new", "新来的"))
    customers.keep(Follow(GUIDE, "wm_new", 1))
    customers.forget_tags([customers.of_member(GUIDE)[1].tags[0]])
    saved = tmp_path / "wecom.json"
    snapshot.save(world, saved)
    assert saved.stat().st_size < 200_000
    back = World(Settings())
    snapshot.load(back, saved)
    assert back.state.customers.of_member(GUIDE) == customers.of_member(GUIDE)
    assert back.counts() == world.counts()
    saved.write_text(saved.read_text("utf-8").replace(layout.read(file).facts["digest"], "0" * 32), "utf-8")
    with pytest.raises(ValueError, match="another brand file"):
        snapshot.load(back, saved)
    saved.write_text(saved.read_text("utf-8").replace(str(file), str(tmp_path / "gone.brand")), "utf-8")
    with pytest.raises(ValueError, match="gone"):
        snapshot.load(back, saved)


def test_the_command_makes_a_file_and_refuses_what_makes_none(tmp_path, capsys):
    file = tmp_path / "tiny.brand"
    command.run(["--stores", "1", "--guides", "2", "--customers", "0", "--as-of", "2025-01-01", "--out", str(file)])
    assert "0 customers" in capsys.readouterr().out
    state = World(Settings()).state
    fill_file(file, state, random.Random(7), 0.0, "http://127.0.0.1:8100")
    assert state.customers.count() == 0
    with pytest.raises(SystemExit):
        command.run(["--stores", "5", "--guides", "2", "--out", str(file)])
    file.write_bytes(b"{}")
    with pytest.raises(ValueError, match="not a brand file"):
        find_brand(str(file), 7)
    with pytest.raises(ValueError, match="brand is one of"):
        find_brand("huge", 7)


@time_machine.travel(datetime(2026, 11, 22, 12, tzinfo=SHANGHAI))
def test_a_named_size_is_made_once_a_day(tmp_path, monkeypatch):
    # A winter brand: in summer few customers come, and a store manager may get none for weeks
    monkeypatch.chdir(tmp_path)
    world = World(Settings())
    world.reset(find_brand("small", 7), 7)
    made = next((tmp_path / "var" / "brands").iterdir())
    before = made.stat().st_mtime_ns
    world.reset(find_brand("small", 7), 7)
    assert (made.stat().st_mtime_ns, world.counts()["customers"]) == (before, 5000)
    newest = max(each.createtime for each in world.state.customers.of_member("chenjing"))
    assert world.now - 30 * 86400 < newest < world.now


def test_the_platform_pages_through_a_brand_file(platform, file):
    platform.reset(str(file))
    userids = [each["userid"] for each in platform.control("members?limit=200")["members"] if each["customers"]][:10]
    rows, cursor = [], ""
    while True:
        page = platform.post("externalcontact/batch/get_by_user", userid_list=userids, cursor=cursor, limit=37)
        rows += page["external_contact_list"]
        cursor = page["next_cursor"]
        if not cursor:
            break
        assert len(page["external_contact_list"]) == 37
    listed = [each for userid in userids for each in platform.get("externalcontact/list", userid=userid)["external_userid"]]
    assert [row["external_contact"]["external_userid"] for row in rows] == listed
    one = platform.get("externalcontact/get", external_userid=listed[0])
    assert one["external_contact"] == rows[0]["external_contact"]
    assert platform.ask("reset", brand="huge").status_code == 400

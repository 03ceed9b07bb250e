"""Fills a state from a brand file: departments, members, tags and contact ways in memory, customers left in the file."""

import os
import random
from datetime import datetime
from pathlib import Path

from simulator.crowd import layout
from simulator.crowd.generate import generate
from simulator.crowd.layout import BrandFile
from simulator.crowd.old_files import forget_old
from simulator.crowd.plan import preset
from simulator.crowd.reading import Crowd
from simulator.crowd.seasons import DAYS, SHANGHAI
from simulator.world.people import Department, Member, MemberTag
from simulator.world.state import State
from simulator.world.tags import Tag, TagGroup
from simulator.world.ways import ContactWay

BRANDS = Path("var") / "brands"


def fill_preset(name: str, seed: int, state: State, rng: random.Random, now: float, base_url: str) -> None:
    """A named size as of today: its file is made under var/brands the first time that day."""
    today = datetime.fromtimestamp(now, SHANGHAI).date()
    file = BRANDS / f"{name}-{seed}-{today}.brand"
    forget_old(BRANDS, keep=file)
    if not file.exists():
        generate(file, preset(name, seed, today))
    fill_file(file, state, rng, now, base_url)


def fill_file(path: Path, state: State, rng: random.Random, now: float, base_url: str) -> None:
    """ValueError or OSError when the file cannot be used."""
    file = layout.read(path)
    began = int(datetime.fromisoformat(f"{file.facts['as_of']}T00:00:00+08:00").timestamp()) - DAYS * 86400
    state.corp_name = state.people.departments[1].name = str(file.facts["corp_name"])
    _fill_people(state, file, base_url)
    for order, (group_id, name, tags) in enumerate(file.people["tags"]):
        made = [Tag(tag_id, tag, began, 1000 - place) for place, (tag_id, tag) in enumerate(tags)]
        group = TagGroup(group_id, name, began, 1000 - order)
        state.tags.add_group(group)
        for tag in made:
            state.tags.add_tag(group, tag)
    userids: dict[int, list[str]] = {}
    for row in file.people["guides"]:
        userids.setdefault(row[2], []).append(row[0])
    for config_id, remark, code, store in file.people["ways"]:
        way = ContactWay(config_id, 2, 2, began, remark=remark[:30], state=code, user=userids[store][:100])
        state.ways.by_id[config_id] = way
    state.customers.attach(Crowd(file, base_url))


def attach_saved(state: State, base_url: str) -> None:
    """Put the brand file a snapshot stood before under it again; ValueError when it is gone or another one."""
    wanted = state.customers.brand_file
    if not wanted:
        return
    try:
        os.utime(wanted)
        file = layout.read(Path(wanted))
    except FileNotFoundError as error:
        raise ValueError(f"the snapshot stands on the brand file {wanted}, which is gone") from error
    if file.facts["digest"] != state.customers.brand_digest:
        raise ValueError(f"the snapshot stands on another brand file than the one that is now at {wanted}")
    state.customers.attach(Crowd(file, base_url))


def _fill_people(state: State, file: BrandFile, base_url: str) -> None:
    people = state.people
    for order, (department, name, parent) in enumerate(file.people["departments"]):
        people.add_department(Department(department, name, parent, 100_000 - order))
    for userid, name, department, position, leads, gender in (*file.people["staff"], *file.people["guides"]):
        avatar = f"{base_url}/files/avatar_{userid}.png"
        people.add(Member(userid, name, [department], [leads], position, gender=gender, avatar=avatar))
        if leads:
            people.departments[department].leaders.append(userid)
    managers = [row[0] for row in file.people["guides"] if row[4]]
    people.tags[1] = MemberTag(1, "店长", managers)

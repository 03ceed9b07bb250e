"""The README names every path, deed and control address, and none that is not there."""

import re
from pathlib import Path

from simulator.actions.table import ACTIONS
from simulator.api.table import TABLE
from simulator.app import create_app
from simulator.settings import Settings
from simulator.world.world import World

README = (Path(__file__).parents[2] / "simulator" / "README.md").read_text("utf-8")


def test_every_path_is_named_and_no_other():
    section = README.split("## What it serves")[1].split("Pages:")[0]
    named = {path for row in re.findall(r"^\| ([a-z][^|]+) \|", section, re.M) for path in row.split(", ")}
    assert named == set(TABLE)


def test_every_deed_is_named():
    section = README.split("### Deeds")[1].split("### Faults")[0]
    assert set(re.findall(r"`(\w+)`", section)) == set(ACTIONS)


def test_every_control_address_is_named():
    section = README.split("## Control plane")[1].split("### Deeds")[0]
    rules = create_app(World(Settings())).url_map.iter_rules()
    ours = {rule.rule.removeprefix("/_control/") for rule in rules if rule.rule.startswith("/_control/")}
    plain = {re.sub(r"<\w+:", "<", rule).replace("fault_id", "id") for rule in ours}
    assert [rule for rule in sorted(plain) if f"`{rule}`" not in section] == []

"""The README names every deed and control address, and no deed that is not there (paths: tests/contract/test_coverage)."""

import re
from pathlib import Path

from simulator.actions.table import ACTIONS
from simulator.app import create_app
from simulator.settings import Settings
from simulator.world.world import World

README = (Path(__file__).parents[2] / "simulator" / "README.md").read_text("utf-8")


def test_every_deed_is_named():
    section = README.split("### Deeds")[1].split("### Faults")[0]
    assert set(re.findall(r"`(\w+)`", section)) == set(ACTIONS)


def test_every_control_address_is_named():
    section = README.split("## Control plane")[1].split("### Deeds")[0]
    rules = create_app(World(Settings())).url_map.iter_rules()
    ours = {rule.rule.removeprefix("/_control/") for rule in rules if rule.rule.startswith("/_control/")}
    plain = {re.sub(r"<\w+:", "<", rule).replace("fault_id", "id") for rule in ours}
    assert [rule for rule in sorted(plain) if f"`{rule}`" not in section] == []

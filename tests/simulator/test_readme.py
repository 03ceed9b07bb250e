"""The README names every deed with its keys and every control address; its recipes work (paths: tests/contract/test_coverage)."""

import re
import subprocess
import sys
from pathlib import Path

from simulator.actions.keys import KEYS
from simulator.app import create_app
from simulator.scenarios.table import SCENARIOS
from simulator.settings import Settings
from simulator.world.world import World

ROOT = Path(__file__).parents[2]
README = (ROOT / "simulator" / "README.md").read_text("utf-8")
CHINESE = (ROOT / "simulator" / "README.zh-CN.md").read_text("utf-8")


def blocks(language: str, text: str = README) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


def test_every_deed_is_named_with_its_keys():
    section = blocks("", README.split("### Deeds")[1].split("### Faults")[0])[0]
    lines = [line.split(maxsplit=1) for line in section.splitlines() if line and not line.startswith("#")]
    assert dict(lines) == KEYS


def test_every_control_address_is_named():
    section = README.split("## Control plane")[1].split("### Deeds")[0]
    rules = create_app(World(Settings())).url_map.iter_rules()
    ours = {rule.rule.removeprefix("/_control/") for rule in rules if rule.rule.startswith("/_control/")}
    plain = {re.sub(r"<\w+:", "<", rule).replace("fault_id", "id") or "/_control/" for rule in ours}
    assert [rule for rule in sorted(plain) if f"`{rule}`" not in section] == []


def test_every_scenario_says_what_its_rate_means():
    for each in SCENARIOS.values():
        row = next(line for line in README.splitlines() if line.startswith(f"| `{each.name}`"))
        assert row.endswith(f"| {each.rate:g} | {each.rate_most:g} |")


def test_the_wechatpy_recipe_works(platform):
    recipe = blocks("python")[0].replace("http://127.0.0.1:8100", platform.base)
    run = subprocess.run([sys.executable, "-c", recipe], capture_output=True, text=True, timeout=30, check=False)
    assert (run.returncode, run.stdout) == (0, "李小美\n"), run.stderr


def test_the_ten_examples_work(platform):
    saved = ROOT / "var" / f"readme-{platform.base.rpartition(':')[2]}.json"
    saved.parent.mkdir(exist_ok=True)
    script = blocks("bash")[0].replace("http://127.0.0.1:8100", platform.base).replace("var/wecom.json", f"var/{saved.name}")
    try:
        run = subprocess.run(["bash", "-euo", "pipefail", "-c", script], capture_output=True, text=True, timeout=60, check=False)
        assert run.returncode == 0, run.stderr
        assert '"error"' not in run.stdout, run.stdout
        assert set(re.findall(r'"errcode": (-?\d+)', run.stdout)) == {"0"}, run.stdout
        assert run.stdout.count("{") > 15
        assert platform.control("calls")["by_path"] == {}
    finally:
        saved.unlink(missing_ok=True)


def test_the_chinese_readme_names_no_option_or_address_that_is_not_there():
    options = {*re.findall(r"--[a-z-]+", README)}
    assert set(re.findall(r"--[a-z-]+", CHINESE)) <= options
    for address in re.findall(r"`/_control/([a-z_/]+)`", CHINESE):
        assert f"`{address}`" in README, address

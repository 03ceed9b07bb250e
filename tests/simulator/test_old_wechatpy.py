"""The same tests of wechatpy once more with its last stable release, 1.8.18, in a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
OLD = ROOT / "var" / "strangers" / "wechatpy"


def test_wechatpy_1_8_18_gets_along_too() -> None:
    assert (OLD / "wechatpy").is_dir(), "run script/setup --dev, which puts the SDKs of the tests into var/strangers"
    env = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")} | {"PYTHONPATH": str(OLD)}
    asked = "import wechatpy; print(wechatpy.__version__)"
    version = subprocess.run([sys.executable, "-c", asked], env=env, capture_output=True, text=True, check=True).stdout.strip()
    assert version == "1.8.18"
    command = [sys.executable, "-m", "pytest", "-p", "no:xdist", "tests/simulator/test_wechatpy.py"]
    run = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout[-3000:]
    assert " passed" in run.stdout
    assert "skipped" not in run.stdout

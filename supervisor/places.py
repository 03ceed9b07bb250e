"""Where the embedded servers keep their files, and as whom they run. PostgreSQL refuses root, so root lends it another user."""

import hashlib
import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path

SERVER_USERS = ("postgres", "embedded_postgres", "nobody")
# A unix socket's path may be 107 bytes long; the longest name below it is ".s.PGSQL.5432.lock".
LONGEST_SOCKET_FOLDER = 85


@dataclass(frozen=True)
class ServerUser:
    """Whom a server runs as; None in `name` means: as ourselves."""

    name: str | None
    uid: int
    gid: int

    @property
    def lent_uid(self) -> int | None:
        """What `subprocess` takes as `user`."""
        return self.uid if self.name else None

    @property
    def lent_gid(self) -> int | None:
        """What `subprocess` takes as `group`."""
        return self.gid if self.name else None

    @property
    def lent_groups(self) -> list[int] | None:
        """What `subprocess` takes as `extra_groups`: none of root's."""
        return [] if self.name else None


def server_user() -> ServerUser:
    """Ourselves, or, as root, the first existing unprivileged user."""
    if os.geteuid() != 0:
        return ServerUser(None, os.geteuid(), os.getegid())
    for name in SERVER_USERS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return ServerUser(name, entry.pw_uid, entry.pw_gid)
    raise RuntimeError("Running as root and none of these users exists: " + ", ".join(SERVER_USERS))


def can_pass(folder: Path, user: ServerUser) -> bool:
    """Whether `user` may walk through `folder` and everything above it."""
    for place in (folder, *folder.parents):
        if not place.exists():
            continue
        facts = place.stat()
        bits = stat.S_IXOTH
        if facts.st_uid == user.uid:
            bits = stat.S_IXUSR
        elif facts.st_gid == user.gid:
            bits = stat.S_IXGRP
        if not facts.st_mode & bits:
            return False
    return True


def server_folder(wanted: Path) -> Path:
    """The folder for server files: `wanted`, unless its path is closed to the server's user or too long for a socket.

    Then a folder of its own under /var/lib or /tmp, the same one each time. Never opens up anybody's directories.
    """
    wanted = wanted.absolute()
    user = server_user()
    if can_pass(wanted, user) and len(str(wanted)) <= LONGEST_SOCKET_FOLDER:
        folder = wanted
    else:
        root = Path("/var/lib") if os.geteuid() == 0 else Path("/tmp")
        folder = root / f"guidedesk-{os.geteuid()}-{hashlib.sha256(str(wanted).encode()).hexdigest()[:12]}"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def private_folder(path: Path, user: ServerUser) -> Path:
    """Make a folder only the server's user can enter. Sockets inside need no password for that reason."""
    path.mkdir(mode=0o700, exist_ok=True)
    if os.geteuid() == 0 and path.stat().st_uid != user.uid:
        os.chown(path, user.uid, user.gid)
    path.chmod(0o700)
    return path

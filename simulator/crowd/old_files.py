"""Throws away the daily files of the named brands that nobody needs any more; each is up to 107 MB."""

import re
import time
from pathlib import Path

KEPT_SECONDS = 7 * 86400
DAILY = re.compile(r"[a-z]+-\d+-\d{4}-\d\d-\d\d\.brand")


def forget_old(folder: Path, keep: Path) -> list[Path]:
    """Remove files made (or last stood on by a snapshot) over a week ago, unless a snapshot in this folder or the one above
    names them; those a person named otherwise stay. What went."""
    limit = time.time() - KEPT_SECONDS
    old = [
        each for each in folder.glob("*.brand")
        if each != keep and DAILY.fullmatch(each.name) and each.stat().st_mtime < limit
    ]  # fmt: skip
    if not old:
        return []
    snapshots = [each.read_bytes() for place in (folder, folder.parent) for each in place.glob("*.json")]
    gone = [each for each in old if not any(each.name.encode() in snapshot for snapshot in snapshots)]
    for each in gone:
        each.unlink(missing_ok=True)
    return gone

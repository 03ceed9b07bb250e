"""Where the control plane may write and read a snapshot: not everywhere this process may, and nothing but a snapshot."""

from pathlib import Path

HOME = "var"
# The beginning of every snapshot (snapshot.save): the version stands first, then the clock.
LOOKED_AT = 200


def to_write(wanted: str, standing: Path | None) -> Path:
    """The file, in the folder of --snapshot or in ./var (folders inside count); ValueError says why not."""
    file, place = _place(wanted, standing)
    if place.parent == Path(HOME).resolve():
        place.parent.mkdir(exist_ok=True)
    if place.exists() and not _is_snapshot(place):
        raise ValueError(f"{file} is there and is no snapshot")
    return file


def to_read(wanted: str, standing: Path | None) -> Path:
    """The file, in the same folders; whether it is a snapshot, the reading tells. ValueError says why not."""
    return _place(wanted, standing)[0]


def _place(wanted: str, standing: Path | None) -> tuple[Path, Path]:
    file = Path(wanted)
    try:
        place = file.resolve()
    except (OSError, ValueError, RuntimeError) as error:
        raise ValueError(f"{wanted[:100]!r} is no place for a file") from error
    homes = [Path(HOME).resolve(), *([standing.resolve().parent] if standing else [])]
    if not any(place.is_relative_to(home) for home in homes):
        raise ValueError(f"a snapshot stands in {' or '.join(map(str, homes))}, not elsewhere")
    return file, place


def _is_snapshot(file: Path) -> bool:
    if not file.is_file():
        return False
    with file.open("rb") as content:
        begin = content.read(LOOKED_AT)
    return begin.startswith(b'{"version": ') and b'"clock_offset": ' in begin

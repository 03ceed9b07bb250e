"""Static files: third-party ones copied to var/assets with hashed names at set-up, the rooms' own from their static folders."""

import hashlib
from functools import lru_cache
from pathlib import Path

from flask import Flask

from foundation.compression import SqueezedFiles
from foundation.config import Settings
from foundation.vendor import vendor_files

ROOT = Path(__file__).parent.parent
ROOMS = ("hq", "sidebar", "radar")
FOREVER = 365 * 24 * 3600


def asset(name: str) -> str:
    """The address of a third-party file by its short name ("htmx.js"); raises KeyError for an unknown one."""
    return f"/static/vendor/{vendor_files()[name]}"


@lru_cache(maxsize=256)
def room_asset(room: str, name: str) -> str:
    """The address of a room's own static file; the digest in it makes a new version a new address."""
    digest = hashlib.sha256((ROOT / room / "static" / room / name).read_bytes()).hexdigest()[:10]
    return f"/static/{room}/{name}?v={digest}"


def serve_assets(app: Flask, chosen: Settings) -> None:
    """Put WhiteNoise before the app: files never reach Flask."""
    files = SqueezedFiles(app.wsgi_app, max_age=FOREVER, autorefresh=False)
    vendor = chosen.asset_dir.absolute() / "vendor"
    if vendor.exists():
        files.add_files(str(vendor), prefix="static/vendor/")
    for room in ROOMS:
        own = ROOT / room / "static" / room
        if own.exists():
            files.add_files(str(own), prefix=f"static/{room}/")
    app.wsgi_app = files  # type: ignore[method-assign]
    app.jinja_env.globals.update(asset=asset, room_asset=room_asset)

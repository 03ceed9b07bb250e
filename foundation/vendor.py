"""Other makers' files that script/setup put into var/assets: page scripts, styles, and the fonts posters are drawn with."""

import json
from functools import lru_cache
from pathlib import Path

from foundation.config import settings


@lru_cache(maxsize=1)
def vendor_files() -> dict[str, str]:
    """Short name of each front-end file → its name in var/assets/vendor."""
    path = settings().asset_dir / "manifest.json"
    if not path.exists():
        raise RuntimeError(f"{path} is missing: run script/setup, which copies the front-end files")
    return dict(json.loads(path.read_text()))


def font_path(weight: str) -> Path:
    """A font file: "regular" or "bold"."""
    return settings().asset_dir / "vendor" / vendor_files()[f"font-{weight}.otf"]


def vendor_path(name: str) -> Path | None:
    """A file that may be missing in an older installation, by its short name."""
    known = vendor_files().get(name)
    return settings().asset_dir / "vendor" / known if known else None

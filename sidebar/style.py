"""The one style of the sidebar's pages, put into the page itself: a phone paints after one answer instead of three.

Of WeUI only the rules of the components in use are taken, read from its own file once a process.
"""

import re
from collections.abc import Iterator
from functools import lru_cache, partial

from markupsafe import Markup

from foundation.assets import ROOT
from foundation.config import settings
from foundation.vendor import vendor_files

# The components our templates use; whoever takes another one adds it here.
COMPONENTS = ("btn", "cells", "cell", "badge", "primary-loading")
_CLASS = re.compile(r"\.(weui-[a-zA-Z0-9_-]+)")
_NOISE = re.compile(r"/\*.*?\*/", re.S)
_USED = re.compile(r"weui-(?:" + "|".join(COMPONENTS) + r")(?:_(?:primary|default|mini|transition))?")
_OTHERS = re.compile(r"\s*--weui-[a-z][\w-]*:[^;]*;?")
_SPINS = re.compile(r"animation:\s*([\w-]+)")
_VARIABLE = re.compile(r"(?P<name>--weui-[\w-]+)\s*:[^;{}]*;?")
_READ = re.compile(r"var\(\s*(--weui-[\w-]+)")
_EMPTY = re.compile(r"[^{};]+\{\s*\}")
_PLAIN = re.compile(r"(?:\.wx-root|body|:root)(?::not\(\[data-weui-theme=\"?light\"?\]\))?")


def _blocks(css: str) -> Iterator[tuple[str, str]]:
    """Each rule at the top: what stands before its braces, what stands in them."""
    place = 0
    while (opening := css.find("{", place)) >= 0:
        depth, closing = 1, opening + 1
        while depth:
            depth += {"{": 1, "}": -1}.get(css[closing], 0)
            closing += 1
        yield css[place:opening].strip(), css[opening + 1 : closing - 1]
        place = closing


def _wanted(selector: str) -> bool:
    names = _CLASS.findall(selector)
    return all(_USED.fullmatch(name) for name in names) if names else bool(_PLAIN.fullmatch(selector.strip()))


def trimmed(css: str) -> str:
    """The rules of `css` that are about our components, the colours they stand on, and the movements they use."""
    css = _NOISE.sub("", css)
    kept = _rules(css)
    moves = set(_SPINS.findall(kept))
    frames = [f"{before}{{{inside}}}" for before, inside in _blocks(css) if _moves(before) in moves]
    return kept + "".join(frames)


def _moves(before: str) -> str:
    """The name of a movement, "" for any other rule."""
    return before.removeprefix("@keyframes").strip() if before.startswith("@keyframes") else ""


def _rules(css: str) -> str:
    kept = []
    for before, inside in _blocks(css):
        if before.startswith("@media"):
            body = _rules(inside)
            kept += [f"{before}{{{body}}}"] if body else []
        elif not before.startswith("@") and not _OTHERS.fullmatch(inside):
            selectors = [part for part in before.split(",") if _wanted(part)]
            kept += [f"{','.join(selectors)}{{{inside}}}"] if selectors else []
    return "".join(kept)


def without_unused(css: str, others: str = "") -> str:
    """`css` without WeUI's variables that neither it nor `others` reads: hundreds of colours every phone would parse."""
    before = ""
    while css != before:
        before, used = css, frozenset(_READ.findall(css + others))
        css = _EMPTY.sub("", _VARIABLE.sub(partial(_if_used, used), css))
    return css


def _if_used(used: frozenset[str], found: re.Match[str]) -> str:
    return found[0] if found["name"] in used else ""


@lru_cache(maxsize=1)
def page_style() -> Markup:
    """WeUI's part and ours, as the content of a style element."""
    theirs = (settings().asset_dir / "vendor" / vendor_files()["weui.css"]).read_text(encoding="utf-8")
    folder = ROOT / "sidebar" / "static" / "sidebar"
    ours = _NOISE.sub("", (folder / "app.css").read_text(encoding="utf-8"))
    others = "".join(file.read_text(encoding="utf-8") for file in folder.glob("*.*") if file.name != "app.css")
    return Markup(without_unused(trimmed(theirs) + ours, others))  # noqa: S704 (files of this installation, nobody's input)

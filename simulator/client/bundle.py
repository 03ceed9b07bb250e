"""The page's modules as one script and its sheets as one sheet: eighty small files would take a browser a second to fetch.

The modules stay plain ES modules; here their imports become lookups. They may not import in a circle, and export
only `const`: what this cannot read fails at once.
"""

import re
from functools import lru_cache
from pathlib import Path
from posixpath import dirname, join, normpath

STATIC = Path(__file__).with_name("static") / "client"
ENTRY = "main.js"
SHEETS = (
    "tokens", "layout", "strip", "lists", "chat", "messages", "card", "webview", "phone", "tasks", "dialog",
)  # fmt: skip
IMPORT = re.compile(r'^import\s+(?P<what>\{[^}]*\}|\*\s+as\s+\w+)\s+from\s+"(?P<from>[^"]+)";\n', re.MULTILINE)
EXPORT = re.compile(r"^export (?=const (?P<name>\w+))", re.MULTILINE)
UNREAD = re.compile(r"^(?:import|export)\b.*$", re.MULTILINE)


def script() -> str:
    """All modules reachable from main.js in an order in which each stands behind those it imports."""
    return _script(_newest("js"))


def sheet() -> str:
    return _sheet(_newest("css"))


def _newest(folder: str) -> int:
    """When a file in there was last written: a page loaded again shows what somebody has just edited."""
    return max(each.stat().st_mtime_ns for each in (STATIC / folder).rglob("*.*"))


@lru_cache(maxsize=1)
def _script(newest: int) -> str:
    bundle = _Bundle()
    bundle.add(ENTRY)
    return "\n".join(["const modules = {};", *bundle.texts])


@lru_cache(maxsize=1)
def _sheet(newest: int) -> str:
    return "\n".join((STATIC / "css" / f"{name}.css").read_text("utf-8") for name in SHEETS)


class _Bundle:
    """Modules in the order they run, with what each exports."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._exports: dict[str, list[str]] = {}

    def add(self, name: str, above: tuple[str, ...] = ()) -> None:
        """Add a module behind those it imports; a second time does nothing."""
        if name in above:
            raise ValueError(f"modules import in a circle: {' → '.join([*above, name])}")
        if name in self._exports:
            return
        text = (STATIC / "js" / name).read_text("utf-8")
        for found in IMPORT.finditer(text):
            self.add(_path(name, found["from"]), (*above, name))
        self._exports[name] = names = [found["name"] for found in EXPORT.finditer(text)]
        body = EXPORT.sub("", IMPORT.sub(lambda found: self._lookup(name, found), text))
        if left := UNREAD.search(body):
            raise ValueError(f"{name}: cannot bundle {left[0]}")
        if name == ENTRY:
            self.texts.append(f"// {name}\n{{\n{body}}}")
        else:
            self.texts.append(f'// {name}\nmodules["{name}"] = (() => {{\n{body}return {{ {", ".join(names)} }};\n}})();')

    def _lookup(self, importer: str, found: re.Match[str]) -> str:
        """`import {a, b as c} from "./x.js"` → `const {a, b: c} = modules["x.js"]`; `* as x` is the whole module."""
        module, what = _path(importer, found["from"]), found["what"]
        wanted = re.findall(r"(\w+)(?: as \w+)?", what) if what.startswith("{") else []
        if unknown := set(wanted) - set(self._exports[module]):
            raise ValueError(f"{importer}: {module} exports no {', '.join(sorted(unknown))}")
        names = re.sub(r"(\w) as ", r"\1: ", what.removeprefix("* as "))
        return f'const {names} = modules["{module}"];\n'


def _path(importer: str, given: str) -> str:
    return normpath(join(dirname(importer), given))

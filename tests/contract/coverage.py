"""The table of paths in simulator/paths.md: documented, served, held to a test, used. Run as a module it writes the table."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

from simulator.api.table import TABLE

ROOT = Path(__file__).parents[2]
PATHS = ROOT / "simulator" / "paths.md"
DOCUMENTED = ROOT / "simulator" / "documented.tsv"
BEGIN, END = "<!-- paths: written by `python -m tests.contract.coverage` -->\n", "<!-- end of paths -->\n"
ELSEWHERE = {"simulator", "tests", "benchmarks", "demo", "migrations", "node_modules", "var"}


def documented() -> list[tuple[str, str, str]]:
    """(path, number of its document or –, family) in the order of the platform's own pages."""
    rows = (line.split("\t") for line in DOCUMENTED.read_text("utf-8").splitlines())
    return [(path, doc, family) for path, doc, family in rows]


def contract_tested() -> dict[str, int]:
    """path → how many contract tests name it in `@documented(doc, path, ...)`."""
    found: dict[str, int] = {}
    for file in sorted(Path(__file__).parent.glob("test_*.py")):
        for call in _calls(file, "documented"):
            for path in [each.value for each in call.args[1:] if isinstance(each, ast.Constant)]:
                found[str(path)] = found.get(str(path), 0) + 1
    return found


def used_by_product() -> set[str]:
    """Paths that stand as a string in the product's own code."""
    files = [ROOT / "app.py", *(each for each in ROOT.glob("*/**/*.py") if each.relative_to(ROOT).parts[0] not in ELSEWHERE)]
    names = {path for path, _, _ in documented()}
    ours = (each for each in files if not any(part.startswith(".") for part in each.relative_to(ROOT).parts))
    return {
        node.value for file in ours for node in ast.walk(_tree(file)) if isinstance(node, ast.Constant) and node.value in names
    }


def table() -> str:
    """The whole section, totals first."""
    rows, tested, used = documented(), contract_tested(), used_by_product()
    served = [path for path, _, _ in rows if path in TABLE]
    held = [path for path in served if path in tested]
    lines = [
        f"**{len(rows)} paths documented, {len(served)} served, {len(held)} of them held to contract tests "
        f"({sum(tested.values())} marks), {len(used)} used by 导购台.** "
        f"DOC is the number in `developer.work.weixin.qq.com/document/path/<number>`.",
        "",
        "| Path | DOC | Family | served | contract tests | used by 导购台 |",
        "|---|---|---|---|---|---|",
    ]
    for path, doc, family in rows:
        marks = (path in TABLE, tested.get(path, 0) or "", path in used)
        shown = " | ".join("✓" if mark is True else str(mark or "") for mark in marks)
        lines.append(f"| {path} | {doc} | {family} | {shown} |".replace("|  |", "| |").replace("|  |", "| |"))
    return "\n".join([*lines, ""])


def in_file() -> str:
    """What stands between the marks in paths.md now."""
    return PATHS.read_text("utf-8").split(BEGIN)[1].split(END)[0]


def _calls(file: Path, name: str) -> Iterator[ast.Call]:
    for node in ast.walk(_tree(file)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name:
            yield node


def _tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text("utf-8"))


def main() -> None:
    text = PATHS.read_text("utf-8")
    before, after = text.split(BEGIN)[0], text.split(END)[1]
    PATHS.write_text(before + BEGIN + table() + END + after, "utf-8")
    sys.stdout.write(table().splitlines()[0] + "\n")


if __name__ == "__main__":
    main()

"""Whatever a person can do wrong on the page is said in Chinese; the English sentence stays beside it for programs."""

import ast
import re
from pathlib import Path

from simulator.control.chinese import TABLE, in_chinese

SIMULATOR = Path(__file__).parents[2] / "simulator"
ROWS = [line.split("\t") for line in TABLE.read_text("utf-8").splitlines()]


def refusals() -> set[str]:
    """The sentence of every ImpossibleError with 404 or 409, {} where a value stands."""
    found = set()
    files = (each for part in (".", "actions", "jsapi", "scenarios") for each in (SIMULATOR / part).glob("*.py"))
    for file in files:
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "ImpossibleError":
                status = node.args[1].value if len(node.args) > 1 and isinstance(node.args[1], ast.Constant) else 409
                if status != 400:
                    found.add(_template(node.args[0]))
    return found


def _template(words: ast.expr) -> str:
    if isinstance(words, ast.JoinedStr):
        return "".join(str(each.value) if isinstance(each, ast.Constant) else "{}" for each in words.values)
    assert isinstance(words, ast.Constant), ast.dump(words)
    return str(words.value)


def test_every_refusal_has_its_chinese():
    assert refusals() - {english for english, _ in ROWS} == set()


def test_every_row_can_be_said():
    for english, chinese in ROWS:
        values = [str(number) for number in range(english.count("{}"))]
        assert all(int(each) < len(values) for each in re.findall(r"\{(\d)\}", chinese)), english
        assert re.search(r"[一-鿿]", in_chinese(english.replace("{}", "7"))), english


def test_both_stand_in_the_answer(platform):
    answer = platform.ask("do/member_joins", userid="lixiaomei")
    assert answer.status_code == 409
    assert answer.json() == {"error": "lixiaomei is taken", "message": "账号 lixiaomei 已经有人用了"}
    assert platform.ask("faults", path="agent/list", kind="errcode").json()["message"] == "先填错误码"
    assert "message" not in platform.ask("limits", nothing=1).json()

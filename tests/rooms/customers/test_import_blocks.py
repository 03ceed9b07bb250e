"""A file is read in blocks of whole lines; where the blocks end and what else they hold changes no row."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from customers import import_sheets
from customers.import_sheets import MIXED, records

# In GB18030 the first two look like a letter of UTF-8, though their line is none.
NAMES = ("王婧波", "婧宝", "苏州", "Ann", "")
LINES = st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(["gb18030", "utf-8"])), min_size=1, max_size=12)


def _rows(path: Path, content: bytes, encoding: str) -> list[tuple[int, list[str], str]]:
    path.write_bytes(content)
    return [(one.number, one.cells, one.broken) for one in records(path, encoding, ",")]


@pytest.mark.parametrize("size", [1, 7, 30, 1_000])
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=LINES)
def test_only_a_line_in_another_encoding_is_told(
    encoding: str, size: int, lines: list[tuple[str, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_sheets, "BLOCK_BYTES", size)
    content = b"".join(f"M{place},{name}\n".encode(how) for place, (name, how) in enumerate(lines))
    found = _rows(tmp_path / "a.csv", content, encoding)
    assert [number for number, _, _ in found] == list(range(1, len(lines) + 1))
    for (_, cells, broken), (place, (name, how)) in zip(found, enumerate(lines), strict=True):
        other = how != encoding and not name.isascii()
        assert broken == (MIXED if other else "")
        if not other or encoding == "gb18030":
            assert cells == [f"M{place}", name]


@pytest.mark.parametrize("size", [1, 5, 12, 1_000])
def test_a_cell_of_several_lines_goes_over_the_end_of_a_block(tmp_path: Path, size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_sheets, "BLOCK_BYTES", size)
    content = '\ufeff会员号,备注\r\nM1,"一\n二\r\n三"\r\nM2,\x0b\u2028四\r\n\r\nM3,=""五""'.encode()
    assert [(number, cells) for number, cells, _ in _rows(tmp_path / "a.csv", content, "utf-8")] == [
        (1, ["会员号", "备注"]), (2, ["M1", "一\n二\n三"]), (3, ["M2", "四"]), (5, ["M3", '=""五""']),
    ]  # fmt: skip

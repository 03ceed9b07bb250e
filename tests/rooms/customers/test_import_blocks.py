"""A file is read in blocks of whole lines; where the blocks end and what else they hold changes no row."""

import tracemalloc
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from customers import import_sheets
from customers.import_sheets import MIXED, look, records
from foundation.errors import Invalid

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


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
@pytest.mark.parametrize(
    ("content", "row"),
    [
        ('会员号,备注\nM1,好\nM2,"6.5寸的表\nM3,好\nM4,好\n', 3),
        ('会员号,备注\nM1,好\nM2,"6.5寸的表\nM3,好\nM4,"7寸\nM5,好\n', 3),
        ('会员号,备注\nM1,"好"吃\nM2,好\n', 2),
    ],
)
def test_a_stray_quotation_mark_swallows_no_rows(tmp_path: Path, content: str, row: int, encoding: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(content.encode(encoding))
    with pytest.raises(Invalid, match=f"第 {row} 行附近有引号没有成对") as caught:
        list(records(path, encoding, ","))
    assert "file" in caught.value.fields


def test_quotation_marks_where_they_belong_are_read(tmp_path: Path) -> None:
    content = 'M1,"他说 ""好""，\n再来"\r\nM2,6.5"表\nM3,""\nM4,"="'
    assert [cells for _, cells, _ in _rows(tmp_path / "a.csv", content.encode(), "utf-8")] == [
        ["M1", '他说 "好"，\n再来'], ["M2", '6.5"表'], ["M3", ""], ["M4", "="],
    ]  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
@pytest.mark.parametrize("before", [0, 1, 30_000])
def test_a_line_without_an_end_is_told_and_not_kept_in_memory(tmp_path: Path, before: int, encoding: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(("会员号,城市\n" * before + "M1,x" + ",y" * 15_000_000).encode(encoding))
    tracemalloc.start()
    try:
        with pytest.raises(Invalid, match=f"第 {before + 1} 行太长") as caught:
            list(records(path, encoding, ","))
        assert tracemalloc.get_traced_memory()[1] < 40 * 1024 * 1024
    finally:
        tracemalloc.stop()
    assert "file" in caught.value.fields
    if before < 2:
        with pytest.raises(Invalid, match=f"第 {before + 1} 行太长"):
            look(path, "a.csv")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_row_going_over_lines_without_an_end_is_told_too(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(('会员号,城市\nM1,"' + '\n","' * 1_000_000).encode(encoding))
    with pytest.raises(Invalid, match="第 2 行太长"):
        list(records(path, encoding, ","))


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_long_line_with_an_end_is_read(tmp_path: Path, encoding: str, end: str) -> None:
    lines = ["会员号,备注", *("M1" + ",好" * 100_000 for _ in range(8)), 'M2,"二\n行"']
    path = tmp_path / "a.csv"
    path.write_bytes(end.join(lines).encode(encoding))
    rows = list(records(path, encoding, ","))
    assert [one.number for one in rows] == list(range(1, 11))
    assert rows[-1].cells == ["M2", "二\n行"]


def test_what_is_no_utf16_though_it_begins_so_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"\xff\xfe\x00\xd8\x00\xd8,\x00")
    with pytest.raises(Invalid, match="文字编码"):
        look(path, "a.csv")

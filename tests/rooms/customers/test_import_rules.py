"""What a file's cells and columns mean, and how files in every state are read."""

from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from customers import import_rules as rules
from customers.import_reading import Names, Reader, places_of
from customers.import_sheets import MIXED, Record, look, records
from customers.matching import UNKNOWN, decide
from customers.phones import normal_phone, spellings
from foundation.clock import SHANGHAI
from foundation.errors import Invalid
from foundation.text import neutral, would_compute

TODAY = date(2026, 6, 1)
LATEST = datetime(2026, 6, 2, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    "text",
    [
        "13800138000", "+86 138-0013-8000", "0086 138 0013 8000", "86 13800138000", "８６１３８００１３８０００", "013800138000",
        "138.0013.8000", "(138)00138000", "13800138000.0", "+86-13800138000", " 138 0013 8000 ",
    ],
)  # fmt: skip
def test_a_phone_in_many_spellings_is_one(text: str) -> None:
    assert normal_phone(text) == "13800138000"


@pytest.mark.parametrize(
    ("text", "phone"),
    [
        ("021-62345678", "02162345678"),
        ("+1 212 555 1234", "+12125551234"),
        ("0755 8234 5678", "075582345678"),
        ("+86 21 6234 5678", "02162345678"),
        ("00852 6123 4567", "+85261234567"),
        ("12", None),
        ("12345", None),
        ("62345678", None),
        ("12345678901", None),
        ("1380013800", None),
        ("138001380000", None),
        ("+86 12345678", None),
        ("+123456", None),
        ("12125551234567890", None),
        ("张三", None),
        ("1.38E+10", None),
        ("", None),
    ],
)
def test_other_numbers(text: str, phone: str | None) -> None:
    assert normal_phone(text) == phone


@given(st.text(max_size=30))
def test_a_normal_phone_stays_normal(text: str) -> None:
    phone = normal_phone(text)
    if phone is not None:
        assert normal_phone(phone) == phone
        assert all(normal_phone(other) == phone for other in spellings(phone))


@pytest.mark.parametrize(
    "text", ["1990-03-05", "1990/3/5", "1990年3月5日", "19900305", "1990.3.5", "32937", "1990-03-05 00:00:00"]
)
def test_days_in_many_spellings(text: str) -> None:
    assert rules.read_day(text, TODAY) == date(1990, 3, 5)


@pytest.mark.parametrize("text", ["3-25", "1990-02-30", "2999-01-01", "1800-01-01", "昨天", "123456789"])
def test_days_that_are_none(text: str) -> None:
    with pytest.raises(ValueError, match=r"[年天]"):
        rules.read_day(text, TODAY)


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-02 14:30",
        "2026/1/2 14:30:00",
        "2026年1月2日 14:30",
        "2026-01-02T06:30:00Z",
        "2026-01-02T14:30+08:00",
        "46024.6041667",
    ],
)
def test_moments_in_many_spellings(text: str) -> None:
    assert rules.read_moment(text, LATEST) == datetime(2026, 1, 2, 14, 30, tzinfo=SHANGHAI)


@pytest.mark.parametrize("text", ["2026-13-01", "明天", "2026-12-01 10:00", "1980-01-01", "2026-01-02 25:00", "99999999999"])
def test_moments_that_are_none(text: str) -> None:
    with pytest.raises(ValueError, match="时间"):
        rules.read_moment(text, LATEST)


@pytest.mark.parametrize(
    ("text", "fen"), [("1299", 129900), ("1,299.50", 129950), ("￥88.8", 8880), ("¥0", 0), ("1299元", 129900)]
)
def test_money(text: str, fen: int) -> None:
    assert rules.read_money(text) == fen


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("-5", "不能是负数"), ("1.234", "两位小数"), ("1E-999999", "两位小数"), ("1e400", "不超过 1 亿"),
        ("9999999999999", "不超过 1 亿"), ("9" * 5_000, "不超过 1 亿"),
        *((text, "不是金额") for text in ("", "abc", "²", "NaN", "sNaN", "Infinity", "-inf", "1E+999999", "1E+99999999999999")),
    ],
)  # fmt: skip
def test_money_that_is_none(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        rules.read_money(text)


@pytest.mark.parametrize(
    ("text", "formula"),
    [
        ("=1+1", True), ("@SUM(A1)", True), ("+cmd|' /C calc'!A0", True), ("-2+3", True), ("+8613800138000", False),
        ("-5", False), ("普通", False), ('=HYPERLINK("http://x")', True),
    ],
)  # fmt: skip
def test_which_cells_are_formulas(text: str, formula: bool) -> None:
    assert rules.is_formula(text) is formula


@given(st.text(max_size=20))
def test_nothing_handed_back_is_computed(text: str) -> None:
    assert neutral(text)[:1] not in set("=+-@\t\r\n")
    assert not would_compute(neutral(text))


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        " =1+1",
        "\r\n=1",
        "\n@SUM(A1)",
        "\t-2",
        "＝1+1",
        "　＋1",
        "－1",
        "＠SUM(A1)",
        "\u200b=1",
        "\ufeff＝1",
        "﹦1",
        "\x00=1",
    ],
)
def test_what_hides_a_formula_is_looked_through(text: str) -> None:
    assert neutral(text) == f"'{text}"
    assert neutral(f"名{text}") == f"名{text}"


def test_columns_are_guessed_by_their_names() -> None:
    headings = ["会员编号*", " 手机号码 ", "出生日期", "备注", "所在城市", "电话"]
    assert rules.guess_columns("members", headings) == {
        "member_no": "会员编号*", "phone": " 手机号码 ", "birthday": "出生日期", "city": "所在城市",
    }  # fmt: skip
    assert rules.guess_columns("sizes", ["会员号", "上装", "鞋"]) == {"member_no": "会员号", "上衣": "上装", "鞋码": "鞋"}


def test_what_is_wrong_with_a_choice_of_columns() -> None:
    assert set(rules.column_problems("orders", {"goods": "商品"}, ["商品"])) == {"who", "order_no", "at", "paid"}
    assert set(rules.column_problems("members", {"external_userid": "ID"}, ["ID"])) == {"facts"}
    assert set(rules.column_problems("sizes", {"phone": "x"}, ["手机"])) == {"phone", "sizes"}
    assert set(rules.column_problems("tags", {"phone": "a", "tags": "a"}, ["a"])) == {"double"}
    assert rules.column_problems("list", {"phone": "a"}, ["a"]) == {}


def reader(kind: str, headings: list[str], names: Names | None = None) -> Reader:
    places = places_of(rules.guess_columns(kind, headings), headings)
    return Reader(kind, places, names or Names(), TODAY, LATEST)


def test_a_row_is_read_with_all_its_problems() -> None:
    read = reader(
        "orders", ["手机号", "订单号", "下单时间", "实付金额", "退款金额", "门店"], Names(stores={"S1": 7, "旗舰店": None})
    )
    good = read.read(Record(2, ["138 0013 8000", "A1", "2026-01-02 10:00", "100", "", "S1"]))
    assert not good.problems
    assert (good.values["phone"], good.values["paid"], good.values["store"], good.values["source"]) == (
        "13800138000",
        10000,
        7,
        "pos",
    )
    bad = read.read(Record(3, ["1.38E+10", "", "2026-01-02 10:00", "=1+1", "", "旗舰店"]))
    assert [one.field for one in bad.problems] == ["phone", "paid", "store"]
    late = read.read(Record(4, ["", "A2", "2026-01-02 10:00", "10", "20"]))
    assert [one.field for one in late.problems] == [""]
    more = read.read(Record(5, ["13800138000", "A2", "2026-01-02 10:00", "10", "20"]))
    assert more.problems[0].why == "退款不能多于实付"


def test_tags_of_one_exclusive_group_are_refused() -> None:
    read = reader("tags", ["会员号", "标签"], Names(tags={"高": 1, "低": 2, "羽绒服": 3}, exclusive={1: 9, 2: 9}))
    assert read.read(Record(2, ["M", "高、羽绒服"])).values["tags"] == [1, 3]
    assert "互斥" in read.read(Record(3, ["M", "高、低"])).problems[0].why
    assert "没有「新」" in read.read(Record(4, ["M", "新"])).problems[0].why


def test_who_is_meant() -> None:
    assert decide({"phone": "1"}, {"phone": {5}}).customer_id == 5
    assert decide({"phone": "1"}, {}).why == UNKNOWN
    assert "有 2 位" in decide({"phone": "1"}, {"phone": {5, 6}}).why
    assert decide({"phone": "1", "member_no": "M"}, {"phone": {5, 6}, "member_no": {6}}).customer_id == 6
    assert "不是同一位" in decide({"phone": "1", "member_no": "M"}, {"phone": {5}, "member_no": {6}}).why
    assert decide({"external_userid": "w", "phone": "1"}, {"phone": {5}}).customer_id is None


def test_files_in_every_encoding(tmp_path: Path) -> None:
    text = "会员号,城市\nM1,上海\nM2,联通\n"
    for encoding in ("utf-8", "utf-8-sig", "gb18030", "utf-16"):
        path = tmp_path / f"{encoding}.csv"
        path.write_bytes(text.encode(encoding))
        sheet = look(path, path.name)
        assert sheet.headings == ["会员号", "城市"], encoding
        rows = list(records(path, sheet.encoding, sheet.separator, sheet.head_row))
        assert [(one.number, one.cells, one.broken) for one in rows] == [(2, ["M1", "上海"], ""), (3, ["M2", "联通"], "")], (
            encoding
        )


@pytest.mark.parametrize(("first", "other"), [("utf-8", "gb18030"), ("gb18030", "utf-8")])
def test_a_line_in_another_encoding_is_that_lines_problem(tmp_path: Path, first: str, other: str) -> None:
    path = tmp_path / "mixed.csv"
    lines = ["会员号,城市\n", "M1,上海市\n", "M2,北京市\n", "M3,广州市\n", "M4,深圳市\n"]
    path.write_bytes(b"".join(line.encode(other if place == 2 else first) for place, line in enumerate(lines)))
    sheet = look(path, "mixed.csv")
    found = {one.number: one.broken for one in records(path, sheet.encoding, sheet.separator, sheet.head_row)}
    assert found == {2: "", 3: MIXED, 4: "", 5: ""}


def test_an_excel_file_with_dates_numbers_and_formulas(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append([])
    dated = [["会员号", "生日", "手机"], [123456, date(1990, 3, 5), 13800138000], ["M2", datetime(1991, 1, 1, 8, 30), "=1+1"]]  # noqa: DTZ001
    for row in dated:
        sheet.append(row)
    path = tmp_path / "a.xlsx"
    book.save(path)
    found = look(path, "a.xlsx")
    rows = list(records(path, found.encoding, found.separator, found.head_row))
    assert [one.cells for one in rows] == [["123456", "1990-03-05", "13800138000"], ["M2", "1991-01-01 08:30:00", "=1+1"]]


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("a.csv", b"", "空的"), ("a.xls", b"x", "老版本"), ("a.exe", b"x", "请上传"), ("a.xlsx", b"PK\x03\x04x", "打不开"),
        ("a.csv", "会员号,会员号\n1,2\n".encode(), "两列都叫"), ("a.csv", "会员号\n".encode(), "只有列名"),
        ("a.csv", b"\n\n", "没有内容"),
    ],
)  # fmt: skip
def test_files_that_cannot_be_taken(tmp_path: Path, name: str, content: bytes, why: str) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    with pytest.raises(Invalid) as caught:
        look(path, name)
    assert why in caught.value.fields["file"]


def test_an_unpaired_quote_is_told_with_its_row(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('会员号,城市\nM1,上海\nM2,"北京\n' + "M3,天津\n" * 30_000)
    with pytest.raises(Invalid, match="第 3 行附近有引号"):
        list(records(path, "utf-8", ","))


def test_reading_goes_on_where_it_stopped(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("会员号\n" + "".join(f"M{number}\n" for number in range(100)))
    assert [one.number for one in records(path, "utf-8", ",", after=98)] == [99, 100, 101]


def test_a_tab_or_semicolon_separates_too(tmp_path: Path) -> None:
    for mark in "\t;":
        path = tmp_path / "a.txt"
        path.write_text(f"会员号{mark}城市\nM1{mark}上海\n")
        assert look(path, "a.txt").headings == ["会员号", "城市"]

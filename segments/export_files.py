"""An export's rows and its file, a stretch at a time: every row carries who took it out and when; nothing in it is a formula."""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Protocol

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font, PatternFill
from sqlalchemy import case, func, null, select
from sqlalchemy.orm import Session

from customers.models import Customer, Tag
from foundation import clock
from foundation.text import clean, neutral, would_compute
from org.models import Staff, Store
from segments.fields import CONSENTS, ROLES, STAGES, VALUES
from segments.models import CustomerFacts, SegmentExport
from segments.scopes import Scope, owned, seen

HEADINGS = (
    "外部联系人ID", "昵称", "归属导购", "归属门店", "添加日期", "客户身份", "生命周期", "价值等级", "标签", "下单次数",
    "累计消费（元）", "最近下单", "最近联系", "接收意愿", "省份", "城市", "导出标记",
)  # fmt: skip
WORDS = {str(value): label for value, label in (*ROLES, *STAGES, *CONSENTS)}
LEVELS = dict(VALUES)
LONGEST_CELL = 2_000


class ExportFile(Protocol):
    """A file that is written row by row."""

    def write(self, rows: Iterable[Sequence[str]]) -> None:
        """Add rows."""
        ...

    def close(self) -> None:
        """The file is whole."""
        ...


def watermark(session: Session, export: SegmentExport) -> tuple[str, str]:
    """(the line above the table, the mark in every row): who took it out, when, and the number of the export."""
    staff = session.get_one(Staff, export.staff_id)
    at = export.created_at.astimezone(clock.SHANGHAI)
    who = f"导出人 {staff.name or staff.userid}（{staff.userid}），{at:%Y-%m-%d %H:%M}，编号 {export.id}"
    return clean(f"{who}，用途：{export.why}。仅限内部使用，请勿外传。"), f"{staff.userid} {at:%Y%m%d%H%M} #{export.id}"


def tag_names(session: Session) -> dict[int, str]:
    """Every tag's name, removed ones too."""
    return {id_: name for id_, name in session.execute(select(Tag.id, Tag.name))}


def export_rows(session: Session, path: str, ids: Sequence[int], tags: dict[int, str], mark: str) -> list[list[str]]:
    """A stretch of people as text, in the order of `ids`, at one statement; those outside the subtree are left out."""
    scope = Scope(path)
    mine, facts = owned(scope), CustomerFacts
    guide = case((mine, func.coalesce(func.nullif(Staff.name, ""), Staff.userid)), else_=null()).label("guide")
    chosen = (
        select(
            Customer.id,
            Customer.external_userid,
            Customer.name,
            guide,
            case((mine, Store.name), else_=null()).label("store"),
            facts,
        )
        .join(facts, facts.customer_id == Customer.id)
        .outerjoin(Staff, Staff.id == facts.owner_id)
        .outerjoin(Store, Store.id == facts.store_id)
        .where(Customer.id.in_(ids), seen(scope))
    )
    found = {row[0]: [*_row(row[1], row[2], row[3], row[4], row[5], tags), mark] for row in session.execute(chosen)}
    session.expunge_all()
    return [found[id_] for id_ in ids if id_ in found]


def _row(external: str, name: str, guide: str | None, store: str | None, facts: CustomerFacts, tags: dict[int, str]) -> list[str]:
    days = (facts.added_on, facts.last_order_on, facts.last_contact_on)
    added, ordered, contacted = ("" if day is None else day.isoformat() for day in days)
    labels = "、".join(tags[tag] for tag in facts.tag_ids if tag in tags)
    return [
        external, name, guide or "", store or "", added, WORDS[facts.role], WORDS[facts.stage], LEVELS[facts.value], labels,
        str(facts.orders), str(facts.spent_yuan), ordered, contacted, WORDS[facts.consent], facts.province, facts.city,
    ]  # fmt: skip


def _safe(text: str) -> str:
    return clean(text)[:LONGEST_CELL]


class CsvFile:
    """UTF-8 with the mark Excel wants; a cell that would be computed is neutralised."""

    def __init__(self, path: Path, line: str) -> None:
        self._file = path.open("w", encoding="utf-8-sig", newline="")
        self._csv = csv.writer(self._file)
        self.write([[line], HEADINGS])

    def write(self, rows: Iterable[Sequence[str]]) -> None:
        """Add rows."""
        self._csv.writerows([neutral(_safe(text)) for text in row] for row in rows)

    def close(self) -> None:
        """The file is whole."""
        self._file.close()


class XlsxFile:
    """A workbook written row by row: text only, the watermark above, in the print's header and in every row."""

    def __init__(self, path: Path, line: str) -> None:
        self._path, self._book = path, Workbook(write_only=True)
        self._sheet: Any = self._book.create_sheet("客户")
        self._sheet.freeze_panes = "A3"
        self._sheet.oddHeader.center.text = line.replace("&", "＆")
        for letter, width in zip(
            "ABCDEFGHIJKLMNOPQ", (34, 14, 12, 18, 12, 10, 10, 10, 30, 10, 14, 12, 12, 12, 10, 10, 28), strict=True
        ):
            self._sheet.column_dimensions[letter].width = width
        self._sheet.append([self._cell(line, Font(bold=True, color="B42318"))])
        head = [self._cell(text, Font(bold=True)) for text in HEADINGS]
        for cell in head:
            cell.fill = PatternFill("solid", fgColor="E3EFF9")
        self._sheet.append(head)

    def _cell(self, text: str, font: Font | None = None) -> Any:
        cell = WriteOnlyCell(self._sheet, _safe(text))
        cell.data_type, cell.quotePrefix = "s", would_compute(text)
        if font is not None:
            cell.font = font
        return cell

    def write(self, rows: Iterable[Sequence[str]]) -> None:
        """Add rows."""
        for row in rows:
            self._sheet.append([self._cell(text) if text else None for text in row])

    def close(self) -> None:
        """The file is whole."""
        self._book.save(self._path)


def open_export(form: str, path: Path, line: str) -> ExportFile:
    """A new file of this form at the path; its folder is made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    return XlsxFile(path, line) if form == "xlsx" else CsvFile(path, line)

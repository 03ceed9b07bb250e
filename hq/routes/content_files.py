"""Scripts in and out by Excel: a check that saves nothing, all good rows at once when she says so, the current view out."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from content_library.categories import names_of, shelves
from content_library.importing import changeable, import_scripts, is_same, was_imported
from content_library.library_queries import page_library
from content_library.models import ContentType, ItemKind
from content_library.queries import list_categories, list_personas
from content_library.rules import SCENES, STAGES, VARIABLES
from foundation import clock
from foundation.blobs import keep_blob, read_blob
from foundation.db import transaction
from foundation.errors import Conflict, Invalid
from hq.content_filters import wanted_of
from hq.routes.content_uploads import signed_blob, unsigned_blob
from hq.routes.door import MANAGERS, REGIONAL, allow, bp, current_staff
from hq.script_sheet import BUBBLES, COLUMNS, NAMES, SAMPLE, Line, lines_of, note_known, row_of, shelves_of
from hq.spreadsheets import MOST_ROWS, XLSX, read_sheet, write_book

SHOWN = 100
PREVIEWED = 8
AT_ONCE = 500
LARGEST = 10 * 1024 * 1024
# What an uploaded sheet is signed as: it can be attached to nothing.
SHEET = "sheet"


@dataclass(frozen=True)
class Checked:
    """A sheet looked through: which rows may be saved and which not."""

    good: list[Line]
    bad: list[Line]
    made: int
    changed: int
    same: int


def _download(content: bytes, name: str) -> Response:
    quoted = f"attachment; filename*=UTF-8''{name}"
    return Response(content, mimetype=XLSX, headers={"Content-Disposition": quoted})


@bp.get("/content/import")
@allow(REGIONAL)
def show_import() -> ResponseReturnValue:
    """Where a sheet is chosen."""
    return render_template("hq/content_import.html", fields={}, most=MOST_ROWS)


@bp.get("/content/import/template.xlsx")
@allow(REGIONAL)
def get_import_template() -> Response:
    """The empty sheet with one example and, beside it, every word that may be filled in."""
    with transaction() as session:
        categories, personas = shelves(list_categories(session)), list_personas(session)
    columns = {
        "分类": [shelf.path for shelf in categories], "人设": [one.name for one in personas], "客户阶段": list(STAGES),
        "内容类型": [one.value for one in ContentType], "场景": list(SCENES), "变量": [f"{{{name}}}" for name in VARIABLES],
    }  # fmt: skip
    longest = max(len(words) for words in columns.values())
    words = [[column[row] if row < len(column) else "" for column in columns.values()] for row in range(longest)]
    book = write_book([("话术", COLUMNS, [SAMPLE]), ("可以填的词", [(name, 20) for name in columns], words)])
    return _download(book, "%E8%AF%9D%E6%9C%AF%E5%AF%BC%E5%85%A5%E6%A8%A1%E6%9D%BF.xlsx")


def _check(session: Session, content: bytes, filename: str) -> Checked:
    """Every row looked at against the library as it is now. Raises Invalid with the field `file`."""
    names = shelves_of(list_categories(session), list_personas(session))
    lines = lines_of(read_sheet(content, filename), names)
    known = changeable(session, current_staff(), [line.draft.item_id for line in lines if line.draft.item_id])
    note_known(lines, known)
    good = [line for line in lines if not line.problems]
    updates = [line for line in good if line.draft.item_id]
    same = sum(is_same(line.draft, known[line.draft.item_id or 0]) for line in updates)
    bad = [line for line in lines if line.problems]
    return Checked(good, bad, len(good) - len(updates), len(updates) - same, same)


@bp.post("/content/import")
@allow(REGIONAL)
def check_import() -> ResponseReturnValue:
    """Look a sheet through and show what would happen; nothing is saved."""
    file = request.files.get("file")
    content, filename = (file.read(), file.filename or "") if file else (b"", "")
    try:
        if not filename:
            raise Invalid("请先选文件", {"file": "请先选一个 .xlsx 或 .csv 文件"})
        if len(content) > LARGEST:
            raise Invalid("文件太大", {"file": f"文件最大 {LARGEST // 1024 // 1024} MB"})
        with transaction() as session:
            checked = _check(session, content, filename)
    except Invalid as problem:
        return render_template("hq/content_import.html", fields=problem.fields, most=MOST_ROWS), 422
    return redirect(url_for("hq.show_check", kept=signed_blob(SHEET, keep_blob(content), filename), bad=len(checked.bad)))


def _kept() -> tuple[str, str]:
    """(key, name) of the sheet she uploaded. Raises Invalid for a changed or foreign address."""
    key, filename = unsigned_blob(request.values.get("kept", ""), SHEET)
    if not key:
        raise Invalid("这个页面已失效，请重新上传文件", {"file": "请重新上传文件"})
    return key, filename


@bp.get("/content/import/check")
@allow(REGIONAL)
def show_check() -> ResponseReturnValue:
    """What the sheet would bring, row problems first."""
    key, filename = _kept()
    with transaction() as session:
        checked, done = _check(session, read_blob(key), filename), was_imported(session, key)
    return render_template(
        "hq/content_check.html", checked=checked, filename=filename, kept=request.args["kept"], done=done, shown=SHOWN,
        previewed=PREVIEWED, first=BUBBLES[0],
    )  # fmt: skip


@bp.get("/content/import/problems.xlsx")
@allow(REGIONAL)
def get_import_problems() -> Response:
    """The rows that cannot be saved, as they were, with the reason in front: mend them there and upload that file."""
    key, filename = _kept()
    with transaction() as session:
        checked = _check(session, read_blob(key), filename)
    rows = [[*(line.cells.get(name, "") for name in NAMES), line.number, line.why] for line in checked.bad]
    columns = [*COLUMNS, ("原来的行号", 10), ("要改的地方", 60)]
    return _download(write_book([("要改的行", columns, rows)]), "%E8%A6%81%E6%94%B9%E7%9A%84%E8%A1%8C.xlsx")


@bp.post("/content/import/save")
@allow(REGIONAL)
def save_import() -> ResponseReturnValue:
    """Save all good rows in one transaction, or nothing."""
    key, filename = _kept()
    submit = request.form.get("then") == "submit"
    try:
        with transaction() as session:
            good = _check(session, read_blob(key), filename).good
            done = import_scripts(session, current_staff(), [line.draft for line in good], once=key, submit=submit)
    except (Invalid, Conflict) as problem:
        flash(f"没有导入：{problem.message}", "danger")
        return redirect(url_for("hq.show_check", kept=request.form.get("kept", "")))
    where = "已提交审核" if submit else "存成了草稿，发布后导购才看得到"
    same = f"，{done.same} 条没有变化" if done.same else ""
    flash(f"导入完成：新建 {done.made} 条，更新 {done.changed} 条{same}。{where}", "success")
    return redirect(url_for("hq.review_content") if submit else url_for("hq.list_content", kind=ItemKind.SCRIPT))


@bp.get("/content/export.xlsx")
@allow(MANAGERS)
def export_content() -> Response:
    """The scripts of the current view, at most 5,000, in the sheet that can be imported again."""
    staff, after, rows = current_staff(), None, list[Sequence[object]]()
    with transaction() as session:
        wanted = wanted_of(session, staff, request.args | {"kind": ItemKind.SCRIPT.value})
        categories, personas = names_of(shelves(list_categories(session))), {p.id: p.name for p in list_personas(session)}
        while len(rows) < MOST_ROWS:
            page = page_library(session, staff, wanted, after_id=after, limit=AT_ONCE)
            rows += [row_of(item, version, categories, personas) for item, version in page]
            if len(page) < AT_ONCE:
                break
            after = page[-1][0].id
    return _download(write_book([("话术", COLUMNS, rows[:MOST_ROWS])]), f"%E8%AF%9D%E6%9C%AF-{clock.today():%Y%m%d}.xlsx")

"""Rows that may be one person: side by side, merged, kept apart, undone; the sure ones all at once, with progress."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from customers.merge_finding import SURE, keep_apart, merge_pair, undo_pair, want_sure
from customers.merge_queries import count_pairs, page_merges, page_pairs, sides_of
from customers.merging import BECAUSE, UNDO_DAYS
from customers.owner_models import CandidateStatus
from foundation import clock
from foundation.db import transaction
from hq.forms import as_number
from hq.pages import cut_page
from hq.routes.door import HEADQUARTERS, allow, bp, current_staff
from org.console_queries import staff_names

PAGE = 10
MERGES = 30


@bp.get("/merges")
@allow(HEADQUARTERS)
def list_merges() -> ResponseReturnValue:
    """Open pairs, the way they were found; how far the wanted ones are."""
    after = as_number(request.args.get("after")) or 0
    with transaction() as session:
        counts = count_pairs(session)
        pairs, last = cut_page(page_pairs(session, after=after, limit=PAGE + 1), PAGE)
        sides = sides_of(session, pairs)
    waiting = sum(count for (status, _), count in counts.items() if status == CandidateStatus.WANTED)
    total = sum(count for (status, _), count in counts.items() if status == CandidateStatus.OPEN)
    sure = sum(counts.get((CandidateStatus.OPEN, because), 0) for because in SURE)
    asked = max(as_number(request.args.get("asked")) or 0, waiting)
    more = url_for("hq.list_merges", after=last.candidate.id) if last else ""
    return render_template(
        "hq/merges.html", pairs=pairs, sides=sides, total=total, sure=sure, waiting=waiting, asked=asked, next=more,
        because=BECAUSE, undo_days=UNDO_DAYS,
    )  # fmt: skip


@bp.get("/merges/done")
@allow(HEADQUARTERS)
def list_merged() -> ResponseReturnValue:
    """What was merged, by whom; each may be undone for thirty days."""
    with transaction() as session:
        before = as_number(request.args.get("before"))
        rows, last = cut_page(page_merges(session, before=before, limit=MERGES + 1), MERGES)
        actors = [number for row, _, _ in rows for by in (row.by, row.undone_by) if (number := _staff_id(by))]
        names = staff_names(session, actors)
    shown = [(row, kept, gone, _called(row.by, names), _called(row.undone_by, names)) for row, kept, gone in rows]
    more = url_for("hq.list_merged", before=last[0].id) if last else ""
    return render_template(
        "hq/merged.html", rows=shown, next=more, because=BECAUSE, oldest=clock.now() - clock.days(UNDO_DAYS), undo_days=UNDO_DAYS,
    )  # fmt: skip


def _staff_id(by: str) -> int | None:
    return as_number(by.removeprefix("staff:")) if by.startswith("staff:") else None


def _called(by: str, names: dict[int | None, str]) -> str:
    return names.get(_staff_id(by), "自动规则" if by == "rule" else "总部") if by else ""


@bp.post("/merges/<int:candidate_id>")
@allow(HEADQUARTERS)
def merge_candidates(candidate_id: int) -> Response:
    """They are one person; the form says which row stays."""
    with transaction() as session:
        merge_pair(session, current_staff(), candidate_id, as_number(request.form.get("kept")) or 0)
    flash(f"已合并成一位客户；发现不对，{UNDO_DAYS} 天内可以在“已合并”里撤销", "success")
    return redirect(url_for("hq.list_merges"))


@bp.post("/merges/<int:candidate_id>/apart")
@allow(HEADQUARTERS)
def part_candidates(candidate_id: int) -> Response:
    """They are two people."""
    with transaction() as session:
        keep_apart(session, current_staff(), candidate_id)
    flash("记下了：不是同一个人，以后不再提示这一对", "success")
    return redirect(url_for("hq.list_merges"))


@bp.post("/merges/sure")
@allow(HEADQUARTERS)
def merge_sure() -> Response:
    """All pairs of the same UnionID or member number, in the background."""
    with transaction() as session:
        count = want_sure(session, current_staff())
    flash(f"开始合并 {count} 对，可以离开这个页面" if count else "没有可以直接合并的客户", "success")
    return redirect(url_for("hq.list_merges", asked=count or None))


@bp.post("/merges/done/<int:merge_id>/undo")
@allow(HEADQUARTERS)
def undo_merged(merge_id: int) -> Response:
    """Two rows again, as they were."""
    with transaction() as session:
        stays = undo_pair(session, current_staff(), merge_id)
    flash("已撤销，两份档案都恢复成合并前的样子" + (f"；{'；'.join(stays)}" if stays else ""), "success")
    return redirect(url_for("hq.list_merged"))

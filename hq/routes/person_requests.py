"""A person's requests about her data (个人信息保护法第四十四至四十七条): asked, due, copied, put right, erased."""

from collections.abc import Callable, Mapping
from uuid import uuid4

from flask import Response, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from customers.correcting import GENDERS, NAMES, correct, correctable
from customers.person_registry import BY_TABLE, DEED_NAMES
from customers.person_requests import (
    ask_for_data,
    close_request,
    confirm_erasing,
    copy_handed_out,
    get_request,
    names_of_people,
    page_requests,
    rows_to_copy,
)
from customers.person_rules import ARTICLES, KIND_NAMES, working_days_left
from customers.profile_models import FieldKind
from customers.queries import get_customer_card
from customers.respect_models import DataRequest, DataRequestKind
from foundation import clock
from foundation.config import settings
from foundation.db import transaction
from foundation.errors import Conflict, Invalid
from hq.editing import fingerprint, overtaken
from hq.forms import as_number, typed
from hq.pages import cut_page
from hq.person_file import write_person_file
from hq.routes.door import HEADQUARTERS, allow, bp, current_staff
from org.console_queries import staff_names
from org.models import Staff

PAGE = 50
ZIP_NAME = "%E4%B8%AA%E4%BA%BA%E4%BF%A1%E6%81%AF"


def _words() -> dict[str, object]:
    return {"kinds": KIND_NAMES, "articles": ARTICLES, "left": lambda one: working_days_left(clock.today(), one.due_on)}


@bp.get("/person-requests")
@allow(HEADQUARTERS)
def list_person_requests() -> ResponseReturnValue:
    """Open ones in the order they are due; `done` shows the ended ones."""
    done, after = bool(request.args.get("done")), as_number(request.args.get("after"))
    with transaction() as session:
        rows, last = cut_page(page_requests(session, current_staff(), done=done, after=after, limit=PAGE + 1), PAGE)
        people = names_of_people(session, [row.customer_id for row in rows])
        names = staff_names(session, [row.staff_id for row in rows])
    more = url_for("hq.list_person_requests", done="1" if done else None, after=last.id) if last else ""
    return render_template("hq/person_requests.html", rows=rows, people=people, names=names, done=done, next=more, **_words())


@bp.get("/customers/<external_userid>/person-requests/new")
@allow(HEADQUARTERS)
def write_person_request(external_userid: str) -> ResponseReturnValue:
    """What she asks for, and how it was made sure that it is she."""
    return _show_new(external_userid, {"kind": request.args.get("kind", ""), "identified_by": "", "once": uuid4().hex}, {})


@bp.post("/customers/<external_userid>/person-requests/new")
@allow(HEADQUARTERS)
def create_person_request(external_userid: str) -> ResponseReturnValue:
    """Note it; the fifteen working days begin."""
    values = typed(request.form, "kind", "identified_by", "once")
    try:
        with transaction() as session:
            asked = ask_for_data(
                session, current_staff(), external_userid, values["kind"], values["identified_by"], values["once"] or uuid4().hex
            )
    except Invalid as problem:
        return _show_new(external_userid, values, problem.fields), 422
    return redirect(url_for("hq.show_person_request", request_id=asked.id))


def _show_new(external_userid: str, values: Mapping[str, str], fields: Mapping[str, str]) -> str:
    with transaction() as session:
        customer, follow, _ = get_customer_card(session, current_staff(), external_userid)
    return render_template(
        "hq/person_request_form.html", customer=customer, follow=follow, values=values, fields=fields, **_words()
    )


@bp.get("/person-requests/<int:request_id>")
@allow(HEADQUARTERS)
def show_person_request(request_id: int) -> ResponseReturnValue:
    """What she asked for, when it is due, what to do next, and the proof once it is done."""
    return _show(request_id, {})


def _show(request_id: int, fields: Mapping[str, str], words: Mapping[str, str] | None = None) -> str:
    with transaction() as session:
        asked = get_request(session, current_staff(), request_id)
        people = names_of_people(session, [asked.customer_id])
        names = staff_names(session, [asked.staff_id, asked.proof.get("confirmed_by")])
    under_way = "confirmed_at" in asked.proof and asked.done_at is None
    return render_template(
        "hq/person_request.html", asked=asked, person=people[asked.customer_id], names=names, fields=fields, places=BY_TABLE,
        deeds=DEED_NAMES | {"copy": "副本"}, under_way=under_way, words=words or {}, **_words(),
    )  # fmt: skip


@bp.post("/person-requests/<int:request_id>/copy")
@allow(HEADQUARTERS)
def hand_out_copy(request_id: int) -> Response:
    """Write her copy and hand it out; nothing of it stays on our disk. Made again it is as of that moment."""
    with transaction() as session:
        ids = rows_to_copy(session, current_staff(), request_id)
        made = write_person_file(session, ids, settings().brand_name)
        copy_handed_out(session, current_staff(), request_id, made.counts, made.sha256)
    answer = send_file(made.file, mimetype="application/zip")
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{ZIP_NAME}-{request_id}.zip"
    return answer


@bp.post("/person-requests/<int:request_id>/erase")
@allow(HEADQUARTERS)
def start_erasing(request_id: int) -> ResponseReturnValue:
    """Confirmed by typing 删除: a job erases her at once."""
    return _with_words(request_id, "typed", confirm_erasing, "已确认删除，不能再撤回")


@bp.post("/person-requests/<int:request_id>/close")
@allow(HEADQUARTERS)
def close_person_request(request_id: int) -> ResponseReturnValue:
    """End it without doing it, with why."""
    return _with_words(request_id, "reason", close_request, "请求已关闭，请把理由答复给客户本人")


def _with_words(request_id: int, name: str, deed: Callable[[Session, Staff, int, str], object], told: str) -> ResponseReturnValue:
    """Do it with what was typed under the name; where that is wrong the page comes again and keeps it."""
    words = typed(request.form, name)
    try:
        with transaction() as session:
            deed(session, current_staff(), request_id, words[name])
    except Invalid as problem:
        return _show(request_id, problem.fields, words), 422
    flash(told, "success")
    return redirect(url_for("hq.show_person_request", request_id=request_id))


@bp.get("/person-requests/<int:request_id>/correct")
@allow(HEADQUARTERS)
def edit_person(request_id: int) -> ResponseReturnValue:
    """What is stored of her and may be put right."""
    with transaction() as session:
        asked = _to_correct(request_id)
        values = correctable(session, asked.customer_id).values()
    return _show_correction(request_id, values, {}, seen=fingerprint(values))


def _to_correct(request_id: int) -> DataRequest:
    with transaction() as session:
        asked = get_request(session, current_staff(), request_id)
    if asked.kind != DataRequestKind.CORRECT or asked.done_at is not None:
        raise Conflict("这个请求已经办完，或要的不是更正")
    return asked


def _chosen(kept: Mapping[str, str]) -> dict[str, str]:
    """What the form says; several choices of one field (check boxes) as they are kept, one a line."""
    several = {name: request.form.getlist(name) for name in kept if name.startswith("field")}
    ticked = {name: "\n".join(typed({name: one}, name)[name] for one in given if one) for name, given in several.items()}
    return typed(request.form, *kept) | ticked


@bp.post("/person-requests/<int:request_id>/correct")
@allow(HEADQUARTERS)
def correct_person(request_id: int) -> ResponseReturnValue:
    """Put it right, all or nothing."""
    asked, seen = _to_correct(request_id), request.form.get("seen", "")
    with transaction() as session:
        kept = correctable(session, asked.customer_id).values()
    values = _chosen(kept)
    if changed := overtaken(seen, kept, values):
        return _show_correction(request_id, values, changed, seen=fingerprint(kept), overtaken=True), 409
    try:
        with transaction() as session:
            correct(session, current_staff(), request_id, values)
    except Invalid as problem:
        return _show_correction(request_id, values, problem.fields, seen=seen), 422
    flash("资料已更正，已记在客户的轨迹和审计里", "success")
    return redirect(url_for("hq.show_person_request", request_id=request_id))


def _show_correction(
    request_id: int, values: Mapping[str, str], fields: Mapping[str, str], *, seen: str, overtaken: bool = False
) -> str:
    with transaction() as session:
        asked = get_request(session, current_staff(), request_id)
        held = correctable(session, asked.customer_id)
        person = names_of_people(session, [asked.customer_id])[asked.customer_id]
    return render_template(
        "hq/person_correct.html", asked=asked, person=person, titles=NAMES, brand_fields=[field for field, _ in held.fields],
        kinds=FieldKind, genders=GENDERS, values=values, fields=fields, seen=seen, overtaken=overtaken,
    )  # fmt: skip

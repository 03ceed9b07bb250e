"""The brand's welcome (欢迎语): its words and its picture, seen as a customer will see them before they are kept."""

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from itsdangerous import BadData, URLSafeTimedSerializer

from acquisition.actions import default_welcome, save_welcome
from acquisition.pictures import MAX_BYTES, checked_picture
from acquisition.queries import welcome_picture
from acquisition.rules import TEXT_BYTES, TEXT_LENGTH, VARIABLES, welcome_problem
from foundation.blobs import keep_blob, read_blob
from foundation.config import settings
from foundation.db import transaction
from foundation.errors import Invalid
from hq.forms import typed
from hq.routes.door import HEADQUARTERS, allow, bp, current_staff
from hq.routes.photos import picture_type

HOURS_KEPT = 12


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(settings().secret_key.get_secret_value(), salt=f"welcome:{current_staff().id}")


def _unsigned(token: str) -> bytes | None:
    """A picture she uploaded with words that had to be mended; None when there is none, or its name is not ours."""
    try:
        return read_blob(str(_signer().loads(token, max_age=HOURS_KEPT * 3600))) if token else None
    except BadData:
        return None


@bp.get("/welcome")
@allow(HEADQUARTERS)
def show_welcome() -> ResponseReturnValue:
    """The welcome as it goes out now."""
    with transaction() as session:
        words = default_welcome(session).text
    return _show_form(words, {}, "")


@bp.post("/welcome")
@allow(HEADQUARTERS)
def change_welcome() -> ResponseReturnValue:
    """Keep words and picture, or show both again with what is wrong; what goes out stays as it was until all is right."""
    words, kept = typed(request.form, "text")["text"].strip(), request.form.get("kept", "")
    file, picture = request.files.get("picture"), _unsigned(kept)
    fields: dict[str, str] = {}
    if file is not None and file.filename:
        picture, kept = file.stream.read(MAX_BYTES + 1), ""
        try:
            checked_picture(picture)
            kept = str(_signer().dumps(keep_blob(picture)))
        except Invalid as problem:
            fields |= problem.fields
    if wrong := welcome_problem(words):
        fields["text"] = wrong
    if fields:
        return _show_form(words, fields, kept), 422
    with transaction() as session:
        save_welcome(session, current_staff(), words, picture)
    flash("欢迎语已保存，下一位新客户就会收到", "success")
    return redirect(url_for("hq.show_welcome"))


def _show_form(words: str, fields: dict[str, str], kept: str) -> str:
    with transaction() as session:
        updated_at = default_welcome(session).updated_at
    return render_template(
        "hq/welcome.html", words=words, fields=fields, kept=kept, updated_at=updated_at, variables=VARIABLES, most=TEXT_LENGTH,
        most_bytes=TEXT_BYTES, most_picture=MAX_BYTES,
    )  # fmt: skip


@bp.get("/welcome/picture")
@allow(HEADQUARTERS)
def show_welcome_picture() -> Response:
    """The picture that goes out, or the one just uploaded with words that had to be mended. Raises NotFound."""
    content = _unsigned(request.args.get("kept", ""))
    if content is None:
        with transaction() as session:
            content = welcome_picture(session, default_welcome(session))
    return Response(content, mimetype=picture_type(content), headers={"Cache-Control": "private, no-cache"})

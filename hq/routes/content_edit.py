"""Writing content: one form per kind, variants for personas and stages, words checked while typing, two editors told apart."""

from collections.abc import Mapping

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from content_library.actions import allow_edit, locked
from content_library.bodies import MAX_PRODUCTS, MAX_TITLE, MAX_VARIANTS, texts_of, wrong_bubbles
from content_library.categories import shelves
from content_library.library_queries import get_item_in, list_tags
from content_library.models import ContentType, Item, ItemKind, Persona
from content_library.queries import list_categories, list_history, list_personas
from content_library.rules import MAX_BUBBLES, SCENES, STAGES, VARIABLES, may_publish
from content_library.uploads import MOST as LARGEST
from content_library.uploads import media_of
from content_library.wording import findings_of, stops
from foundation.db import transaction
from foundation.errors import Invalid, NotFound
from foundation.text import clean
from hq.content_forms import FIELDS, ContentForm, body_of, kept_content, typed_content
from hq.content_saving import keep_content
from hq.editing import fingerprint, overtaken
from hq.forms import as_number
from hq.pages import audience_choices
from hq.routes.content_uploads import signed_blob, unsigned_blob
from hq.routes.door import REGIONAL, allow, bp, current_staff

# A poster is drawn in its own editor.
WRITABLE = tuple(kind for kind in ItemKind if kind != ItemKind.POSTER)


def _asked_kind(text: str | None) -> ItemKind:
    return ItemKind(text) if text in WRITABLE else ItemKind.SCRIPT


@bp.get("/content/new")
@allow(REGIONAL)
def write_content() -> ResponseReturnValue:
    """An empty form of the asked kind."""
    given = {"category_id": request.args.get("category", "")[:15], "title": clean(request.args.get("title", ""))[:MAX_TITLE]}
    values = dict.fromkeys(FIELDS, "") | given
    return _show_form(_asked_kind(request.args.get("kind")), ContentForm(values), {}, None)


@bp.post("/content/new")
@allow(REGIONAL)
def create_content() -> ResponseReturnValue:
    """Keep a new item as a draft, hand it in, or publish it at once."""
    return _save(_asked_kind(request.form.get("kind")), None)


@bp.get("/content/<int:item_id>/edit")
@allow(REGIONAL)
def edit_content(item_id: int) -> ResponseReturnValue:
    """The form, filled with the newest version."""
    with transaction() as session:
        item = get_item_in(session, current_staff(), item_id)
        kind = _writable(item)
        allow_edit(current_staff(), item.path)
        kept = kept_content(list_history(session, item_id, limit=1)[0])
    return _show_form(kind, kept, {}, item_id, seen=fingerprint(kept.whole()))


@bp.post("/content/<int:item_id>/edit")
@allow(REGIONAL)
def change_content(item_id: int) -> ResponseReturnValue:
    """Add a version; guides see it once published."""
    with transaction() as session:
        kind = _writable(get_item_in(session, current_staff(), item_id))
    return _save(kind, item_id)


def _writable(item: Item) -> ItemKind:
    """Raises NotFound for a poster: this form knows nothing of its layout and would empty it."""
    if item.kind not in WRITABLE:
        raise NotFound("这类内容不能在这里编辑")
    return ItemKind(item.kind)


def _typed(kind: ItemKind) -> ContentForm:
    return typed_content(request.form, unsigned_blob(request.form.get("kept", ""), media_of(kind)))


def _save(kind: ItemKind, item_id: int | None) -> ResponseReturnValue:
    form, seen = _typed(kind), request.form.get("seen", "")
    then, because = request.form.get("then", "keep"), request.form.get("because", "")
    before: Mapping[str, object] = {}
    try:
        with transaction() as session:
            if item_id is not None:
                # Held first: of two who save in the same moment one must see the other's version.
                locked(session, item_id)
                newest = list_history(session, item_id, limit=1)[0]
                kept, before = kept_content(newest).whole(), newest.body
                if changed := overtaken(seen, kept, form.whole()):
                    return _show_form(kind, form, changed, item_id, seen=fingerprint(kept), overtaken=True), 409
            body = body_of(kind, form, before)
            item, done = keep_content(session, current_staff(), kind, form, body, item_id, then=then, because=because)
    except Invalid as problem:
        return _show_form(kind, form, problem.fields, item_id, seen=seen), 422
    flash(done, "success")
    return redirect(url_for("hq.show_content", item_id=item.id))


def _show_form(
    kind: ItemKind, form: ContentForm, fields: Mapping[str, str], item_id: int | None, *, seen: str = "", overtaken: bool = False
) -> str:
    staff = current_staff()
    with transaction() as session:
        personas = list_personas(session)
        facts = {
            "shelves": shelves(list_categories(session)),
            "known_tags": list_tags(session, staff, limit=20),
            "departments": audience_choices(session, staff),
        }
    return render_template(
        "hq/content_form.html", kind=kind, form=form, values=form.values, fields=fields, item_id=item_id, seen=seen,
        overtaken=overtaken, stages=STAGES, scenes=SCENES, types=list(ContentType), variables=VARIABLES, most=MAX_BUBBLES,
        most_variants=MAX_VARIANTS, most_products=MAX_PRODUCTS, kept=signed_blob(media_of(kind), form.blob_key, form.filename),
        media=media_of(kind), largest=LARGEST[media_of(kind)], because=request.form.get("because", ""),
        publishes=may_publish(staff.role), variant_names=_variant_names(form, personas), personas=personas,
        wrong_bubbles=wrong_bubbles, **facts,
    )  # fmt: skip


def _variant_names(form: ContentForm, personas: list[Persona]) -> list[str]:
    names = {str(one.id): one.name for one in personas}
    return [" · ".join(filter(None, (names.get(one.persona_id, ""), one.stage))) or "新版本" for one in form.variants]


@bp.post("/content/check")
@allow(REGIONAL)
def check_content() -> ResponseReturnValue:
    """What the watched words and the personas say to the form as it stands; asked while somebody writes."""
    kind = _asked_kind(request.form.get("kind"))
    form = _typed(kind)
    with transaction() as session:
        persona_id = as_number(form.values["persona_id"])
        body = body_of(kind, form)
        findings = findings_of(session, form.values["title"], body, persona_id)
    stopping, publishes = stops(findings), may_publish(current_staff().role)
    return render_template(
        "hq/_word_check.html", findings=findings, stopping=stopping, publishes=publishes, because=request.form.get("because", ""),
        fields={}, written=bool(form.values["title"].strip() or texts_of(body)),
    )  # fmt: skip

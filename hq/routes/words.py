"""Watched words (禁用词): the list with its reasons, a paste of many, and the check every writer's form asks."""

from collections.abc import Mapping

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from content_library.persona_models import WordKind
from content_library.persona_queries import get_persona
from content_library.word_actions import import_words, remove_word, save_word, seed_words
from content_library.word_checks import check_text, fragments
from content_library.word_queries import count_words, page_words
from content_library.word_rules import BLOCKING, KIND_NAMES
from foundation.db import transaction
from foundation.errors import Invalid
from foundation.text import clean
from hq.forms import LONGEST, as_number, typed
from hq.pages import cut_page
from hq.routes.door import HEADQUARTERS, MANAGERS, REGIONAL, allow, bp, current_staff

PAGE = 60
LONGEST_SEARCH = 40
FIELDS = ("word", "kind", "why", "pasted", "pasted_kind", "pasted_why")
CHECKED = ("title", "story", "selling", "text", "bubble", "body", "desc", "follow_up")
MOST_CHECKED = 30


@bp.get("/words")
@allow(REGIONAL)
def list_words() -> ResponseReturnValue:
    """The list by kind, with the forms that add to it."""
    return _show(dict.fromkeys(FIELDS, "") | {"kind": "brand", "pasted_kind": "brand"}, {})


def _show(values: Mapping[str, str], fields: Mapping[str, str]) -> str:
    words, kind = request.args.get("q", "").strip()[:LONGEST_SEARCH], request.args.get("of", "")
    chosen = WordKind(kind) if kind in set(WordKind) else None
    with transaction() as session:
        after = as_number(request.args.get("after")) or 0
        rows, last = cut_page(page_words(session, after_id=after, limit=PAGE + 1, kind=chosen, q=words), PAGE)
        counts = count_words(session)
    more = url_for("hq.list_words", after=last.id, q=words or None, of=chosen) if last else ""
    return render_template(
        "hq/words.html", rows=rows, counts=counts, kinds={one.value: KIND_NAMES[one] for one in WordKind}, of=chosen, q=words,
        next=more, values=values, fields=fields, blocking=BLOCKING,
    )  # fmt: skip


@bp.post("/words")
@allow(HEADQUARTERS)
def keep_word() -> ResponseReturnValue:
    """Add a word, or change the kind and reason of one."""
    values = typed(request.form, *FIELDS)
    word = values["word"].strip()
    try:
        with transaction() as session:
            had = save_word(session, current_staff(), word, values["kind"], values["why"].strip())
    except Invalid as problem:
        return _show(values, problem.fields), 422
    if had and had != values["kind"]:
        now = KIND_NAMES[WordKind(values["kind"])]
        flash(f"「{word}」原来就在列表里，类别从「{KIND_NAMES[WordKind(had)]}」改成了「{now}」", "warning")
    else:
        flash(f"「{word}」原来就在列表里，原因已更新" if had else f"「{word}」已保存，从现在起写文案会提醒", "success")
    return redirect(url_for("hq.list_words", of=values["kind"]))


@bp.post("/words/import")
@allow(HEADQUARTERS)
def paste_words() -> ResponseReturnValue:
    """Add a pasted list, or none of it when a line is wrong."""
    values = typed(request.form, *FIELDS)
    try:
        with transaction() as session:
            added = import_words(session, current_staff(), values["pasted"], values["pasted_kind"], values["pasted_why"].strip())
    except Invalid as problem:
        return _show(values, problem.fields), 422
    flash(f"导入完成，新增 {added} 个词", "success")
    return redirect(url_for("hq.list_words", of=values["pasted_kind"]))


@bp.post("/words/starter")
@allow(HEADQUARTERS)
def load_starter_words() -> ResponseReturnValue:
    """Add the words every brand has to watch for."""
    with transaction() as session:
        added = seed_words(session, current_staff())
    flash(f"载入了 {added} 个常见词，请按品牌的规矩增减" if added else "常见词都已经在列表里", "success")
    return redirect(url_for("hq.list_words"))


@bp.post("/words/<int:word_id>/remove")
@allow(HEADQUARTERS)
def drop_word(word_id: int) -> ResponseReturnValue:
    """Watch for it no longer."""
    with transaction() as session:
        word = remove_word(session, current_staff(), word_id)
    flash(f"「{word}」已删除" if word else "这个词已经被删除了", "success")
    return redirect(url_for("hq.list_words", of=request.form.get("of") or None))


@bp.post("/words/check")
@allow(MANAGERS)
def check_words() -> ResponseReturnValue:
    """The typed texts with what is met in them marked and why: a fragment for any form that writes content."""
    texts = [clean(text.replace("\r\n", "\n"))[:LONGEST] for name in CHECKED for text in request.form.getlist(name)]
    persona_id = as_number(request.form.get("persona_id"))
    with transaction() as session:
        persona = get_persona(session, persona_id) if persona_id else None
        checked = [(text, check_text(session, text, persona)) for text in texts[:MOST_CHECKED] if text.strip()]
    rows = [(fragments(text, found), found) for text, found in checked if found]
    blocked = any(one.kind in BLOCKING for _, found in rows for one in found)
    return render_template("hq/_checked_words.html", rows=rows, checked=bool(checked), blocked=blocked)

"""Channel codes (渠道活码): which guides of a store have a code for a channel, and making the missing ones."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from acquisition.actions import want_code
from acquisition.console_queries import codes_by_guide
from acquisition.models import CodeStatus
from customers.queries import list_tags
from customers.rules import MAX_TAGS_AT_ONCE
from foundation.db import transaction
from foundation.errors import NotFound
from foundation.text import clean
from hq.forms import as_number, as_numbers
from hq.routes.door import MANAGERS, allow, bp, current_staff, deed
from org.models import Store
from org.queries import list_active_guides, list_stores_in

GUIDES = 200
CHANNEL_LIMIT = 20
USUAL_CHANNELS = ("门店海报", "收银台", "试衣间", "朋友圈")


def _store(session: Session, store_id: int | None) -> tuple[list[Store], Store | None]:
    """The stores of her subtree and the picked one. Raises NotFound for a store outside."""
    stores = list_stores_in(session, current_staff(), limit=5000)
    if store_id is None:
        return stores, stores[0] if stores else None
    found = [store for store in stores if store.id == store_id]
    if not found:
        raise NotFound("没有这家门店")
    return stores, found[0]


@bp.get("/codes")
@allow(MANAGERS)
def list_codes() -> ResponseReturnValue:
    """One store's guides with their codes; asks again by itself while some are being made."""
    with transaction() as session:
        stores, store = _store(session, as_number(request.args.get("store_id")))
        guides = list_active_guides(session, store.path, limit=GUIDES) if store else []
        codes = codes_by_guide(session, [guide.id for guide in guides])
        groups = list_tags(session)
    making = any(code.status == CodeStatus.WANTED for one in codes.values() for code in one)
    return render_template(
        "hq/codes.html", stores=stores, store=store, guides=guides, codes=codes, making=making, usual=USUAL_CHANNELS,
        limit=CHANNEL_LIMIT, groups=groups, tag_names={tag.id: tag.name for group in groups for tag in group.tags},
    )  # fmt: skip


@bp.post("/codes")
@allow(MANAGERS)
def make_codes() -> ResponseReturnValue:
    """Ask for a code of one channel for every guide of a store; those who have one keep it, with the tags chosen now if any."""
    channel = clean(request.form.get("channel", "")).strip()
    with transaction() as session:
        _, store = _store(session, as_number(request.form.get("store_id")))
        if store is None:
            raise NotFound("没有这家门店")
        back = url_for("hq.list_codes", store_id=store.id)
        if not 1 <= len(channel) <= CHANNEL_LIMIT:
            flash(f"渠道名称要 1 到 {CHANNEL_LIMIT} 个字", "danger")
            return redirect(back)
        tag_ids = as_numbers(request.form.getlist("tag_id"))
        known = {tag.id for group in list_tags(session) for tag in group.tags}
        if not known.issuperset(tag_ids) or len(tag_ids) > MAX_TAGS_AT_ONCE:
            flash(f"标签有变化，或超过 {MAX_TAGS_AT_ONCE} 个，请重新选择", "danger")
            return redirect(back)
        guides = list_active_guides(session, store.path, limit=GUIDES)
        for guide in guides:
            want_code(session, guide, channel, tag_ids=tag_ids)
        deed(session, "hq.codes", f"store:{store.id}", channel=channel, guides=len(guides), tag_ids=tag_ids)
    flash(f"正在为 {len(guides)} 位导购生成“{channel}”活码", "success")
    return redirect(back)

"""Scripts (话术) and materials (素材): what is at hand, shelves, and the search while she types."""

from collections.abc import Sequence

from flask import render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from content_library.categories import subtree
from content_library.finding import Shelf, find_items, list_shelf, marks_of
from content_library.models import Category, Item, ItemKind
from content_library.queries import list_categories
from foundation.db import transaction
from sidebar.beside import Beside, beside
from sidebar.cards import KINDS, MATERIALS, Card, card_of
from sidebar.routes.door import bp, current_staff

FOUND = 20
SCRIPTS = (ItemKind.SCRIPT,)
TITLES = {"favourite": "我的收藏", "recent": "最近用过", "store": "本店常用"}


def make_cards(session: Session, chat: Beside, items: Sequence[Item]) -> dict[int, Card]:
    """Each item as a card for this chat, by its number: one statement for all of them."""
    known = marks_of(session, current_staff(), chat.customer_id, [item.id for item in items])
    voice = (chat.persona_id, chat.stage)
    return {
        item.id: card_of(item, known[item.id][0], chat.filled, voice, known[item.id][1]) for item in items if item.id in known
    }


def _shelves(shelf: Sequence[Shelf], cards: dict[int, Card]) -> list[tuple[str, list[Card]]]:
    """What is at hand under its three headings, each item once: where it stands first."""
    seen: set[int] = set()
    shown: dict[str, list[Card]] = {}
    for one in shelf:
        if one.item.id in cards and one.item.id not in seen:
            seen.add(one.item.id)
            shown.setdefault(TITLES[one.why], []).append(cards[one.item.id])
    return list(shown.items())


def _asked_kinds(usual: Sequence[ItemKind]) -> tuple[Sequence[ItemKind], str]:
    asked = request.args.get("kind", "")
    return ([ItemKind(asked)], asked) if asked in usual else (usual, "")


def _with_children(categories: Sequence[Category], category_id: int | None) -> list[int]:
    return [] if category_id is None else sorted(subtree({one.id: one for one in categories}, category_id))


def _found(session: Session, chat: Beside, usual: Sequence[ItemKind], categories: Sequence[Category]) -> dict[str, object]:
    staff, q = current_staff(), request.args.get("q", "").strip()[:40]
    category_id = request.args.get("category", type=int)
    kinds, kind = _asked_kinds(usual)
    at_hand = list_shelf(session, staff, kinds=kinds) if not q and not category_id else []
    in_categories = _with_children(categories, category_id)
    found = find_items(session, staff.path, q, kinds=kinds, category_ids=in_categories, limit=FOUND)
    cards = make_cards(session, chat, list({item.id: item for item in [*(one.item for one in at_hand), *found.items]}.values()))
    shelves = _shelves(at_hand, cards)
    shown = {card.item.id for _, some in shelves for card in some}
    rest = [cards[item.id] for item in found.items if item.id in cards and item.id not in shown]
    facts = {"shelves": shelves, "cards": rest, "near": found.near and bool(rest), "missed": found.near, "q": q}
    return facts | {"category_id": category_id, "kind": kind}


def _page(template: str, usual: Sequence[ItemKind], all_shelves: bool, **more: object) -> ResponseReturnValue:
    with transaction() as session:
        chat, categories = beside(session), list_categories(session) if all_shelves or request.args.get("category") else []
        return render_template(template, categories=categories, **_found(session, chat, usual, categories), **more)


@bp.get("/scripts")
def show_scripts() -> ResponseReturnValue:
    """Search, shelves, favourites, what she and her store use."""
    return _page("sidebar/scripts.html", SCRIPTS, True)


@bp.get("/scripts/results")
def show_results() -> ResponseReturnValue:
    """The list alone, while she types."""
    return _page("sidebar/item_list.html", SCRIPTS, False)


@bp.get("/materials")
def show_materials() -> ResponseReturnValue:
    """Pictures, links, articles, videos, files, mini-programs, coupons, looks: found and sent like scripts."""
    return _page("sidebar/materials.html", MATERIALS, False, kinds={kind: KINDS[kind] for kind in MATERIALS})


@bp.get("/materials/results")
def show_material_results() -> ResponseReturnValue:
    """The list alone, while she types."""
    return _page("sidebar/item_list.html", MATERIALS, False)

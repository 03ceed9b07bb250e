"""The customer beside the chat: who she is, what to do and say now, what not to send, her tags, what happened."""

from collections.abc import Mapping, Sequence

from flask import jsonify, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from content_library.calendar_queries import list_done, posts_due
from content_library.finding import Marks
from content_library.occasion_rules import ANNIVERSARY, BIRTHDAY, BIRTHDAY_AHEAD, BIRTHDAY_TODAY, SCANNED
from content_library.rules import Moment
from content_library.suggesting import suggest
from content_library.suggesting_rules import Now
from content_library.voice import voice_of
from customers.actions import set_consent, tag_customer
from customers.hearing import loosens_her_word
from customers.models import Consent, Customer, Follow, FollowStatus, Tag
from customers.queries import (
    GroupOfTags,
    get_customer_card,
    get_customer_of,
    is_adding_known,
    list_tags,
    page_customers,
    page_timeline,
    recent_tags,
)
from customers.respect_models import ContactKind
from customers.respect_rules import KIND_NAMES, Refusal
from customers.service_queries import Service, service_of
from customers.service_rules import BIRTHDAY as BIRTHDAY_KIND
from customers.service_rules import SIZE_KINDS, occasions, suggested_tags, too_soon
from customers.tag_marks import list_given
from customers.timeline_rules import kinds_of
from foundation import clock
from foundation.db import transaction
from foundation.errors import Conflict
from foundation.web import actor
from org.console_queries import staff_names
from sidebar.beside import address_of, moment_now, placed
from sidebar.cards import Card, card_of
from sidebar.contact_kind import contact_kind
from sidebar.forms import consent_choice, tag_changes
from sidebar.routes.door import bp, current_staff, store_name, variables
from sop.customer_queries import Asked, list_asked

TIMELINE_PAGE = 10
SHOWN = 20  # customers on the start page; all of them are on a page of their own
# Her words, where her guide takes back what she wrote herself.
LEAST_WORDS, MOST_WORDS = 2, 200
LIVING = (FollowStatus.ACTIVE, FollowStatus.HALF)
# Words to look for in the library when an occasion comes (see content_library/occasion_rules.py).
OCCASION_WORDS = {
    "今天生日": (BIRTHDAY_TODAY, BIRTHDAY), "明天生日": (BIRTHDAY_AHEAD, BIRTHDAY), "生日 ": (BIRTHDAY_AHEAD, BIRTHDAY),
    "加好友满": (ANNIVERSARY,), "今天扫码": (SCANNED,),
}  # fmt: skip
# Added by a code: 扫描二维码, 客户群二维码.
BY_CODE = (1, 24)


def tag_names(groups: Sequence[GroupOfTags], tag_ids: Sequence[int]) -> list[Tag]:
    """Her living tags, in the order of the groups."""
    return [tag for group in groups for tag in group.tags if tag.id in set(tag_ids)]


@bp.get("/")
def show_home() -> ResponseReturnValue:
    """Opened from a chat, the script goes on to that customer; opened from anywhere else, this is the guide's own start."""
    asked = request.args.get("q", "").strip()[:20]
    with transaction() as session:
        found = page_customers(session, current_staff(), q=asked, limit=SHOWN + 1)
    template = "sidebar/customer_rows.html" if request.headers.get("HX-Request") else "sidebar/home.html"
    return render_template(template, rows=found[:SHOWN], q=asked, more=len(found) > SHOWN)


def _now(moment: Moment, tags: Sequence[Tag], persona_id: int | None, asked: Sequence[Asked], said: Sequence[str],
         waiting: Sequence[str], met: bool) -> Now:  # fmt: skip
    """What suggestions need to know of her; `met`: somebody has written to her or sold to her."""
    return Now(
        stage=moment.stage,
        stage_why=moment.why,
        tags=[tag.name for tag in tags],
        persona_id=persona_id,
        task_items=frozenset(one.item_id for one in asked if one.kind == "task" and one.item_id),
        care_items={one.item_id: f"今日关怀：{one.title}" for one in asked if one.kind == "care" and one.item_id},
        occasions={word: one for one in said for start, words in OCCASION_WORDS.items() if start in one for word in words},
        waiting=frozenset(waiting),
        stranger=not met,
    )


def is_withheld(refused: Refusal | None) -> bool:
    """Whether something is not even proposed; what only has to wait for the morning is, and the heading says when."""
    return refused is not None and refused.rule != "quiet"


def later_of(refusals: Mapping[ContactKind, Refusal]) -> str:
    """In her quiet hours, from when on one may write again: 明早 08:30, 今天 14:00; "" outside of them."""
    ends = [refused.allowed_at for refused in refusals.values() if refused.rule == "quiet" and refused.allowed_at]
    if not ends:
        return ""
    end = min(ends).astimezone(clock.SHANGHAI)
    day = "今" if end.date() == clock.today() else "明"
    return f"{day}{'早' if end.hour < 12 else '天'} {end:%H:%M}"


def stops_of(refusals: Mapping[ContactKind, Refusal]) -> dict[str, str]:
    """Why not → which kinds: 现在是休息时间 … → 营销内容、关怀问候."""
    stops: dict[str, str] = {}
    for kind, refused in refusals.items():
        why = refused.told(clock.now())
        stops[why] = f"{stops[why]}、{KIND_NAMES[kind]}" if why in stops else KIND_NAMES[kind]
    return stops


def _suggestions(
    session: Session, customer: Customer, follow: Follow, now: Now, refusals: Mapping[ContactKind, Refusal]
) -> list[Card]:
    """Three cards at most, none of a kind she is not to be sent, however many such there are."""
    if customer.consent == Consent.NONE or follow.status != FollowStatus.ACTIVE:
        return []
    staff = current_staff()
    found = suggest(
        session, staff, customer.id, now, fits=lambda item: not is_withheld(refusals.get(contact_kind(item)))
    )  # fmt: skip
    if not found:
        return []
    filled = variables(staff, store_name(session, staff), address_of(customer, follow))
    voice = (now.persona_id, now.stage)
    return [card_of(one.item, one.version, filled, voice, Marks(favourite=one.favourite), one.why[:3]) for one in found]


def _occasions(follow: Follow, service: Service) -> list[str]:
    """Her occasions of these days, told on her page."""
    added_on = clock.day_of(follow.followed_at) if is_adding_known(follow) else None
    return occasions(clock.today(), added_on, service.sizes.get(BIRTHDAY_KIND, ""))


def _way(follow: Follow) -> list[str]:
    """She scanned the code today: only then is it true to say so."""
    scanned = follow.add_way in BY_CODE and is_adding_known(follow) and clock.day_of(follow.followed_at) == clock.today()
    return ["今天扫码添加"] if scanned else []


@bp.get("/customers/<external_userid>")
def show_customer(external_userid: str) -> ResponseReturnValue:
    """Who this is and what to say: at most eight statements, the lock's included; the rest comes with `show_more`."""
    return _page(external_userid)


def _page(external_userid: str, undo: Consent | None = None, asks: Consent | None = None, problem: str = "") -> str:
    """`undo` is what she allowed before the guide's last tap; `asks`: what was tapped and needs her words first."""
    staff = current_staff()
    with transaction() as session:
        customer, follow, guide = get_customer_card(session, staff, external_userid)
        groups, service = list_tags(session), service_of(session, customer.id, staff.id)
        tags, mine, tier = tag_names(groups, follow.tag_ids), follow.staff_id == staff.id, service.tier or {}
        moment = placed(moment_now(follow), tier.get("stage"))
        no_care = is_withheld(service.refusals.get(ContactKind.CARE))
        asked = [one for one in list_asked(session, staff, follow) if not (one.kind == "care" and no_care)]
        said, waiting = _occasions(follow, service), too_soon(service.contacts, clock.now())
        met = follow.last_contact_at is not None or bool(service.contacts)
        now = _now(moment, tags, voice_of(session, staff), asked, [*said, *_way(follow)], list(waiting), met)
        names = {tag.id: tag.name for group in groups for tag in group.tags if tag.platform_id}
        spoken = [note.text for note in service.notes] + [contact.title for contact in service.contacts]
        stops = {} if customer.consent != Consent.ALL else stops_of(service.refusals)
        cards = _suggestions(session, customer, follow, now, service.refusals)
        return render_template(
            "sidebar/customer.html", stops=stops, undo=undo, asks=asks, problem=problem,
            customer=customer, follow=follow, guide=guide, groups=groups, tags=tags, mine=mine, moment=moment,
            tag_names={tag.id: tag.name for group in groups for tag in group.tags},
            hinted=suggested_tags(names, follow.tag_ids, spoken), known=is_adding_known(follow), asked=asked, occasions=said,
            can_tag=mine and follow.status in LIVING, customer_id=external_userid, waiting=waiting, service=service,
            cards=cards, later=later_of(service.refusals), size_kinds=SIZE_KINDS, tier=tier, last=service.contacts[:1],
        )  # fmt: skip


@bp.get("/customers/<external_userid>/more")
def show_more(external_userid: str) -> ResponseReturnValue:
    """What the first look does not need: tags she uses, today's persona posts, the timeline. A fragment."""
    staff = current_staff()
    with transaction() as session:
        customer, follow = get_customer_of(session, staff, external_userid)
        posts = posts_due(session, staff, clock.today())
        done = list_done(session, staff, [post.id for post in posts])
        return render_template(
            "sidebar/customer_more.html",
            recent=recent_tags(session, staff), posts=[post for post in posts if post.id not in done],
            customer_id=external_userid,
            can_tag=follow.staff_id == staff.id and follow.status in LIVING, more=TIMELINE_PAGE,
            timeline=(entries := page_timeline(session, customer.id, None, TIMELINE_PAGE)),
            names=staff_names(session, [entry.staff_id for entry in entries]), group="", only_mine=False,
        )  # fmt: skip


@bp.get("/customers/<external_userid>/timeline")
def show_timeline(external_userid: str) -> ResponseReturnValue:
    """Moments of a group, of hers alone, or older ones, as a fragment."""
    group, mine, before = request.args.get("group", ""), bool(request.args.get("mine")), request.args.get("before", type=int)
    with transaction() as session:
        customer, _ = get_customer_of(session, current_staff(), external_userid)
        staff_id = current_staff().id if mine else None
        entries = page_timeline(session, customer.id, before, TIMELINE_PAGE, kinds=kinds_of(group), staff_id=staff_id)
        names = staff_names(session, [entry.staff_id for entry in entries])
    return render_template(
        "sidebar/timeline.html", timeline=entries, more=TIMELINE_PAGE, customer_id=external_userid, group=group, only_mine=mine,
        names=names,
    )  # fmt: skip


@bp.post("/customers/<external_userid>/consent")
def change_consent(external_userid: str) -> ResponseReturnValue:
    """What she wants to be sent, as she told her guide; answers with the page, of which what follows from it is taken.

    To allow more than she wrote herself takes her words (`words`): without them the page asks for them, and nothing is saved.
    """
    chosen, staff = consent_choice(request.form.get("consent", "")), current_staff()
    words = request.form.get("words", "").strip()[:MOST_WORDS]
    with transaction() as session:
        customer, follow = get_customer_of(session, staff, external_userid)
        if follow.staff_id != staff.id or follow.status not in LIVING:
            raise Conflict("不是您正在跟进的客户，只能查看")
        if len(words) < LEAST_WORDS and loosens_her_word(session, customer.id, chosen):
            customer_id = None
        else:
            customer_id, before = customer.id, Consent(customer.consent)
            set_consent(session, customer_id, chosen, actor(), "sidebar", staff_id=staff.id, words=words)
    if customer_id is None:
        problem = "请写下客户是怎么说的，至少两个字" if "words" in request.form else ""
        return _page(external_userid, asks=chosen, problem=problem), 422
    return _page(external_userid, undo=before if before != chosen else None)


@bp.post("/customers/<external_userid>/tags")
def change_tags(external_userid: str) -> ResponseReturnValue:
    """Tag her: ours at once, the platform's by the outbox. Answers with the tags she has now."""
    add, remove = tag_changes(request.get_json(silent=True))
    staff = current_staff()
    with transaction() as session:
        customer, follow = get_customer_of(session, staff, external_userid)
        if follow.staff_id != staff.id:
            raise Conflict("这是同事的客户，只能查看")
        done = tag_customer(session, staff, customer.id, add=add, remove=remove, by="guide", why="sidebar")
        return jsonify({"tags": done.tag_ids})


@bp.get("/customers/<external_userid>/tags/origins")
def show_tag_origins(external_userid: str) -> ResponseReturnValue:
    """Who gave which tag, when and why, as a fragment of the sheet of tags."""
    with transaction() as session:
        customer, follow = get_customer_of(session, current_staff(), external_userid)
        given = list_given(session, current_staff(), customer.id)
    may = follow.staff_id == current_staff().id and follow.status in LIVING
    return render_template("sidebar/tag_origins.html", given=given, may=may)

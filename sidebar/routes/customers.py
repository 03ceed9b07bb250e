"""The customer beside the chat: who she is, what to do and say now, what not to send, her tags, what happened."""

from collections.abc import Sequence

from flask import jsonify, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from content_library.calendar_queries import list_done, posts_due
from content_library.finding import Marks
from content_library.rules import Moment
from content_library.suggesting import suggest
from content_library.suggesting_rules import Now
from content_library.voice import voice_of
from customers.actions import set_consent, tag_customer
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
from customers.service_queries import Service, service_of
from customers.service_rules import BIRTHDAY, SIZE_KINDS, occasions, suggested_tags, too_soon
from foundation import clock
from foundation.db import transaction
from foundation.errors import Conflict
from foundation.web import actor
from sidebar.beside import address_of, moment_now
from sidebar.cards import Card, card_of
from sidebar.forms import consent_choice, tag_changes
from sidebar.routes.door import bp, current_staff, store_name, variables
from sop.customer_queries import Asked, list_asked

TIMELINE_PAGE = 10
LIVING = (FollowStatus.ACTIVE, FollowStatus.HALF)
# Words to look for in the library when an occasion comes.
OCCASION_WORDS = {"生日": "生日", "加好友": "周年"}


def tag_names(groups: Sequence[GroupOfTags], tag_ids: Sequence[int]) -> list[Tag]:
    """Her living tags, in the order of the groups."""
    return [tag for group in groups for tag in group.tags if tag.id in set(tag_ids)]


@bp.get("/")
def show_home() -> ResponseReturnValue:
    """Opened from a chat, the script goes on to that customer; opened from anywhere else, this is the guide's own start."""
    asked = request.args.get("q", "").strip()[:20]
    with transaction() as session:
        rows = page_customers(session, current_staff(), q=asked, limit=20)
    template = "sidebar/customer_rows.html" if request.headers.get("HX-Request") else "sidebar/home.html"
    return render_template(template, rows=rows, q=asked)


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
        occasions={word: one for one in said for start, word in OCCASION_WORDS.items() if start in one},
        waiting=frozenset(waiting),
        stranger=not met,
    )


def _suggestions(session: Session, customer: Customer, follow: Follow, now: Now) -> list[Card]:
    """Three cards, none for who is not to be written to."""
    if customer.consent == Consent.NONE or follow.status != FollowStatus.ACTIVE:
        return []
    staff = current_staff()
    found = suggest(session, staff, customer.id, now)
    if not found:
        return []
    filled = variables(staff, store_name(session, staff), address_of(customer, follow))
    voice = (now.persona_id, now.stage)
    return [card_of(one.item, one.version, filled, voice, Marks(favourite=one.favourite), one.why[:3]) for one in found]


def _occasions(follow: Follow, service: Service) -> list[str]:
    added_on = clock.day_of(follow.followed_at) if is_adding_known(follow) else None
    return occasions(clock.today(), added_on, service.sizes.get(BIRTHDAY, ""))


@bp.get("/customers/<external_userid>")
def show_customer(external_userid: str) -> ResponseReturnValue:
    """Who this is and what to say: at most eight statements, the lock's included; the rest comes with `show_more`."""
    staff = current_staff()
    with transaction() as session:
        customer, follow, guide = get_customer_card(session, staff, external_userid)
        groups, service = list_tags(session), service_of(session, customer.id, staff.id)
        tags, moment, mine = tag_names(groups, follow.tag_ids), moment_now(follow), follow.staff_id == staff.id
        asked = list_asked(session, staff, follow)
        said, waiting = _occasions(follow, service), too_soon(service.contacts, clock.now())
        met = follow.last_contact_at is not None or bool(service.contacts)
        now = _now(moment, tags, voice_of(session, staff), asked, said, list(waiting), met)
        names = {tag.id: tag.name for group in groups for tag in group.tags if tag.platform_id}
        spoken = [note.text for note in service.notes] + [contact.title for contact in service.contacts]
        return render_template(
            "sidebar/customer.html",
            customer=customer, follow=follow, guide=guide, groups=groups, tags=tags, mine=mine, moment=moment,
            tag_names={tag.id: tag.name for group in groups for tag in group.tags},
            hinted=suggested_tags(names, follow.tag_ids, spoken), known=is_adding_known(follow), asked=asked, occasions=said,
            can_tag=mine and follow.status in LIVING, customer_id=external_userid, waiting=waiting, service=service,
            cards=_suggestions(session, customer, follow, now), size_kinds=SIZE_KINDS, last=service.contacts[:1],
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
            timeline=page_timeline(session, customer.id, None, TIMELINE_PAGE),
        )  # fmt: skip


@bp.get("/customers/<external_userid>/timeline")
def show_timeline(external_userid: str) -> ResponseReturnValue:
    """Older moments, as a fragment."""
    with transaction() as session:
        customer, _ = get_customer_of(session, current_staff(), external_userid)
        before = request.args.get("before", type=int)
        entries = page_timeline(session, customer.id, before, TIMELINE_PAGE)
    return render_template("sidebar/timeline.html", timeline=entries, more=TIMELINE_PAGE, customer_id=external_userid)


@bp.post("/customers/<external_userid>/consent")
def change_consent(external_userid: str) -> ResponseReturnValue:
    """What she wants to be sent, as she told her guide; answers with the page, of which what follows from it is taken."""
    chosen, staff = consent_choice(request.form.get("consent", "")), current_staff()
    with transaction() as session:
        customer, follow = get_customer_of(session, staff, external_userid)
        if follow.staff_id != staff.id or follow.status not in LIVING:
            raise Conflict("不是您正在跟进的客户，只能查看")
        set_consent(session, customer.id, chosen, actor(), "sidebar", staff_id=staff.id)
    return show_customer(external_userid)


@bp.post("/customers/<external_userid>/tags")
def change_tags(external_userid: str) -> ResponseReturnValue:
    """Tag her: ours at once, the platform's by the outbox. Answers with the tags she has now."""
    add, remove = tag_changes(request.get_json(silent=True))
    staff = current_staff()
    with transaction() as session:
        customer, follow = get_customer_of(session, staff, external_userid)
        if follow.staff_id != staff.id:
            raise Conflict("这是同事的客户，只能查看")
        follow = tag_customer(session, staff, customer.id, add=add, remove=remove, by="guide", why="sidebar")
        return jsonify({"tags": list(follow.tag_ids)})

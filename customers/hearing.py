"""What a customer wrote to the brand: a sign of life, and sometimes "please don't", which becomes her wish at once."""

from datetime import datetime

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from customers.following import SAID, note_timeline, set_consent
from customers.models import Consent, Customer, Follow, FollowStatus
from customers.opt_out_rules import opt_out_in, tighter
from customers.respect_cards import wish_card
from customers.respect_models import ConsentChange
from customers.tag_moments import happened
from foundation import clock
from org.models import Staff, StaffStatus
from outbox.actions import enqueue
from outbox.models import Lane

ACTOR = "customer"
NOTICE_LIVES = clock.days(1)


def hear(session: Session, external_userid: str, words: str, *, at: datetime, once: str) -> bool:
    """Note that she addressed us; each `once` counts once, an unknown customer is not made. Whether it was news.

    Her words are kept only where they are a wish (退订, 别发广告, 别再联系 …): it tightens what she allows, never loosens it, her
    guide is told, and the words stand as evidence with the change.
    """
    customer = session.scalars(select(Customer).where(Customer.external_userid == external_userid)).one_or_none()
    if customer is None:
        return False
    if customer.merged_into_id is not None:
        customer = session.get_one(Customer, customer.merged_into_id)
    if not note_timeline(session, customer.id, "replied", staff_id=None, at=at, once=once, by="kf"):
        return False
    if words:
        happened(session, customer.id, None, "keyword", {"words": words[:2_000]}, at)
    wish = opt_out_in(words)
    if wish is not None:
        _obey(session, customer.id, wish, words, once)
    return True


def _obey(session: Session, customer_id: int, heard: Consent, words: str, once: str) -> None:
    """Her word is kept even when it changes nothing; her guide hears only of what is new."""
    customer = session.get_one(Customer, customer_id, with_for_update={"key_share": True}, populate_existing=True)
    before, wish, home = customer.consent, tighter(Consent(customer.consent), heard), _home(session, customer)
    set_consent(session, customer.id, wish, ACTOR, SAID, words=words, staff_id=home[1].id if home else None)
    if home is not None and before != wish:
        follow, guide = home
        card = wish_card(guide.userid, customer.external_userid, follow.remark or customer.name, wish, words)
        key, about = f"wish:{once}", f"customer:{customer.id}"
        enqueue(session, Lane.INTERACTIVE, "message/send", {key: card}, about=about, expires_at=clock.now() + NOTICE_LIVES)


def loosens_her_word(session: Session, customer_id: int, chosen: Consent) -> bool:
    """Whether this allows more than she asked for in her own words; what she was heard to say since (with words) stands for it.

    Locks her row: she may be writing at this moment.
    """
    session.get_one(Customer, customer_id, with_for_update={"key_share": True}, populate_existing=True)
    hers = (ConsentChange.customer_id == customer_id,)
    worded = select(func.max(ConsentChange.id)).where(*hers, ConsentChange.source != SAID, ConsentChange.words != "")
    since = ConsentChange.id > func.coalesce(worded.scalar_subquery(), 0)
    said = session.scalars(select(ConsentChange.now).where(*hers, ConsentChange.source == SAID, since).distinct())
    return any(tighter(chosen, Consent(one)) != chosen for one in said)


def _home(session: Session, customer: Customer) -> tuple[Follow, Staff] | None:
    """The relation whose guide is told: the owner's, else the newest living one."""
    own_first = case((Follow.staff_id == customer.owner_id, 0), else_=1)
    chosen = select(Follow, Staff).join(Staff, Staff.id == Follow.staff_id)
    living = (Follow.status == FollowStatus.ACTIVE, Staff.status == StaffStatus.ACTIVE)
    chosen = chosen.where(Follow.customer_id == customer.id, *living)
    row = session.execute(chosen.order_by(own_first, Follow.followed_at.desc()).limit(1)).one_or_none()
    return None if row is None else (row[0], row[1])

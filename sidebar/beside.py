"""The chat a page stands beside: the customer, how she is addressed, where she stands, and in whose voice the guide speaks."""

import re
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from content_library.rules import Moment, moment_of
from content_library.voice import voice_of
from customers.models import Customer, Follow
from customers.queries import get_customer_standing, is_adding_known
from customers.tier_models import Stage
from customers.tier_rules import STAGE_NAMES
from foundation import clock
from foundation.text import cut
from sidebar.routes.door import current_customer, current_staff, store_name, variables


@dataclass(frozen=True)
class Beside:
    """`customer` and `follow` are None on a page opened outside a chat; `filled` is what texts are filled with."""

    filled: dict[str, str]
    persona_id: int | None
    customer: Customer | None = None
    follow: Follow | None = None
    stage: str = ""

    @property
    def customer_id(self) -> int | None:
        """Our number of the customer."""
        return self.customer.id if self.customer else None


def moment_now(follow: Follow) -> Moment:
    """Where a relation stands today."""
    known = (clock.today() - clock.day_of(follow.followed_at)).days if is_adding_known(follow) else 0
    silent = None if follow.last_contact_at is None else max(0, (clock.today() - clock.day_of(follow.last_contact_at)).days)
    return moment_of(known, silent)


def placed(moment: Moment, stage: str | None) -> Moment:
    """The moment with the stage the brand's own rules put her in (customers.tier_rules), once they were asked."""
    return replace(moment, stage=STAGE_NAMES[Stage(stage)]) if stage else moment


def address_of(customer: Customer, follow: Follow) -> str:
    """How texts address her: the guide's remark before the nickname, without what the guide noted behind it in brackets."""
    name = follow.remark or customer.name
    return cut(re.split(r"[（(【\[]", name, maxsplit=1)[0].strip() or name, 12, "")


def beside(session: Session) -> Beside:
    """What the address says of the chat; at most three statements. Raises NotFound for somebody else's customer."""
    staff, external_userid = current_staff(), current_customer()
    store, persona_id = store_name(session, staff), voice_of(session, staff)
    if not external_userid:
        return Beside(variables(staff, store), persona_id)
    customer, follow, _, stage = get_customer_standing(session, staff, external_userid)
    filled = variables(staff, store, address_of(customer, follow))
    return Beside(filled, persona_id, customer, follow, placed(moment_now(follow), stage).stage)

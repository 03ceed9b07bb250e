"""Customers pulled because an event asked for it, and what becomes of the platform's answers about customers and codes."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from acquisition.actions import code_answered, code_unanswered
from customers.actions import (
    apply_customer,
    apply_gone,
    postpone_pull,
    tags_created,
    tags_not_created,
    tags_unanswered,
    tags_written,
)
from customers.queries import list_wanted_customers
from customers.tag_editing import edit_unanswered, tags_edited
from foundation import clock
from foundation.db import Json, transaction
from foundation.log import logger
from jobs.customer_sync import ask_for_tags
from jobs.sync_run import in_parallel
from wecom import reads
from wecom.errors import PlatformError

log = logger(__name__)
NOT_A_CUSTOMER = frozenset({84061, 40096})
WAIT_AFTER_TROUBLE = timedelta(seconds=60)
BATCH = 50


def pull_wanted(limit: int = 500) -> int:
    """Pull the profiles events asked for (an event tells ids only); how many were settled. Short batches, safe to repeat."""
    settled = 0
    while settled < limit:
        with transaction() as session:
            wanted = list_wanted_customers(session, min(BATCH, limit - settled))
        if not wanted or not _pull(wanted):
            return settled
        settled += len(wanted)
    return settled


def _pull(external_userids: list[str]) -> bool:
    fetched_at = clock.now()
    try:
        answers = in_parallel(reads.get_customer, external_userids)
    except PlatformError as trouble:
        log.warning("customers not pulled", count=len(external_userids), why=trouble.message)
        with transaction() as session:
            for external_userid in sorted(external_userids):
                postpone_pull(session, external_userid, clock.now() + WAIT_AFTER_TROUBLE, fetched_at=fetched_at)
        return False
    for external_userid, answer in zip(external_userids, answers, strict=True):
        with transaction() as session:
            _apply(session, external_userid, answer, fetched_at)
    return True


def _apply(session: Session, external_userid: str, answer: Json | PlatformError, fetched_at: datetime) -> None:
    """84061 is not an error: nobody we may see follows her any more (or the guide has not confirmed her yet)."""
    if not isinstance(answer, PlatformError):
        if apply_customer(session, answer, fetched_at=fetched_at).unknown_tags:
            ask_for_tags(session)
    elif answer.errcode in NOT_A_CUSTOMER:
        apply_gone(session, external_userid, fetched_at=fetched_at)
    else:
        log.warning("customer cannot be pulled", external_userid=external_userid, errcode=answer.errcode, why=answer.message)
        postpone_pull(session, external_userid, None, fetched_at=fetched_at)


RESULTS = {
    "externalcontact/mark_tag": tags_written,
    "externalcontact/add_corp_tag": tags_created,
    "externalcontact/edit_corp_tag": tags_edited,
    "externalcontact/del_corp_tag": tags_edited,
    "externalcontact/add_contact_way": code_answered,
}
# What waits for an answer nobody can use must not wait for ever.
RELEASES = {
    "externalcontact/mark_tag": tags_unanswered,
    "externalcontact/add_corp_tag": tags_not_created,
    "externalcontact/edit_corp_tag": edit_unanswered,
    "externalcontact/del_corp_tag": edit_unanswered,
    "externalcontact/add_contact_way": code_unanswered,
}

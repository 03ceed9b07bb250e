"""What changes about customers. Every public action stands here; the work is done in the files named after their nouns."""

from customers.following import (
    end_following,
    lock_customer,
    note_timeline,
    set_consent,
    start_following,
    touch,
    transfer_failed,
    want_pull,
)
from customers.pulling import Pull, apply_customer, apply_gone, apply_pulled, end_unlisted, postpone_pull
from customers.tag_list import apply_tags, remove_tag, seed_tag_groups, tags_created
from customers.tag_list import take_back as tags_not_created
from customers.tagging import tag_customer, tags_unanswered, tags_written

__all__ = [
    "Pull",
    "apply_customer",
    "apply_gone",
    "apply_pulled",
    "apply_tags",
    "end_following",
    "end_unlisted",
    "lock_customer",
    "note_timeline",
    "postpone_pull",
    "remove_tag",
    "seed_tag_groups",
    "set_consent",
    "start_following",
    "tag_customer",
    "tags_created",
    "tags_not_created",
    "tags_unanswered",
    "tags_written",
    "touch",
    "transfer_failed",
    "want_pull",
]

"""The set-based statements of customers.pulling: arrays in, rows out, in one round trip each. Decides nothing."""

from collections.abc import Iterable

from sqlalchemy import text

# What parts the values of a column, and what stands for NULL: the separators of ASCII, which `clean` lets nowhere in.
UNIT, NOTHING = "\x1f", "\x1e"
NEITHER = str.maketrans({UNIT: " ", NOTHING: " "})


def rows_of(**kinds: str) -> str:
    """Rows of parameters made by `told`, each named as its column; the last row is all NULL."""
    arrays = ", ".join(f"CAST(string_to_array(:{name}, chr(31), chr(30)) AS {kind}[])" for name, kind in kinds.items())
    return f"unnest({arrays}) AS told ({', '.join(kinds)})"


def told(values: Iterable[object]) -> str:
    """A column as one text, ended by a NULL to be left out: the driver quotes each element of an array in Python."""
    texts = [NOTHING if value is None else str(value) for value in values]
    joined = UNIT.join([*texts, NOTHING])
    if joined.count(UNIT) == len(texts):
        return joined
    return UNIT.join([*(text if text == NOTHING else text.translate(NEITHER) for text in texts), NOTHING])


PROFILES = rows_of(
    external_userid="text", name="text", avatar="text", gender="int", type="int", corp="text", unionid="text",
    phone="text", last4="text",
)  # fmt: skip
PAIRS = rows_of(
    customer_id="bigint", staff_id="bigint",
)  # fmt: skip
RELATIONS = rows_of(
    customer_id="bigint", staff_id="bigint", status="text", state="text", add_way="int", remark="text",
    description="text", tag_ids="text", platform_tag_ids="text", followed_at="timestamptz", ended_at="timestamptz",
    changed_at="timestamptz", tag_revision="int",
)  # fmt: skip
MOMENTS = rows_of(
    customer_id="bigint", staff_id="bigint", kind="text", at="timestamptz", facts="text", once="text",
)  # fmt: skip

# An edit asked for after the platform was asked (pull_wanted_at > fetched_at) still wants its own pull; a page of
# batch/get_by_user never clears the wish, because it shows one follower only.
UPSERT_CUSTOMERS = text(f"""
INSERT INTO customer (external_userid, name, avatar_url, gender, type, corp_name, unionid, phone, phone_last4, consent,
                      tag_ids, created_at, pulled_at)
SELECT told.external_userid, told.name, told.avatar, told.gender, told.type, told.corp, decode(told.unionid, 'hex'),
       decode(told.phone, 'hex'), told.last4, 'all', '{{}}', :now, :fetched_at
FROM {PROFILES}
WHERE told.external_userid IS NOT NULL
ORDER BY told.external_userid
ON CONFLICT (external_userid) DO UPDATE SET
    name = excluded.name, avatar_url = excluded.avatar_url, gender = excluded.gender, type = excluded.type,
    corp_name = excluded.corp_name, unionid = COALESCE(excluded.unionid, customer.unionid),
    phone = COALESCE(excluded.phone, customer.phone), phone_last4 = COALESCE(excluded.phone_last4, customer.phone_last4),
    pulled_at = GREATEST(customer.pulled_at, excluded.pulled_at)
RETURNING id, external_userid, merged_into_id
""")  # noqa: S608  the names are ours

# A join, not (a, b) IN (…400 pairs): that is planned as a scan of the whole table.
KNOWN_FOLLOWS = text(f"""
SELECT follow.customer_id, follow.staff_id, follow.status, follow.changed_at, follow.followed_at, follow.state, follow.tag_ids,
       follow.platform_tag_ids, follow.tags_settled_at, follow.tag_revision, follow.pulled_at, follow.external_userid
FROM {PAIRS}
JOIN follow ON follow.customer_id = told.customer_id AND follow.staff_id = told.staff_id
ORDER BY follow.customer_id, follow.staff_id
FOR NO KEY UPDATE OF follow
""")  # noqa: S608

UPSERT_FOLLOWS = text(f"""
INSERT INTO follow (customer_id, staff_id, status, state, add_way, remark, description, tag_ids, platform_tag_ids, followed_at,
                    ended_at, changed_at, tag_revision, tags_writing, pulled_at)
SELECT told.customer_id, told.staff_id, told.status, told.state, told.add_way, told.remark, told.description,
       CAST(told.tag_ids AS int[]), CAST(told.platform_tag_ids AS int[]), told.followed_at, told.ended_at, told.changed_at,
       told.tag_revision, false, :fetched_at
FROM {RELATIONS}
WHERE told.customer_id IS NOT NULL
ORDER BY told.customer_id, told.staff_id
ON CONFLICT (customer_id, staff_id) DO UPDATE SET
    status = excluded.status, state = excluded.state, add_way = excluded.add_way, remark = excluded.remark,
    description = excluded.description, tag_ids = excluded.tag_ids, platform_tag_ids = excluded.platform_tag_ids,
    followed_at = excluded.followed_at, ended_at = excluded.ended_at, changed_at = excluded.changed_at,
    tag_revision = excluded.tag_revision, pulled_at = GREATEST(follow.pulled_at, excluded.pulled_at)
RETURNING id, customer_id, staff_id, state, followed_at, (xmax = 0) AS fresh
""")  # noqa: S608

ADD_TIMELINE = text(f"""
INSERT INTO timeline_entry (customer_id, staff_id, kind, at, facts, once)
SELECT customer_id, staff_id, kind, at, CAST(facts AS jsonb), once
FROM {MOMENTS}
WHERE customer_id IS NOT NULL
ON CONFLICT (once) DO NOTHING
""")  # noqa: S608

KNOWN_TAGS = text("SELECT platform_id, id FROM tag WHERE platform_id = ANY(string_to_array(:platform_ids, chr(31), chr(30)))")

__all__ = ["ADD_TIMELINE", "KNOWN_FOLLOWS", "KNOWN_TAGS", "UPSERT_CUSTOMERS", "UPSERT_FOLLOWS", "told"]

"""The set-based statements of customers.pulling: arrays in, rows out, in one round trip each. Decides nothing."""

from sqlalchemy import Text, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY

from foundation.sealed import SealedText

# An edit asked for after the platform was asked (pull_wanted_at > fetched_at) still wants its own pull; a page of
# batch/get_by_user never clears the wish, because it shows one follower only.
UPSERT_CUSTOMERS = text("""
INSERT INTO customer (external_userid, name, avatar_url, gender, type, corp_name, unionid, phone, phone_last4, consent,
                      tag_ids, created_at, pulled_at)
SELECT told.external_userid, told.name, told.avatar, told.gender, told.type, told.corp, told.unionid, told.phone, told.last4,
       'all', '{}', :now, :fetched_at
FROM unnest(CAST(:external_userids AS text[]), CAST(:names AS text[]), CAST(:avatars AS text[]), CAST(:genders AS int[]),
            CAST(:types AS int[]), CAST(:corps AS text[]), CAST(:unionids AS bytea[]), CAST(:phones AS bytea[]),
            CAST(:last4s AS text[]))
     AS told (external_userid, name, avatar, gender, type, corp, unionid, phone, last4)
ORDER BY told.external_userid
ON CONFLICT (external_userid) DO UPDATE SET
    name = excluded.name, avatar_url = excluded.avatar_url, gender = excluded.gender, type = excluded.type,
    corp_name = excluded.corp_name, unionid = COALESCE(excluded.unionid, customer.unionid),
    phone = COALESCE(excluded.phone, customer.phone), phone_last4 = COALESCE(excluded.phone_last4, customer.phone_last4),
    pulled_at = GREATEST(customer.pulled_at, excluded.pulled_at)
RETURNING id, external_userid
""").bindparams(
    bindparam("unionids", type_=ARRAY(SealedText("customer.unionid"))),
    bindparam("phones", type_=ARRAY(SealedText("customer.phone"))),
    bindparam("last4s", type_=ARRAY(Text())),
)

# A join, not (a, b) IN (…400 pairs): that is planned as a scan of the whole table.
KNOWN_FOLLOWS = text("""
SELECT follow.customer_id, follow.staff_id, follow.status, follow.changed_at, follow.followed_at, follow.state, follow.tag_ids,
       follow.platform_tag_ids, follow.tags_settled_at, follow.tag_revision, follow.pulled_at
FROM unnest(CAST(:customer_ids AS bigint[]), CAST(:staff_ids AS bigint[])) AS told (customer_id, staff_id)
JOIN follow ON follow.customer_id = told.customer_id AND follow.staff_id = told.staff_id
ORDER BY follow.customer_id, follow.staff_id
FOR NO KEY UPDATE OF follow
""")

UPSERT_FOLLOWS = text("""
INSERT INTO follow (customer_id, staff_id, status, state, add_way, remark, description, tag_ids, platform_tag_ids, followed_at,
                    ended_at, changed_at, tag_revision, tags_writing, pulled_at)
SELECT told.customer_id, told.staff_id, told.status, told.state, told.add_way, told.remark, told.description,
       CAST(told.tag_ids AS int[]), CAST(told.platform_tag_ids AS int[]), told.followed_at, told.ended_at, told.changed_at,
       told.tag_revision, false, :fetched_at
FROM unnest(CAST(:customer_id AS bigint[]), CAST(:staff_id AS bigint[]), CAST(:status AS text[]), CAST(:state AS text[]),
            CAST(:add_way AS int[]), CAST(:remark AS text[]), CAST(:description AS text[]), CAST(:tag_ids AS text[]),
            CAST(:platform_tag_ids AS text[]), CAST(:followed_at AS timestamptz[]), CAST(:ended_at AS timestamptz[]),
            CAST(:changed_at AS timestamptz[]), CAST(:tag_revision AS int[]))
     AS told (customer_id, staff_id, status, state, add_way, remark, description, tag_ids, platform_tag_ids, followed_at,
              ended_at, changed_at, tag_revision)
ORDER BY told.customer_id, told.staff_id
ON CONFLICT (customer_id, staff_id) DO UPDATE SET
    status = excluded.status, state = excluded.state, add_way = excluded.add_way, remark = excluded.remark,
    description = excluded.description, tag_ids = excluded.tag_ids, platform_tag_ids = excluded.platform_tag_ids,
    followed_at = excluded.followed_at, ended_at = excluded.ended_at, changed_at = excluded.changed_at,
    tag_revision = excluded.tag_revision, pulled_at = GREATEST(follow.pulled_at, excluded.pulled_at)
RETURNING id, customer_id, staff_id, state, followed_at, (xmax = 0) AS fresh
""")

ADD_TIMELINE = text("""
INSERT INTO timeline_entry (customer_id, staff_id, kind, at, facts, once)
SELECT customer_id, staff_id, kind, at, CAST(facts AS jsonb), once
FROM unnest(CAST(:customer_id AS bigint[]), CAST(:staff_id AS bigint[]), CAST(:kind AS text[]), CAST(:at AS timestamptz[]),
            CAST(:facts AS text[]), CAST(:once AS text[])) AS told (customer_id, staff_id, kind, at, facts, once)
ON CONFLICT (once) DO NOTHING
""")

__all__ = ["ADD_TIMELINE", "KNOWN_FOLLOWS", "UPSERT_CUSTOMERS", "UPSERT_FOLLOWS"]

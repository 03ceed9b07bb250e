"""The statements of changes of tags: one locks and reads a group of relations, one writes all that follows. Decides nothing."""

from sqlalchemy import text

from customers.owner_sql import PERSON_IDS
from customers.tier_due import WANTED
from outbox.actions import OWED

# Their rows and those they live on in the one order everybody locks customers in, then the relations. The answer is one JSON
# text each: the driver is done with it in a tenth of the time of rows. What is asked comes as JSON too: the plan for an array
# would be made anew each time, because it looks cheaper where the array is known to be short.
LOCK_AND_READ = text("""
WITH asked AS MATERIALIZED (
    SELECT DISTINCT customer_id, staff_id
    FROM jsonb_to_recordset(CAST(:asked AS jsonb)) AS one (customer_id bigint, staff_id bigint)
), home AS MATERIALIZED (
    SELECT id, external_userid, merged_into_id FROM customer
    WHERE id = ANY(ARRAY(
        SELECT customer_id FROM asked
        UNION SELECT merged_into_id FROM asked JOIN customer ON customer.id = customer_id WHERE merged_into_id IS NOT NULL))
    ORDER BY external_userid FOR NO KEY UPDATE
), hers AS MATERIALIZED (
    SELECT follow.id, follow.customer_id, follow.staff_id, follow.status, follow.tag_ids, follow.platform_tag_ids,
           follow.tags_writing, follow.tag_revision, COALESCE(follow.external_userid, home.external_userid) AS external_userid
    FROM home JOIN asked ON asked.customer_id = home.id
    JOIN follow ON follow.customer_id = asked.customer_id AND follow.staff_id = asked.staff_id
    ORDER BY follow.id FOR NO KEY UPDATE OF follow
)
SELECT (SELECT json_agg(json_build_array(id, merged_into_id)) FROM home),
       (SELECT json_agg(json_build_array(hers.id, customer_id, staff_id, hers.status, tag_ids, platform_tag_ids, tags_writing,
               tag_revision, userid, external_userid)) FROM hers JOIN staff ON staff.id = hers.staff_id),
       (SELECT json_agg(json_build_array(tag.id, tag.name, group_id, exclusive, tag.platform_id, tag.removed_at IS NULL))
        FROM tag JOIN tag_group ON tag_group.id = tag.group_id
        WHERE tag.id = ANY(ARRAY(SELECT CAST(one AS bigint) FROM jsonb_array_elements_text(CAST(:tags AS jsonb)) AS one
                                 UNION SELECT unnest(tag_ids || platform_tag_ids) FROM hers)))
""")

# A limit the planner cannot see makes it count with ten rows: with the hundred of a JSON list it reads whole tables of thousands.
_TOLD = """
told AS MATERIALIZED (
    SELECT * FROM jsonb_to_recordset(CAST(:turns AS jsonb)) AS one (
        id bigint, row_id bigint, home_id bigint, staff_id bigint, tags int[], revision int, writing boolean,
        given int[], taken int[], by_hand boolean, by_person boolean, source text, "by" text, why text, rule_id bigint,
        batch_id bigint, expires_at timestamptz, facts jsonb, once text)
    LIMIT (SELECT CAST(:most AS bigint))
)"""

# What nobody knows the giver of and a person takes away: rules must know that somebody did not want it.
_TAKEN = """
, ended AS (
    UPDATE tag_mark SET ended_at = :now, ended_by = left(told."by", 60) FROM told
    WHERE tag_mark.customer_id = told.row_id AND tag_mark.staff_id = told.staff_id AND tag_mark.tag_id = ANY(told.taken)
      AND tag_mark.ended_at IS NULL
    RETURNING told.id, tag_mark.tag_id
), gone AS (
    INSERT INTO tag_mark (customer_id, staff_id, tag_id, source, by, why, rule_id, batch_id, at, ended_at, ended_by)
    SELECT row_id, staff_id, one, source, left("by", 60), left(why, 200), rule_id, batch_id, :now, :now, left("by", 60)
    FROM told CROSS JOIN LATERAL unnest(taken) AS one
    WHERE by_hand AND NOT EXISTS (SELECT FROM ended WHERE ended.id = told.id AND ended.tag_id = one)
)"""

# The union is worked out from what the relations become: a statement does not see its own changes.
_WRITE = f"""
, written AS (
    UPDATE follow SET tag_ids = told.tags, tag_revision = told.revision, tags_writing = told.writing
    FROM told WHERE follow.id = told.id
), given AS (
    INSERT INTO tag_mark (customer_id, staff_id, tag_id, source, by, why, rule_id, batch_id, at, expires_at, ended_by)
    SELECT row_id, staff_id, one, source, left("by", 60), left(why, 200), rule_id, batch_id, :now, expires_at, ''
    FROM told CROSS JOIN LATERAL unnest(given) AS one
), homes AS MATERIALIZED (
    SELECT DISTINCT home_id FROM told
), together AS MATERIALIZED (
    SELECT customer.id, tagged.tag_ids
    FROM homes JOIN customer ON customer.id = homes.home_id
    CROSS JOIN LATERAL (SELECT {PERSON_IDS} AS ids OFFSET 0) AS person
    CROSS JOIN LATERAL (
        SELECT COALESCE(array_agg(DISTINCT tag_id ORDER BY tag_id), '{{}}') AS tag_ids
        FROM follow LEFT JOIN told ON told.id = follow.id, unnest(COALESCE(told.tags, follow.tag_ids)) AS one (tag_id)
        WHERE follow.customer_id = ANY(person.ids) AND follow.status = 'active'
    ) AS tagged
), united AS (
    UPDATE customer SET tag_ids = together.tag_ids FROM together
    WHERE customer.id = together.id AND customer.tag_ids IS DISTINCT FROM together.tag_ids
), {WANTED.format(ids="SELECT home_id FROM homes")}, moments AS (
    INSERT INTO timeline_entry (customer_id, staff_id, kind, at, facts, once)
    SELECT row_id, staff_id, CASE WHEN given = '{{}}' THEN 'untagged' WHEN by_person THEN 'tagged' ELSE 'auto_tagged' END, :now,
           facts, once
    FROM told ON CONFLICT (once) DO NOTHING
), {OWED}
SELECT * FROM woken
"""  # noqa: S608  made of our own words

GIVE = text(f"WITH {_TOLD} {_WRITE}")
TURN = text(f"WITH {_TOLD} {_TAKEN} {_WRITE}")

# A tag she has is given once more: by a person (no rule) it stays for good, by a rule its own mark lives longer.
PROLONG = text("""
UPDATE tag_mark SET expires_at = told.expires_at
FROM jsonb_to_recordset(CAST(:kept AS jsonb)) AS told
    (row_id bigint, staff_id bigint, tags int[], rule_id bigint, expires_at timestamptz)
WHERE tag_mark.customer_id = told.row_id AND tag_mark.staff_id = told.staff_id AND tag_mark.tag_id = ANY(told.tags)
  AND tag_mark.ended_at IS NULL AND tag_mark.expires_at IS NOT NULL
  AND (told.rule_id IS NULL OR tag_mark.rule_id = told.rule_id)
""")

"""The set-based statements of bulk tagging: some thousands of customers in one go. Decides nothing."""

from sqlalchemy import text

from customers.owner_sql import PERSON_IDS, TAGS_OF_PERSON

# One order for everybody who locks many customers: whoever tags a single one waits for a stretch at most.
LOCK = text("SELECT 1 FROM customer WHERE id = ANY(:ids) ORDER BY external_userid FOR NO KEY UPDATE")
# The rows customers live on, and those merged into them: relations of both accounts are hers.
ASKED = """(
    SELECT one AS customer_id, one AS home_id FROM unnest(CAST(:ids AS bigint[])) AS one
    UNION ALL SELECT customer.id, one FROM unnest(CAST(:ids AS bigint[])) AS one JOIN customer ON customer.merged_into_id = one
) AS asked"""

# Her tags together, when only tags changed: whose she is stays as it was. Asked with the rows customers live on.
TAG_UNIONS = text(f"""
WITH together AS (
    SELECT customer.id, tagged.tag_ids
    FROM customer CROSS JOIN LATERAL (SELECT {PERSON_IDS} AS ids OFFSET 0) AS person
    CROSS JOIN LATERAL ({TAGS_OF_PERSON}) AS tagged
    WHERE customer.id = ANY(:ids)
)
UPDATE customer SET tag_ids = together.tag_ids FROM together
WHERE customer.id = together.id AND customer.tag_ids IS DISTINCT FROM together.tag_ids
""")  # noqa: S608  made of our own words

# What becomes of the relations in `next` (id, home_id, was, tags): written, marked, told to the timeline, handed on to the
# platform later.
CHANGED = """
changed AS (
    UPDATE follow SET tag_ids = next.tags, tag_revision = follow.tag_revision + 1 FROM next
    WHERE follow.id = next.id AND follow.tag_ids <> next.tags
    RETURNING follow.id, follow.customer_id AS row_id, next.home_id AS customer_id, follow.staff_id, follow.tag_revision,
              next.was, next.tags
), later AS (
    INSERT INTO tags_wanted (follow_id, at) SELECT id, :now FROM changed ON CONFLICT (follow_id) DO NOTHING
), ended AS (
    UPDATE tag_mark SET ended_at = :now, ended_by = :by FROM changed
    WHERE tag_mark.customer_id IN (changed.customer_id, changed.row_id) AND tag_mark.staff_id = changed.staff_id
      AND tag_mark.ended_at IS NULL
      AND tag_mark.tag_id = ANY(changed.was) AND tag_mark.tag_id <> ALL(changed.tags)
), given AS (
    INSERT INTO tag_mark (customer_id, staff_id, tag_id, source, by, why, batch_id, at, ended_by)
    SELECT customer_id, staff_id, one, 'console', :by, :why, :batch_id, :now, ''
    FROM changed CROSS JOIN LATERAL unnest(tags) AS one WHERE one <> ALL(was)
), taken AS (
    INSERT INTO tag_mark (customer_id, staff_id, tag_id, source, by, why, batch_id, at, ended_at, ended_by)
    SELECT customer_id, staff_id, one, 'console', :by, :why, :batch_id, :now, :now, :by
    FROM changed CROSS JOIN LATERAL unnest(was) AS one WHERE one <> ALL(tags)
), named AS MATERIALIZED (
    SELECT changed.*, CASE WHEN tags <@ was THEN '[]' ELSE (
        SELECT jsonb_agg(name ORDER BY id) FROM tag WHERE id = ANY(changed.tags) AND id <> ALL(changed.was)) END AS added,
    CASE WHEN was <@ tags THEN '[]' ELSE (
        SELECT jsonb_agg(name ORDER BY id) FROM tag WHERE id = ANY(changed.was) AND id <> ALL(changed.tags)) END AS lost
    FROM changed
), moments AS (
    INSERT INTO timeline_entry (customer_id, staff_id, kind, at, facts, once)
    SELECT customer_id, staff_id, CASE WHEN added = '[]' THEN 'untagged' ELSE 'auto_tagged' END, :now,
           jsonb_build_object('by', CAST(:by AS text), 'why', CAST(:why AS text), 'add', added, 'remove', lost),
           'tags:' || id || ':' || tag_revision
    FROM named ON CONFLICT (once) DO NOTHING
)
SELECT DISTINCT customer_id FROM changed
"""

# The tag goes to the owner's relation, or to the oldest living one in scope, and to nobody who has it from anyone already.
GIVE = text(f"""
WITH chosen AS MATERIALIZED (
    SELECT DISTINCT ON (asked.home_id) follow.id, asked.home_id, follow.tag_ids AS was
    FROM {ASKED} JOIN customer ON customer.id = asked.home_id JOIN follow ON follow.customer_id = asked.customer_id
    JOIN staff ON staff.id = follow.staff_id
    WHERE follow.status = 'active' AND starts_with(staff.path, :path) AND NOT customer.tag_ids @> ARRAY[CAST(:tag_id AS int)]
    ORDER BY asked.home_id, follow.staff_id IS DISTINCT FROM customer.owner_id, follow.followed_at, follow.id
), next AS MATERIALIZED (
    SELECT id, home_id, was, ARRAY(SELECT one FROM unnest(was || CAST(:tag_id AS int)) AS one
                          WHERE one = :tag_id OR one <> ALL(CAST(:rivals AS int[])) ORDER BY one) AS tags FROM chosen
), {CHANGED}
""")  # noqa: S608  made of our own words

TAKE = text(f"""
WITH next AS MATERIALIZED (
    SELECT follow.id, asked.home_id, follow.tag_ids AS was, array_remove(follow.tag_ids, CAST(:tag_id AS int)) AS tags
    FROM {ASKED} JOIN follow ON follow.customer_id = asked.customer_id JOIN staff ON staff.id = follow.staff_id
    WHERE follow.status = 'active' AND starts_with(staff.path, :path) AND :tag_id = ANY(follow.tag_ids)
), {CHANGED}
""")  # noqa: S608

# What a batch gave and still stands is taken; what it took is given again unless she got it, or a rival of it, meanwhile.
# Living tags alone: a tag deleted since does not come back. A merge moves marks to the row she lives on, not always the relation.
UNDO = text(f"""
WITH marks AS MATERIALIZED (
    SELECT tag_mark.*, asked.home_id
    FROM {ASKED} JOIN tag_mark ON tag_mark.customer_id = asked.customer_id AND tag_mark.batch_id = :undone
), together AS MATERIALIZED (
    SELECT home_id, staff_id, array_agg(tag_id) FILTER (WHERE ended_at IS NULL) AS gave,
           array_agg(tag_id) FILTER (WHERE ended_at = at) AS took
    FROM marks GROUP BY home_id, staff_id
), next AS MATERIALIZED (
    SELECT follow.id, together.home_id, follow.tag_ids AS was, ARRAY(
        SELECT one FROM unnest(follow.tag_ids) AS one WHERE one <> ALL(COALESCE(gave, '{{}}'))
        UNION SELECT tag.id FROM tag JOIN tag_group ON tag_group.id = tag.group_id
        WHERE tag.id = ANY(took) AND tag.removed_at IS NULL AND NOT (tag_group.exclusive AND EXISTS (
            SELECT 1 FROM tag AS rival WHERE rival.group_id = tag.group_id AND rival.id = ANY(follow.tag_ids)
              AND rival.id <> ALL(COALESCE(gave, '{{}}'))))
        ORDER BY 1) AS tags
    FROM {ASKED} JOIN together ON together.home_id = asked.home_id
    JOIN follow ON follow.customer_id = asked.customer_id AND follow.staff_id = together.staff_id
    WHERE follow.status = 'active'
), {CHANGED}
""")  # noqa: S608

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

# What becomes of the relations in `next` (id, home_id, tags, and sorted what of them is `fresh`, what `gone`): written, marked,
# told to the timeline, handed on to the platform later. Marks stand on the row of their relation, moments on the one she lives
# on. Marks are asked for by equality alone: every plan of that is short, and a guide may have a million of them. Most relations
# have the same to tell: the words are made once.
CHANGED = """
changed AS (
    UPDATE follow SET tag_ids = next.tags, tag_revision = follow.tag_revision + 1 FROM next
    WHERE follow.id = next.id AND follow.tag_ids <> next.tags
    RETURNING follow.id, follow.customer_id AS row_id, next.home_id AS customer_id, follow.staff_id, follow.tag_revision,
              next.fresh, next.gone
), later AS (
    INSERT INTO tags_wanted (follow_id, at) SELECT id, :now FROM changed ON CONFLICT (follow_id) DO NOTHING
), lost AS (
    SELECT row_id, staff_id, unnest(gone) AS tag_id FROM changed
), ended AS (
    UPDATE tag_mark SET ended_at = :now, ended_by = :by FROM lost
    WHERE tag_mark.customer_id = lost.row_id AND tag_mark.staff_id = lost.staff_id AND tag_mark.tag_id = lost.tag_id
      AND tag_mark.ended_at IS NULL
), given AS (
    INSERT INTO tag_mark (customer_id, staff_id, tag_id, source, by, why, batch_id, at, ended_at, ended_by)
    SELECT row_id, staff_id, unnest(fresh), 'console', :by, :why, :batch_id, :now, NULL, '' FROM changed
    UNION ALL SELECT row_id, staff_id, unnest(gone), 'console', :by, :why, :batch_id, :now, :now, :by FROM changed
), words AS MATERIALIZED (
    SELECT fresh, gone, jsonb_build_object(
        'by', CAST(:by AS text), 'why', CAST(:why AS text),
        'add', COALESCE((SELECT jsonb_agg(name ORDER BY id) FROM tag WHERE id = ANY(fresh)), '[]'),
        'remove', COALESCE((SELECT jsonb_agg(name ORDER BY id) FROM tag WHERE id = ANY(gone)), '[]')) AS facts
    FROM (SELECT DISTINCT fresh, gone FROM changed) AS difference
), moments AS (
    INSERT INTO timeline_entry (customer_id, staff_id, kind, at, facts, once)
    SELECT customer_id, staff_id, CASE WHEN fresh = '{}' THEN 'untagged' ELSE 'auto_tagged' END, :now, facts,
           'tags:' || id || ':' || tag_revision
    FROM changed JOIN words USING (fresh, gone) ON CONFLICT (once) DO NOTHING
)
SELECT array_agg(DISTINCT customer_id) FROM changed
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
    SELECT id, home_id, ARRAY(SELECT one FROM unnest(was || CAST(:tag_id AS int)) AS one
                              WHERE one = :tag_id OR one <> ALL(CAST(:rivals AS int[])) ORDER BY one) AS tags,
           ARRAY[CAST(:tag_id AS int)] AS fresh,
           CASE WHEN was && CAST(:rivals AS int[])
                THEN ARRAY(SELECT unnest(was) INTERSECT SELECT unnest(CAST(:rivals AS int[])) ORDER BY 1) ELSE '{{}}' END AS gone
    FROM chosen
), {CHANGED}
""")  # noqa: S608  made of our own words

TAKE = text(f"""
WITH next AS MATERIALIZED (
    SELECT follow.id, asked.home_id, array_remove(follow.tag_ids, CAST(:tag_id AS int)) AS tags,
           CAST('{{}}' AS int[]) AS fresh, ARRAY[CAST(:tag_id AS int)] AS gone
    FROM {ASKED} JOIN follow ON follow.customer_id = asked.customer_id JOIN staff ON staff.id = follow.staff_id
    WHERE follow.status = 'active' AND starts_with(staff.path, :path) AND :tag_id = ANY(follow.tag_ids)
), {CHANGED}
""")  # noqa: S608

# What a batch gave and still stands is taken; what it took is given again unless she got it, or a rival of it, meanwhile.
# Living tags alone: a tag deleted since does not come back. Each relation by its own marks: a guide may know both her accounts.
# None is taken back twice (:undos, ended before): what people did to it after the first time stands.
UNDO = text(f"""
WITH marks AS MATERIALIZED (
    SELECT tag_mark.*, asked.home_id
    FROM {ASKED} JOIN tag_mark ON tag_mark.customer_id = asked.customer_id AND tag_mark.batch_id = :undone
    WHERE NOT EXISTS (SELECT 1 FROM tag_mark AS back
                      WHERE back.customer_id = tag_mark.customer_id AND back.staff_id = tag_mark.staff_id
                        AND back.batch_id = ANY(CAST(:undos AS bigint[])))
), together AS MATERIALIZED (
    SELECT home_id, customer_id, staff_id, array_agg(tag_id) FILTER (WHERE ended_at IS NULL) AS gave,
           array_agg(tag_id) FILTER (WHERE ended_at = at) AS took
    FROM marks GROUP BY home_id, customer_id, staff_id
), goal AS MATERIALIZED (
    SELECT follow.id, together.home_id, follow.tag_ids AS was, ARRAY(
        SELECT one FROM unnest(follow.tag_ids) AS one WHERE one <> ALL(COALESCE(gave, '{{}}'))
        UNION SELECT tag.id FROM tag JOIN tag_group ON tag_group.id = tag.group_id
        WHERE tag.id = ANY(took) AND tag.removed_at IS NULL AND NOT (tag_group.exclusive AND EXISTS (
            SELECT 1 FROM tag AS rival WHERE rival.group_id = tag.group_id AND rival.id = ANY(follow.tag_ids)
              AND rival.id <> ALL(COALESCE(gave, '{{}}'))))
        ORDER BY 1) AS tags
    FROM together JOIN follow ON follow.customer_id = together.customer_id AND follow.staff_id = together.staff_id
    WHERE follow.status = 'active'
), next AS MATERIALIZED (
    SELECT id, home_id, tags, ARRAY(SELECT unnest(tags) EXCEPT SELECT unnest(was) ORDER BY 1) AS fresh,
           ARRAY(SELECT unnest(was) EXCEPT SELECT unnest(tags) ORDER BY 1) AS gone
    FROM goal
), {CHANGED}
""")  # noqa: S608

"""The set-based statements of batches that change wishes and owners: some thousands of customers in one go. Decides nothing.

Asked with the rows customers live on, after `customers.tag_bulk_sql.LOCK` on them.
"""

from sqlalchemy import text

# From what lets us send most to what lets us send least: customers.opt_out_rules.
_STRICT = "ARRAY['all', 'service_only', 'none']"


def _place(column: str) -> str:
    return f"array_position({_STRICT}, {column}::text)"


# What becomes of the customers in `next` (id, was, now): the same rows as customers.following.set_consent writes for one.
_WISHED = """
changed AS (
    UPDATE customer SET consent = next.now FROM next WHERE customer.id = next.id RETURNING customer.id, next.was, next.now
), kept AS (
    INSERT INTO consent_change (customer_id, was, now, source, words, staff_id, at)
    SELECT id, was, now, :source, '', :staff_id, :now FROM changed
), told AS (
    INSERT INTO timeline_entry (customer_id, staff_id, kind, at, facts, once)
    SELECT id, :staff_id, 'consent', :now, jsonb_build_object('to', now, 'source', CAST(:source AS text)),
           'consent:' || id || ':' || CAST(:moment AS text)
    FROM changed ON CONFLICT (once) DO NOTHING
), audited AS (
    INSERT INTO audit_event (at, actor, action, subject, facts)
    SELECT :now, :actor, 'customer.consent', 'customer:' || id,
           jsonb_build_object('before', was, 'after', now, 'source', CAST(:source AS text))
    FROM changed
)
SELECT count(*) FROM changed
"""

# Only tighter: who wishes for less already stays as she is.
TIGHTEN = text(f"""
WITH next AS MATERIALIZED (
    SELECT id, consent AS was, CAST(:wanted AS varchar) AS now FROM customer
    WHERE id = ANY(:ids) AND {_place("consent")} < {_place("CAST(:wanted AS varchar)")}
), {_WISHED}
""")  # noqa: S608 from this file alone

# Back to what she allowed before, where the batch's word is the newest; never looser than what she wrote herself meanwhile.
# Of a person found in two rows the batch may have changed both: the tighter wish of the two stands again.
LOOSEN_AGAIN = text(f"""
WITH heard AS MATERIALIZED (
    SELECT customer_id, (array_agg(source ORDER BY id DESC))[1] AS newest,
           max({_place("was")}) FILTER (WHERE source = :undone) AS before,
           max({_place("now")}) FILTER (WHERE source = 'message' AND at >= :since) AS wish
    FROM consent_change WHERE customer_id = ANY(:ids) GROUP BY customer_id
), wanted AS MATERIALIZED (
    SELECT customer.id, customer.consent AS was, ({_STRICT})[greatest(heard.before, heard.wish)] AS now
    FROM heard JOIN customer ON customer.id = heard.customer_id WHERE heard.newest = :undone
), next AS MATERIALIZED (
    SELECT id, was, CAST(now AS varchar) AS now FROM wanted WHERE {_place("now")} < {_place("was")}
), {_WISHED}
""")  # noqa: S608 from this file alone

# What becomes of the customers in `next`, with owners before and after: the rows customers.owning.set_owner writes for one.
_MOVED = """
moved AS (
    UPDATE customer SET owner_id = next.now_id, owner_why = next.why, owner_locked_until = next.until
    FROM next WHERE customer.id = next.id RETURNING customer.id, next.was_id, next.now_id, next.was_why, next.was_locked_until
), kept AS (
    INSERT INTO owner_change (customer_id, was_id, now_id, why, by, note, at, was_why, was_locked_until)
    SELECT id, was_id, now_id, :why, :by, '', :now, was_why, was_locked_until FROM moved
    RETURNING id, customer_id, was_id, now_id
), told AS (
    INSERT INTO timeline_entry (customer_id, staff_id, kind, at, facts, once)
    SELECT kept.customer_id, kept.now_id, 'owner', :now,
           jsonb_build_object('title', COALESCE('转给' || COALESCE(NULLIF(staff.name, ''), staff.userid), '暂时没有归属'),
                              'reason', CAST(:reason AS text), 'was', kept.was_id, 'change', kept.id),
           'owner:' || kept.id
    FROM kept LEFT JOIN staff ON staff.id = kept.now_id
)
SELECT count(*) FROM moved
"""

# Whoever asked may take those of nobody and of her own subtree; headquarters (:whole) all.
GIVE_TO = text(f"""
WITH next AS MATERIALIZED (
    SELECT customer.id, customer.owner_id AS was_id, CAST(:owner AS bigint) AS now_id, CAST('hand' AS varchar) AS why,
           CAST(NULL AS timestamptz) AS until, customer.owner_why AS was_why, customer.owner_locked_until AS was_locked_until
    FROM customer LEFT JOIN staff AS holder ON holder.id = customer.owner_id
    WHERE customer.id = ANY(:ids) AND customer.owner_id IS DISTINCT FROM :owner
      AND (customer.owner_id IS NULL OR :whole OR starts_with(holder.path, :path))
), {_MOVED}
""")  # noqa: S608 from this file alone

# Only who still stands as the batch left her; she is held again for as long as she was.
GIVE_BACK = text(f"""
WITH newest AS MATERIALIZED (
    SELECT DISTINCT ON (customer_id) * FROM owner_change WHERE customer_id = ANY(:ids) ORDER BY customer_id, id DESC
), next AS MATERIALIZED (
    SELECT customer.id, customer.owner_id AS was_id, newest.was_id AS now_id, COALESCE(newest.was_why, 'first') AS why,
           newest.was_locked_until AS until, customer.owner_why AS was_why, customer.owner_locked_until AS was_locked_until
    FROM newest JOIN customer ON customer.id = newest.customer_id
    WHERE newest.by = :undone AND customer.owner_id IS NOT DISTINCT FROM newest.now_id
      AND customer.owner_why = 'hand' AND customer.owner_locked_until IS NULL
), {_MOVED}
""")  # noqa: S608 from this file alone

"""Health of every partner, set-wise, as the last step of publishing a night."""

from typing import Any

from alerts.canaries import CANARIES
from alerts.canaries.our_sales_shift import OurSalesShift

POINTS = {"critical": 30, "warning": 15, "watch": 2}
MOST_PER_CANARY = 40
# Our sales and this many canaries beside it.
OTHERS_NEEDED = 2


def in_health() -> list[str]:
    """The canaries whose risks are terms of a partner's health."""
    return [canary.name for canary in CANARIES.values() if canary.in_health]


def spared() -> list[tuple[str, str]]:
    """Canaries with the classes of their findings that lower nobody's health."""
    every = CANARIES.values()
    return [(canary.name, kind) for canary in every for kind in sorted(canary.spares)]


def health_params() -> dict[str, Any]:
    """What the statements of `HEALTH` ask for beside the run and its day."""
    return {
        "in_health": in_health(),
        "both_ways": [canary.name for canary in CANARIES.values() if canary.asks_both_ways],
        "our_sales_shift": OurSalesShift.name,
        "spared_canaries": [name for name, _ in spared()],
        "spared_classes": [kind for _, kind in spared()],
        "critical": POINTS["critical"],
        "warning": POINTS["warning"],
        "watch": POINTS["watch"],
        "most": MOST_PER_CANARY,
        "needed": OTHERS_NEEDED,
    }


def _judged() -> str:
    return " UNION ALL ".join(
        f"SELECT '{canary.name}'::text AS canary, partner"  # noqa: S608 - names of our own
        f" FROM ({canary.judged_partners()}) AS c"
        for canary in CANARIES.values()
        if canary.in_health
    )


CLEAR = "DROP TABLE IF EXISTS pg_temp.wanted_health"

WANTED = f"""
CREATE TEMPORARY TABLE wanted_health ON COMMIT DROP AS
WITH spared AS (
  SELECT * FROM unnest(%(spared_canaries)s::text[], %(spared_classes)s::text[])
    AS s(canary, finding_class)
), subject AS (
  SELECT subject AS partner, partner_size AS sales_12,
         (evidence -> 'windows' -> 'prior' ->> 'amount')::numeric(18, 4) AS sales_prior_12
  FROM alerts_finding
  WHERE run_id = %(run)s AND canary = %(our_sales_shift)s
), judged AS (
  SELECT partner, array_agg(canary ORDER BY canary) AS canaries FROM ({_judged()}) AS all_judged
  GROUP BY partner
), moving AS (
  SELECT concerned.partner, array_agg(DISTINCT f.canary::text ORDER BY f.canary::text) AS canaries
  FROM alerts_finding f CROSS JOIN LATERAL unnest(f.partners) AS concerned(partner)
  WHERE f.run_id = %(run)s AND f.outcome = 'fires' AND f.canary = ANY(%(in_health)s)
    AND (f.nature = 'risk' OR f.canary = ANY(%(both_ways)s))
    AND (f.canary, f.finding_class) NOT IN (TABLE spared)
  GROUP BY concerned.partner
), counted AS (
  SELECT link.partner_id AS partner, a.canary,
         count(*) FILTER (WHERE a.severity = 'critical') AS critical,
         count(*) FILTER (WHERE a.severity = 'warning') AS warning,
         count(*) FILTER (WHERE a.severity = 'watch') AS watch
  FROM alerts_alert a JOIN alerts_alertpartner link ON link.alert_id = a.id
  WHERE a.ended_on IS NULL AND a.archived_on IS NULL AND a.nature = 'risk'
    AND a.canary = ANY(%(in_health)s)
    AND (a.canary, a.finding_class) NOT IN (TABLE spared)
  GROUP BY link.partner_id, a.canary
), weighed AS (
  SELECT *, least(%(most)s, critical * %(critical)s + warning * %(warning)s + watch * %(watch)s)
    AS points
  FROM counted
), term AS (
  SELECT partner, sum(points) AS points,
         jsonb_agg(jsonb_build_object('canary', canary, 'critical', critical, 'warning', warning,
           'watch', watch, 'points', points) ORDER BY points DESC, canary) AS terms
  FROM weighed GROUP BY partner
)
SELECT subject.partner, subject.sales_12, subject.sales_prior_12,
  coalesce(judged.canaries, '{{}}') AS judged, coalesce(moving.canaries, '{{}}') AS moving,
  coalesce(term.terms, '[]') AS terms,
  (CASE WHEN %(our_sales_shift)s = ANY(judged.canaries)
             AND cardinality(judged.canaries) > %(needed)s
        THEN greatest(0, 100 - coalesce(term.points, 0)) END)::smallint AS score
FROM subject
LEFT JOIN judged USING (partner)
LEFT JOIN moving USING (partner)
LEFT JOIN term USING (partner)
"""  # noqa: S608 - statements and names of our own

SAME = """
(h.score, h.judged::text[], h.moving::text[], h.terms, h.sales_12, h.sales_prior_12)
IS NOT DISTINCT FROM
(w.score, w.judged, w.moving, w.terms, w.sales_12, w.sales_prior_12)
"""

# What differs begins a new row; a night that is published again corrects its own.
PAST = f"""
UPDATE alerts_partnerhealth h SET current = false
WHERE h.current AND h.as_of < %(as_of)s
  AND NOT EXISTS (SELECT FROM wanted_health w WHERE w.partner = h.partner_id AND {SAME})
"""  # noqa: S608

NOW = f"""
INSERT INTO alerts_partnerhealth (partner_id, as_of, current, score, judged, moving, terms,
  sales_12, sales_prior_12)
SELECT partner, %(as_of)s, true, score, judged, moving, terms, sales_12, sales_prior_12
FROM wanted_health w
WHERE NOT EXISTS (SELECT FROM alerts_partnerhealth h
  WHERE h.partner_id = w.partner AND h.current AND {SAME})
ON CONFLICT (partner_id, as_of) DO UPDATE SET current = true, score = excluded.score,
  judged = excluded.judged, moving = excluded.moving, terms = excluded.terms,
  sales_12 = excluded.sales_12, sales_prior_12 = excluded.sales_prior_12
"""  # noqa: S608

# Reckoned once, then compared with what is there; only the last two write.
RECKON, HEALTH = (CLEAR, WANTED), (PAST, NOW)

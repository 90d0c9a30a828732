"""Publishing a night: the only writer of an alert's columns. One transaction, set by set."""

from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from alerts.models import Run

# Any fixed number: publishing takes turns.
PUBLISH_LOCK = 721_002


def publish(run: Run) -> bool:
    """Let a run's findings open, refresh and end alerts, and make the run the newest.

    A run older than the newest published night is a replay: its findings can be read, and no
    alert is touched. Publishing again what is published already writes nothing.

    Returns:
        Whether anything was written.
    """
    with transaction.atomic():
        _take_turn()
        run.refresh_from_db()
        newest = Run.objects.newest()
        if newest is not None and newest.as_of > run.as_of:
            return _mark(run, replay=True)
        _analyze(run)
        written = sum(_execute(step, run) for step in (END, MERGED, REFRESH, OPEN))
        return _mark(run, replay=False) or written > 0


def _take_turn() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [PUBLISH_LOCK])


def _mark(run: Run, *, replay: bool) -> bool:
    if run.published_at is not None:
        return False
    run.published_at, run.replay = timezone.now(), replay
    run.save(update_fields=["published_at", "replay"])
    return True


def _analyze(run: Run) -> None:
    if run.published_at is None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT analyze_alerts()")


def _execute(statement: str, run: Run) -> int:
    params: dict[str, Any] = {"run": run.pk, "as_of": run.as_of}
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return int(cursor.rowcount)


END = """
WITH ended AS (
  UPDATE alerts_alert a
  SET ended_on = %(as_of)s, last_seen = %(as_of)s,
      end_reason = CASE WHEN f.outcome = 'clears' THEN 'back under the threshold'
                        ELSE 'turned the other way' END
                   || coalesce(', at ' || trunc(f.value, 2) || '%%', '')
  FROM alerts_finding f
  WHERE f.run_id = %(run)s AND a.ended_on IS NULL
    AND (a.canary, a.scope, a.subject) = (f.canary, f.scope, f.subject)
    AND (f.outcome = 'clears' OR (f.outcome IN ('fires', 'holds') AND f.direction <> a.direction))
  RETURNING a.id, a.severity
)
INSERT INTO alerts_alertchange (alert_id, run_id, change, severity_before, severity_after)
SELECT id, %(run)s, 'ended', severity, severity FROM ended
ON CONFLICT DO NOTHING
"""

# What is merged is judged at its root; its own alerts would never hear of it again.
MERGED = """
WITH ended AS (
  UPDATE alerts_alert a
  SET ended_on = %(as_of)s,
      end_reason = 'its sales count at partner ' || left(root.number, 50) || ' since '
                   || to_char(p.merged_on, 'FMDD FMMonth YYYY')
  FROM partners_partner p JOIN partners_partner root ON root.id = p.merged_into_id
  WHERE a.ended_on IS NULL AND a.scope = 'partner' AND a.subject = p.id
    AND p.merged_on <= %(as_of)s
  RETURNING a.id, a.severity
)
INSERT INTO alerts_alertchange (alert_id, run_id, change, severity_before, severity_after)
SELECT id, %(run)s, 'ended', severity, severity FROM ended
ON CONFLICT DO NOTHING
"""

REFRESH = """
WITH seen AS (
  SELECT a.id AS alert, a.severity AS before, f.*
  FROM alerts_alert a JOIN alerts_finding f
    ON (f.canary, f.scope, f.subject, f.direction) = (a.canary, a.scope, a.subject, a.direction)
  WHERE f.run_id = %(run)s AND f.outcome IN ('fires', 'holds') AND a.ended_on IS NULL
), refreshed AS (
  UPDATE alerts_alert a
  SET finding_class = s.finding_class, nature = s.nature, severity = s.severity, value = s.value,
      money = s.money, partner_size = s.partner_size, evidence = s.evidence, last_seen = %(as_of)s
  FROM seen s
  WHERE a.id = s.alert AND (
    a.finding_class, a.nature, a.severity, a.value, a.money, a.partner_size, a.evidence,
    a.last_seen
  ) IS DISTINCT FROM (
    s.finding_class, s.nature, s.severity, s.value, s.money, s.partner_size, s.evidence,
    %(as_of)s::date
  )
  RETURNING a.id, s.before, s.severity AS after
)
INSERT INTO alerts_alertchange (alert_id, run_id, change, severity_before, severity_after)
SELECT id, %(run)s,
       CASE WHEN array_position(ARRAY['watch', 'warning', 'critical'], after::text)
               > array_position(ARRAY['watch', 'warning', 'critical'], before::text)
            THEN 'worse' ELSE 'better' END,
       before, after
FROM refreshed WHERE before <> after
ON CONFLICT DO NOTHING
"""

OPEN = """
WITH opened AS (
  INSERT INTO alerts_alert (
    canary, scope, subject, direction, nature, finding_class, severity, value, money,
    partner_size, evidence, baseline, first_seen, last_seen, end_reason
  )
  SELECT f.canary, f.scope, f.subject, f.direction, f.nature, f.finding_class, f.severity,
         f.value, f.money, f.partner_size, f.evidence, c.baseline, %(as_of)s, %(as_of)s, ''
  FROM alerts_finding f JOIN alerts_runcanary c ON (c.run_id, c.canary) = (f.run_id, f.canary)
  WHERE f.run_id = %(run)s AND f.outcome = 'fires'
  ON CONFLICT (canary, scope, subject, direction) WHERE ended_on IS NULL DO NOTHING
  RETURNING id, canary, scope, subject, direction, severity
), concerned AS (
  INSERT INTO alerts_alertpartner (alert_id, partner_id)
  SELECT o.id, unnest(f.partners)
  FROM opened o JOIN alerts_finding f
    ON (f.canary, f.scope, f.subject, f.direction) = (o.canary, o.scope, o.subject, o.direction)
  WHERE f.run_id = %(run)s
)
INSERT INTO alerts_alertchange (alert_id, run_id, change, severity_before, severity_after)
SELECT id, %(run)s, 'opened', '', severity FROM opened
ON CONFLICT DO NOTHING
"""

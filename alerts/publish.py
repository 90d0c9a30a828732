"""Publishing a night: the only writer of an alert's columns. One transaction, set by set."""

from typing import Any

from django.db import connection
from django.utils import timezone

from alerts.canaries import CANARIES
from alerts.health import HEALTH, RECKON, health_params
from alerts.models import Run
from alerts.room import room
from alerts.satisfaction import PER_PARTNER
from alerts.verdicts import Keeps

# Any fixed number: publishing takes turns.
PUBLISH_LOCK = 721_002


def publish(run: Run) -> bool:
    """Let a run's findings open, refresh and end alerts, and make the run the newest.

    A run older than the newest published night is a replay: its findings can be read, and no
    alert is touched. Publishing again what is published already writes nothing.

    Returns:
        Whether anything was written.
    """
    with room():
        _take_turn()
        run.refresh_from_db()
        newest = Run.objects.newest()
        if newest is not None and newest.as_of > run.as_of:
            return _mark(run, replay=True)
        _analyze()
        written = sum(_execute(step, run) for step in STEPS)
        for step in RECKON:
            _execute(step, run)
        written += sum(_execute(step, run) for step in HEALTH)
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


def _analyze() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT analyze_alerts()")


def _execute(statement: str, run: Run) -> int:
    params: dict[str, Any] = {
        "run": run.pk,
        "as_of": run.as_of,
        "events": [canary.name for canary in CANARIES.values() if canary.keeps == Keeps.EVENT],
        "per_partner": PER_PARTNER,
        **health_params(),
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return int(cursor.rowcount)


END = """
WITH ended AS (
  UPDATE alerts_alert a
  SET ended_on = %(as_of)s, last_seen = %(as_of)s,
      end_reason = left(coalesce(
        f.evidence ->> 'end_reason',
        CASE WHEN f.outcome = 'clears' THEN 'back under the threshold'
             ELSE 'turned the other way' END
        || coalesce(', at ' || trunc(f.value, 2) || '%%', '')), 200)
  FROM alerts_finding f
  WHERE f.run_id = %(run)s AND a.ended_on IS NULL
    AND (a.canary, a.scope, a.subject) = (f.canary, f.scope, f.subject)
    AND CASE WHEN a.canary = ANY(%(events)s)
             THEN f.outcome = 'clears' AND f.direction IN ('', a.direction)
             ELSE f.outcome = 'clears'
               OR (f.outcome IN ('fires', 'holds') AND f.direction <> a.direction) END
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
  WHERE a.ended_on IS NULL AND p.merged_on <= %(as_of)s
    AND (a.scope = 'partner' AND a.subject = p.id
      OR a.scope = 'satisfaction' AND a.subject / %(per_partner)s = p.id)
  RETURNING a.id, a.severity
)
INSERT INTO alerts_alertchange (alert_id, run_id, change, severity_before, severity_after)
SELECT id, %(run)s, 'ended', severity, severity FROM ended
ON CONFLICT DO NOTHING
"""

REFRESH = """
WITH seen AS (
  SELECT a.id AS alert, a.severity AS before, f.*,
         a.archived_on IS NOT NULL AND f.outcome = 'fires' AS again
  FROM alerts_alert a JOIN alerts_finding f
    ON (f.canary, f.scope, f.subject, f.direction) = (a.canary, a.scope, a.subject, a.direction)
  WHERE f.run_id = %(run)s AND f.outcome IN ('fires', 'holds') AND a.ended_on IS NULL
), refreshed AS (
  UPDATE alerts_alert a
  SET finding_class = s.finding_class, nature = s.nature, severity = s.severity, value = s.value,
      money = s.money, partner_size = s.partner_size, evidence = s.evidence,
      last_seen = %(as_of)s, archived_on = CASE WHEN s.again THEN NULL ELSE a.archived_on END
  FROM seen s
  WHERE a.id = s.alert AND (
    a.finding_class, a.nature, a.severity, a.value, a.money, a.partner_size, a.evidence,
    a.last_seen
  ) IS DISTINCT FROM (
    s.finding_class, s.nature, s.severity, s.value, s.money, s.partner_size, s.evidence,
    %(as_of)s::date
  )
  RETURNING a.id, s.before, s.severity AS after, s.again
)
INSERT INTO alerts_alertchange (alert_id, run_id, change, severity_before, severity_after)
SELECT id, %(run)s,
       CASE WHEN again THEN 'opened'
            WHEN array_position(ARRAY['watch', 'warning', 'critical'], after::text)
               > array_position(ARRAY['watch', 'warning', 'critical'], before::text)
            THEN 'worse' ELSE 'better' END,
       before, after
FROM refreshed WHERE before <> after OR again
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
)
INSERT INTO alerts_alertchange (alert_id, run_id, change, severity_before, severity_after)
SELECT id, %(run)s, 'opened', '', severity FROM opened
ON CONFLICT DO NOTHING
"""

# Whom an alert concerns only ever grows: who worked on it keeps seeing it.
CONCERN = """
INSERT INTO alerts_alertpartner (alert_id, partner_id)
SELECT a.id, concerned.partner
FROM alerts_alert a
JOIN alerts_finding f
  ON (f.canary, f.scope, f.subject, f.direction) = (a.canary, a.scope, a.subject, a.direction)
CROSS JOIN LATERAL unnest(f.partners) AS concerned(partner)
WHERE f.run_id = %(run)s AND f.outcome IN ('fires', 'holds') AND a.ended_on IS NULL
  AND NOT EXISTS (SELECT FROM alerts_alertpartner known
    WHERE known.alert_id = a.id AND known.partner_id = concerned.partner)
ON CONFLICT DO NOTHING
"""

# Nothing new is said of an event: it has aged, and has not healed.
ARCHIVE = """
UPDATE alerts_alert a SET archived_on = %(as_of)s
WHERE a.ended_on IS NULL AND a.archived_on IS NULL AND a.canary = ANY(%(events)s)
  AND EXISTS (SELECT FROM alerts_runcanary c
    WHERE c.run_id = %(run)s AND c.canary = a.canary)
  AND NOT EXISTS (SELECT FROM alerts_finding f
    WHERE f.run_id = %(run)s AND (f.canary, f.scope, f.subject) = (a.canary, a.scope, a.subject)
      AND (f.outcome = 'unknown'
        OR (f.outcome IN ('fires', 'holds') AND f.direction = a.direction)))
"""

# Sources that disagree are a task for somebody, never an alert.
CLEAR_UP = """
INSERT INTO partners_action (public_id, partner_id, title, details, owner_id, due_on, status,
  shared, origin, origin_id, figure, outcome)
SELECT gen_random_uuid(), p.id, left(f.evidence ->> 'task', 200), f.evidence ->> 'reason',
  coalesce(m.manager_id, somebody.id), %(as_of)s::date + 14, 'open', false, 'data',
  (f.evidence ->> 'task_id')::uuid, '', ''
FROM alerts_finding f
JOIN partners_partner p ON p.id = f.partners[1]
LEFT JOIN partners_partnermanager m ON m.partner_id = p.id AND m.valid @> %(as_of)s::date
LEFT JOIN LATERAL (SELECT id FROM accounts_user WHERE role = 'admin' AND is_active
  ORDER BY id LIMIT 1) AS somebody ON true
WHERE f.run_id = %(run)s AND f.evidence ? 'task_id'
  AND coalesce(m.manager_id, somebody.id) IS NOT NULL
  AND NOT EXISTS (SELECT FROM partners_action done
    WHERE done.origin = 'data' AND done.origin_id = (f.evidence ->> 'task_id')::uuid)
"""

STEPS = (END, MERGED, REFRESH, OPEN, CONCERN, ARCHIVE, CLEAR_UP)

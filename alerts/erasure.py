"""Alerts and findings name who left: after an erasure they do no more."""

import datetime as dt
from collections.abc import Collection
from typing import Any

from django.db import connection

from channelhub.lib.erasure import ERASED

FORGET = """
UPDATE {table} SET evidence = jsonb_set(evidence, '{{people}}', (
  SELECT jsonb_agg(CASE
    WHEN told ->> 'name' = ANY(%(names)s) AND told ->> 'left' = ANY(%(days)s)
    THEN told || jsonb_build_object('name', %(erased)s::text,
      'where_to', CASE WHEN told ->> 'where_to' = '' THEN '' ELSE %(erased)s END)
    ELSE told END ORDER BY place)
  FROM jsonb_array_elements(evidence -> 'people') WITH ORDINALITY AS listed (told, place)))
WHERE canary = 'key-talent-loss'
  AND EXISTS (SELECT FROM jsonb_array_elements(evidence -> 'people') AS told
    WHERE told ->> 'name' = ANY(%(names)s))
"""


def forget_leaver(names: Collection[str], left_on: Collection[dt.date]) -> None:
    """Overwrite names, and where they went, in what was found of these departures."""
    days = [str(day) for day in left_on]
    params: dict[str, Any] = {"names": list(names), "days": days, "erased": ERASED}
    with connection.cursor() as cursor:
        for table in ("alerts_alert", "alerts_finding"):
            cursor.execute(FORGET.format(table=table), params)

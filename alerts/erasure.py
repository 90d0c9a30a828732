"""Alerts and findings name who left: after an erasure they do no more."""

import datetime as dt
from collections.abc import Collection
from typing import Any

from django.db import connection

from channelhub.lib.erasure import ERASED

FORGET = """
UPDATE {table} SET evidence = jsonb_set(evidence, '{{people}}', (
  SELECT jsonb_agg(CASE
    WHEN told ->> 'name' = %(name)s AND told ->> 'left' = ANY(%(days)s)
    THEN told || jsonb_build_object('name', %(erased)s::text,
      'where_to', CASE WHEN told ->> 'where_to' = '' THEN '' ELSE %(erased)s END)
    ELSE told END ORDER BY place)
  FROM jsonb_array_elements(evidence -> 'people') WITH ORDINALITY AS listed (told, place)))
WHERE canary = 'key-talent-loss'
  AND evidence -> 'people' @> jsonb_build_array(jsonb_build_object('name', %(name)s::text))
"""


def forget_leaver(name: str, left_on: Collection[dt.date]) -> None:
    """Overwrite a name, and where they went, in what was found of these departures."""
    params: dict[str, Any] = {"name": name, "days": [str(day) for day in left_on], "erased": ERASED}
    with connection.cursor() as cursor:
        for table in ("alerts_alert", "alerts_finding"):
            cursor.execute(FORGET.format(table=table), params)

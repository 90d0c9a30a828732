"""Which of our records have names like those that a file says: by trigrams, in the database.

The whole name may be alike, or a part of it: "Brightmor" is a part of "Brightmoor Systems Ltd".
"""

from collections.abc import Sequence

from django.db import connection, models

from imports.kinds import Candidate

AT_MOST = 5

ALIKE = """
SELECT asked.text, found.public_id, found.label, found.alike
FROM unnest(%(texts)s::text[]) AS asked (text)
CROSS JOIN LATERAL (
  SELECT public_id, {label} AS label, greatest(similarity(upper(name), upper(asked.text)),
    word_similarity(upper(asked.text), upper(name))) AS alike
  FROM {table}
  WHERE (upper(name) %% upper(asked.text) OR upper(name) %%> upper(asked.text)) AND {where}
  ORDER BY alike DESC, id LIMIT {most}
) AS found
"""


def most_alike(
    model: type[models.Model], texts: Sequence[str], *, label: str = "name", where: str = "true"
) -> dict[str, list[Candidate]]:
    """The records of a model with `public_id` and an indexed `upper(name)`, for each text.

    Args:
        model: where to look.
        texts: what the file says.
        label: SQL of what a person reads of a record.
        where: SQL that limits the records.
    """
    statement = ALIKE.format(table=model._meta.db_table, label=label, where=where, most=AT_MOST)
    found: dict[str, list[Candidate]] = {text: [] for text in texts}
    with connection.cursor() as cursor:
        cursor.execute(statement, {"texts": list(texts)})
        for text, public_id, name, alike in cursor.fetchall():
            found[text].append(Candidate(public_id=str(public_id), label=name, alike=alike))
    return found

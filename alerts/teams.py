"""Direct teams as subjects: a team has a name and no record of its own."""

from collections.abc import Collection

from django.db import connection

NO_TEAM = "Direct sales without a team"
# The key that a finding keeps of a team's name: never negative, within the range of all subjects.
TEAM_KEY = "(hashtextextended({team}, 0) & 4611686018427387903)"

NAMES = f"""
SELECT {TEAM_KEY.format(team="direct_team")}, direct_team FROM (
  SELECT direct_team FROM deals_breach UNION SELECT direct_team FROM deals_directopportunity
) AS named
WHERE {TEAM_KEY.format(team="direct_team")} = ANY(%(keys)s)
"""  # noqa: S608 - an expression of our own


def team_names(keys: Collection[int]) -> dict[int, str]:
    """The names of direct teams by their keys."""
    with connection.cursor() as cursor:
        cursor.execute(NAMES, {"keys": list(keys)})
        return {key: name or NO_TEAM for key, name in cursor.fetchall()}

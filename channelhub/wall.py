"""The second wall: what the database shows and lets change while it answers a partner's people.

The list below is all there is for them. A table that is not in it is closed, so that a new one is
until somebody thinks of it; `migrate` brings the database to what stands here (decision 0013).
"""

import dataclasses
import hashlib

from django.db import connection, transaction

from channelhub.lib.roles import APP, PARTNER

READ = ("SELECT",)
ADD = ("SELECT", "INSERT")
WRITE = ("SELECT", "INSERT", "UPDATE")
KEEP = ("SELECT", "INSERT", "DELETE")
NOTE = ("INSERT",)

KEY = "NULLIF(current_setting('channelhub.partner', true), '')::bigint"
OWN = f"partner_id = {KEY}"
SOURCES = "partners_partnersource"
SENT = "options -> 'locked' <> '{}'"
CONTEXT = "NULLIF(current_setting('pghistory.context_id', true), '')::uuid"
COLLEAGUES = f"(SELECT user_id FROM partners_membership WHERE {OWN})"  # noqa: S608 - no input


@dataclasses.dataclass(frozen=True)
class Opening:
    """What partners' people may do with those rows of a table for which `rows` is true.

    `changes` narrows the rows that they may change, where those are fewer than they read.
    """

    table: str
    rows: str = OWN
    grants: tuple[str, ...] = READ
    changes: str = ""

    def statements(self) -> list[str]:
        """What opens a table that is closed."""
        on = f"ON {self.table}"
        command = "SELECT" if self.changes else "ALL"
        built = [
            f"ALTER TABLE {self.table} ENABLE ROW LEVEL SECURITY",
            f"CREATE POLICY {APP} {on} TO {APP} USING (true)",
            f"CREATE POLICY {PARTNER} {on} FOR {command} TO {PARTNER} USING ({self.rows})",
            f"GRANT {', '.join(self.grants)} {on} TO {PARTNER}",
        ]
        if self.changes:
            built.append(
                f"CREATE POLICY {PARTNER}_changes {on} FOR UPDATE TO {PARTNER} "
                f"USING ({self.changes})"
            )
        return built

    @property
    def mark(self) -> str:
        """What the database keeps of it, to tell whether it is open in just this way."""
        return hashlib.sha256(";".join(self.statements()).encode()).hexdigest()


def of(parent: str, column: str, *, key: str = "id") -> str:
    """True for rows of a parent that the wall shows: the parent's own policy judges."""
    return f"{column} IN (SELECT {key} FROM {parent})"  # noqa: S608 - no input


def everybody(table: str) -> Opening:
    """What is the same for whoever asks, and no partner's."""
    return Opening(table, rows="true")


def noted(table: str, rows: str = OWN) -> Opening:
    """History that triggers write down and that partners' people do not read."""
    return Opening(table, rows=rows, grants=NOTE)


ACCOUNTS = (
    everybody("accounts_organisation"),
    everybody("accounts_holiday"),
    everybody("accounts_fiscalperiod"),
    # Those of ours are named to them; every look-up is by key, so that OR costs no index.
    Opening(
        "accounts_user",
        rows=f"role NOT IN ('partner-admin', 'partner-rep') OR id IN {COLLEAGUES}",
        grants=("SELECT", "UPDATE"),
        changes=f"id IN {COLLEAGUES}",
    ),
    noted("accounts_userevent", f"pgh_obj_id IN {COLLEAGUES}"),
    Opening("knox_authtoken", rows=f"user_id IN {COLLEAGUES}", grants=KEEP),
    Opening("accounts_apitoken", rows=of("knox_authtoken", "secret_id", key="digest"), grants=KEEP),
    Opening("accounts_idempotentcall", rows=f"user_id IN {COLLEAGUES}", grants=WRITE),
    # Who decided: the transaction's own row, which the triggers write.
    Opening("pghistory_context", rows=f"id = {CONTEXT}", grants=WRITE),
)
IMPORTS = (
    Opening("imports_source", rows=of(SOURCES, "id", key="source_id")),
    # What our people do with a partner's source is not its to see: it cannot say some fields.
    Opening("imports_import", rows=f"{SENT} AND {of(SOURCES, 'source_id', key='source_id')}"),
    Opening("imports_rejectedrow", rows=of("imports_import", "load_id")),
)
PARTNERS = (
    # Verbs lock the row, which takes the right to change something: its key, to what it is.
    Opening("partners_partner", rows=f"id = {KEY}", grants=("SELECT", "UPDATE (id)")),
    Opening("partners_membership"),
    Opening("partners_invitation", grants=WRITE),
    noted("partners_invitationevent"),
    Opening("partners_partnerstatus"),
    Opening("partners_partnertier"),
    Opening("partners_partnerterritory"),
    Opening("partners_partnermanager"),
    Opening("partners_partnerfiscalperiod"),
    Opening("partners_partnerexternalid"),
    Opening("partners_partnersource"),
    Opening("partners_action", rows=f"{OWN} AND shared"),
    Opening("partners_person", grants=WRITE),
    noted("partners_personevent"),
    Opening("partners_departure", rows=of("partners_person", "person_id"), grants=WRITE),
    noted("partners_departureevent", of("partners_person", "person_id")),
    Opening("partners_ownresult", grants=WRITE),
    noted("partners_ownresultevent"),
)
SALES = (
    everybody("sales_productline"),
    Opening("sales_month"),
    Opening("sales_salesdispute", grants=ADD),
    noted("sales_salesdisputeevent"),
)
# Registrations are written by verbs that act as the application (`roles.acting_as_app`).
DEALS = (
    everybody("deals_rulesofengagement"),
    everybody("deals_terms"),
    everybody("deals_reviewteam"),
    everybody("deals_teamholiday"),
    Opening("deals_deal"),
    Opening("deals_dealline"),
    Opening("deals_dealstep", rows=f"{OWN} AND NOT internal"),
    Opening("deals_dealrole"),
    Opening("deals_dealfile", rows=f"{OWN} AND NOT internal"),
    Opening("deals_protection"),
    Opening("deals_extensionrequest"),
    Opening("deals_appeal"),
    Opening("deals_unclearflag"),
    Opening("deals_authorisation"),
    Opening("deals_certification"),
    Opening("deals_target"),
    # Suspicions of ours name who of us did what.
    Opening("deals_breach", rows=f"{OWN} AND kind = 'filed'"),
)
SAID = (
    "id, public_id, partner_id, respondent, answered_on, scale, score, cause, comment, known_on,"
    " known_until"
)
# Its own service; of what was said of working with it, never who said it.
SATISFACTION = (
    Opening("satisfaction_servicemonth", rows=f"{OWN} AND known_until IS NULL"),
    Opening(
        "satisfaction_surveyanswer",
        rows=f"{OWN} AND known_until IS NULL AND cause = 'partner' AND respondent <> 'partner'",
        grants=(f"SELECT ({SAID})",),
    ),
)
# What of a review is ours alone is an internal comment or a packet: both are closed to them.
REVIEWS = (
    Opening("reviews_review"),
    Opening(
        "reviews_reviewcomment", rows=f"kind <> 'internal' AND {of('reviews_review', 'review_id')}"
    ),
    Opening("reviews_publishedpacket", rows=of("reviews_review", "review_id")),
)
OPENINGS = (*ACCOUNTS, *IMPORTS, *PARTNERS, *SALES, *DEALS, *SATISFACTION, *REVIEWS)

STANDING = """
SELECT c.relname, obj_description(p.oid, 'pg_policy')
FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid
WHERE p.polname = %s AND c.relnamespace = 'public'::regnamespace
"""


def build() -> list[str]:
    """Open what the list opens and close all else; run as the owner. Returns what it changed.

    A table that is as it should be is not touched: its locks are felt by everybody.
    """
    wanted = {opening.table: opening for opening in OPENINGS}
    changed = []
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(STANDING, [PARTNER])
        marks = dict(cursor.fetchall())
        for table in sorted({*wanted, *marks}):
            if table in wanted and marks.get(table) == wanted[table].mark:
                continue
            changed.append(table)
            for statement in (*_closing(table), *_opening(wanted.get(table))):
                cursor.execute(statement)
    return changed


def _opening(opening: Opening | None) -> list[str]:
    if opening is None:
        return []
    mark = f"COMMENT ON POLICY {PARTNER} ON {opening.table} IS '{opening.mark}'"
    return [*opening.statements(), mark]


def _closing(table: str) -> list[str]:
    policies = (APP, PARTNER, f"{PARTNER}_changes")
    return [
        *(f"DROP POLICY IF EXISTS {policy} ON {table}" for policy in policies),
        f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
        f"REVOKE ALL ON {table} FROM {PARTNER}",
    ]

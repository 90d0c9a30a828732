"""What the database refuses about partners, in words."""

from contextlib import AbstractContextManager

from channelhub.lib.promises import in_words

NUMBER_TAKEN = "Another partner has this number. Choose a different one."
EXTERNAL_ID_TAKEN = "This source calls another partner by this id. Remove it there first."
PERIODS_OVERLAP = "This overlaps a fiscal period recorded already. Correct the days."

ADDRESS_TAKEN = "Another person at this partner has this address."
GONE_ALREADY = "They are recorded as having left already."
SEEN_ALREADY = "Somebody has just written down the same source, basis and day. Look again."
TOLD_ALREADY = "Somebody has just recorded this year. Look again."

# Constraint: the field it is about, and what to do.
PROMISES = {
    "partners_partner_number_key": ("number", NUMBER_TAKEN),
    "one_partner_per_external_id": ("external_id", EXTERNAL_ID_TAKEN),
    "one_person_per_partner_and_address": ("email", ADDRESS_TAKEN),
    "person_is_gone_once": ("left_on", GONE_ALREADY),
    "one_observation_per_source_basis_and_day": ("observed_on", SEEN_ALREADY),
    "one_statement_of_a_year_a_day": ("end", TOLD_ALREADY),
    "partner_years_do_not_overlap": ("start", PERIODS_OVERLAP),
}


def promises() -> AbstractContextManager[None]:
    """Run a write in a savepoint.

    Raises:
        ValidationError: the database keeps a promise that the write would break.
    """
    return in_words(PROMISES)

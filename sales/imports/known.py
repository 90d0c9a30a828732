"""From which day on what a load says is known, and when it is known to be wrong."""


def told_on(date: str, lag: str) -> str:
    """SQL of the day at whose end a load's word on a date was known.

    A load of history counts from the close of the month plus the feed's lag, but never after
    today; any other from today. It asks for `history` and `today`.

    Args:
        date: SQL of the date that is spoken of.
        lag: SQL of the feed's days of lag.
    """
    close = f"(date_trunc('month', {date}::timestamp) + interval '1 month')::date - 1"
    return f"CASE WHEN %(history)s THEN least(%(today)s, {close} + {lag}) ELSE %(today)s END"


def taken_back_on(known_on: str) -> str:
    """SQL of the day from whose end on what was known from `known_on` is known to be wrong.

    A load of history is taken back as if its rows had never been known, so that its correction,
    loaded as history again, counts once in what was known then; any other as of today. It asks
    for `history` (of the load that is undone) and `today`.
    """
    return f"CASE WHEN %(history)s THEN {known_on} ELSE greatest(%(today)s, {known_on}) END"

"""A new installation reviews on the organisation's calendar, by the usual rules."""

import datetime as dt
from typing import Any

from django.db import migrations

TEXT = """1. A registration is complete with the customer, its web domain and country, the product line, the amount, the expected close, what you have done so far, and whether it is a public tender. The time at which it was complete counts.
2. We decide within two working days of the reviewing team. While we wait for your answer the clock stands still; an answer within five working days keeps your place in time.
3. An approved registration protects the product line at the customer (legal entity and country) for 90 days, for you alone. Tenders are approved for several partners.
4. You may ask once for 30 more days. Without any sign of life for 20 days we ask; after 45 days, and seven days' notice, the protection is released.
5. Whoever is authorised for the product line and the territory and was complete first holds the registration. Direct opportunities of ours that were logged earlier and were active within 60 days come before it. What the rules leave open an arbiter decides.
6. A rejection has a reason. You may appeal within five working days; both sides' words are kept.
7. Our direct sales does not work on a customer and product line that is protected for you. Tell us when it does: we keep a ledger of breaches and answer each."""


def begin(apps: Any, _schema_editor: Any) -> None:
    organisation = apps.get_model("accounts", "Organisation").objects.first()
    if organisation is None:
        return
    apps.get_model("deals", "ReviewTeam").objects.create(
        name="Deal desk",
        everything_else=True,
        time_zone=organisation.time_zone,
        working_days=organisation.working_days,
    )
    rules = apps.get_model("deals", "RulesOfEngagement").objects.create(
        version=1, effective_from=dt.date(2000, 1, 1), text=TEXT
    )
    apps.get_model("deals", "Terms").objects.create(rules=rules)


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0002_organisation"),
        ("deals", "0002_promises"),
    ]

    operations = [migrations.RunPython(begin, migrations.RunPython.noop)]

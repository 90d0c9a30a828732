from typing import Any

from django.db import migrations


def create_organisation(apps: Any, _schema_editor: Any) -> None:
    apps.get_model("accounts", "Organisation").objects.get_or_create(pk=1)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [migrations.RunPython(create_organisation, migrations.RunPython.noop)]

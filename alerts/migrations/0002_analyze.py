from django.db import migrations

# The app role may not analyze what the owner owns; planning on last night's statistics made
# publishing sixty times slower.
CREATE = """
CREATE FUNCTION analyze_alerts() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  ANALYZE alerts_finding;
  ANALYZE alerts_alert;
  ANALYZE alerts_alertpartner;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("alerts", "0001_initial")]

    operations = [migrations.RunSQL(CREATE, "DROP FUNCTION analyze_alerts()")]

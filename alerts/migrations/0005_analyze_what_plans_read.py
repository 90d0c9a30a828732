from django.db import migrations

# Evidence is long and nothing is found by it: sampling it took longer than all other columns.
STATEMENT = """
CREATE OR REPLACE FUNCTION analyze_alerts() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  ANALYZE alerts_finding{finding};
  ANALYZE alerts_alert{alert};
  ANALYZE alerts_alertpartner;
END $$;
"""
ALL = STATEMENT.format(finding="", alert="")
READ = STATEMENT.format(
    finding=" (id, run_id, canary, scope, subject, direction, nature, outcome, finding_class)",
    alert=" (id, canary, scope, subject, direction, nature, ended_on, archived_on)",
)


class Migration(migrations.Migration):
    dependencies = [("alerts", "0004_say_what_moving_means")]

    operations = [migrations.RunSQL(READ, ALL)]

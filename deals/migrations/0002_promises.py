"""What models cannot say: children of their partner's deal, protections that follow merges."""

from django.db import migrations

CHILDREN = ("dealline", "dealstep", "dealrole", "protection", "extensionrequest", "appeal",
            "unclearflag", "breach")

OWN = "ALTER TABLE deals_{child} ADD CONSTRAINT {child}_of_its_partner FOREIGN KEY (partner_id, deal_id) REFERENCES deals_deal (partner_id, id) DEFERRABLE INITIALLY DEFERRED"
DISOWN = "ALTER TABLE deals_{child} DROP CONSTRAINT {child}_of_its_partner"

# The customer that is protected: a site's legal entity, and of a merged one what it counts with.
PROTECTED = """
CREATE FUNCTION deals_protected_customer(customer bigint) RETURNS bigint
LANGUAGE sql STABLE AS $$
  SELECT coalesce(up.merged_into_id, up.id, own.id)
  FROM customers_customer typed
  JOIN customers_customer own ON own.id = coalesce(typed.merged_into_id, typed.id)
  LEFT JOIN customers_customer up
    ON up.id = own.parent_id AND own.level = 'site' AND up.level = 'entity'
  WHERE typed.id = customer
$$
"""

# An approval locks the customer by its number first; so does a merge, in their order.
LOCK = """
CREATE FUNCTION deals_lock_customer(customer bigint) RETURNS void
LANGUAGE sql AS $$ SELECT pg_advisory_xact_lock(hashtextextended('customer ' || customer, 0)) $$
"""

# The organisation's day; a session that is told another day (see channelhub.today) takes that.
TODAY = """
CREATE FUNCTION deals_today() RETURNS date LANGUAGE sql STABLE AS $$
  SELECT coalesce(nullif(current_setting('channelhub.today', true), '')::date,
    (now() AT TIME ZONE (SELECT time_zone FROM accounts_organisation))::date)
$$
"""

# What protected before today did so at the customer it was for; what is left of it moves.
FOLLOW = """
CREATE FUNCTION deals_follow_customer() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  root bigint;
  today date := deals_today();
  held deals_protection;
BEGIN
  FOR root IN
    SELECT DISTINCT r FROM unnest(ARRAY[
      NEW.id, NEW.merged_into_id, OLD.merged_into_id, NEW.parent_id, OLD.parent_id]) AS r
    WHERE r IS NOT NULL ORDER BY r
  LOOP
    PERFORM deals_lock_customer(root);
  END LOOP;
  FOR held IN
    SELECT p.* FROM deals_protection p JOIN deals_deal d ON d.id = p.deal_id
    WHERE upper(p.during) > today
      AND d.customer_id IN (SELECT NEW.id UNION SELECT id FROM customers_customer
        WHERE parent_id = NEW.id OR merged_into_id = NEW.id)
    ORDER BY p.id
  LOOP
    SELECT deals_protected_customer(customer_id) INTO root FROM deals_deal
    WHERE id = held.deal_id;
    CONTINUE WHEN root = held.root_customer_id;
    UPDATE deals_protection SET root_customer_id = root,
      during = daterange(greatest(lower(held.during), today), upper(held.during))
    WHERE id = held.id;
    IF lower(held.during) < today THEN
      INSERT INTO deals_protection (line_id, deal_id, partner_id, root_customer_id,
        product_line_id, during, exclusive, ground)
      VALUES (held.line_id, held.deal_id, held.partner_id, held.root_customer_id,
        held.product_line_id, daterange(lower(held.during), today), held.exclusive, held.ground);
    END IF;
  END LOOP;
  RETURN NULL;
EXCEPTION WHEN exclusion_violation THEN
  RAISE EXCEPTION 'Both customers have a live protection for the same product line. Decide first which partner''s holds: withdraw or release the other one.'
    USING ERRCODE = 'exclusion_violation', CONSTRAINT = 'one_live_protection';
END $$
"""

TRIGGER = """
CREATE TRIGGER protections_follow AFTER UPDATE OF merged_into_id, parent_id, level
ON customers_customer FOR EACH ROW
WHEN (OLD.merged_into_id IS DISTINCT FROM NEW.merged_into_id
  OR OLD.parent_id IS DISTINCT FROM NEW.parent_id OR OLD.level <> NEW.level)
EXECUTE FUNCTION deals_follow_customer()
"""


class Migration(migrations.Migration):

    dependencies = [
        ("deals", "0001_registrations"),
    ]

    operations = [
        *(
            migrations.RunSQL(OWN.format(child=child), DISOWN.format(child=child))
            for child in CHILDREN
        ),
        migrations.RunSQL(PROTECTED, "DROP FUNCTION deals_protected_customer(bigint)"),
        migrations.RunSQL(LOCK, "DROP FUNCTION deals_lock_customer(bigint)"),
        migrations.RunSQL(TODAY, "DROP FUNCTION deals_today()"),
        migrations.RunSQL(FOLLOW, "DROP FUNCTION deals_follow_customer()"),
        migrations.RunSQL(TRIGGER, "DROP TRIGGER protections_follow ON customers_customer"),
    ]

"""Keys by which customers are found under names that are alike, and what people said of such."""

from django.conf import settings
from django.db import migrations, models
import customers.models.customers
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.utils.timezone
import pgtrigger.compiler
import pgtrigger.migrations

# Legal forms and joining words tell nothing, wherever they stand. The list is frozen here, as it
# is part of indexes: a longer one needs a migration that makes those anew.
NOTHING_TOLD = """
    3ao 3at a aat ab ad adsitz ae ag aj akc akciova akcyjna aktiebolag aktiengesellschaft
    aktieselskab amba an and anpartsselskab ans ao aps as asa at ay azioni ba beschraenkter
    beschrankter besloten bhd bl bm bt bv bvba by ca cic cio cjsc co cokg col comm company
    coop corp corporation cpt cra crl cv cvba cvoa cxa dat dd de del della der des di dno do
    doo dooel du e ead ec ee eeig eg ehf eingetragener eireli eirl ek el en ent ep epe esv
    et etat eu eurl ev fa fcp fie fkf fmba fop for fuer gbr ges gesbr gesellschaft gie gk
    gmbh godo gp gs gte haftung haftungsbeschraenkt haftungsbeschrankt handelsgesellschaft
    hb het hf i ij ik iks im in inc incorporated incorporation is jsc jtd kabushiki kaisha
    kb kd kda kf kft kg kgaa kht kk kkt kom kommanditgesellschaft koop ks kt kv ky la las lc
    lda le les liability limitada limitata limited limitee llc lllp llp los lp ltd ltda mb
    mbh mchj mepe mi mit naamlooze naamloze nuf nv nyrt oaj oao obch obrt od oe of og ohf
    ohg ojsc on ong oo ood ooo or osakeyhtio ou oue ovee oy oyj pao par partg pc peec per
    pjsc pk plc pllc por pp proprietary ps pse psu pt pte pty pvt qk qmj responsabilita
    responsabilite rhf rl rt sa saa sab sad sae sagl sal saoc saog sapa sapi sarl sas sasu
    sau sc sca sccl scei scop scpa scrl scs sdn se secs sep ses sf sgps sgr sh sia sicav
    simplifiee ska sl sll slne slu sm smba snc soc sociedade sogepa sp spa spol spolka sprl
    srl sro ss stg tapui tdv te ten teo ter the tmi to tov uab ud ug ultd und unlimited
    unltd van vat vea vennootschap verein vof vom von vos vzw xk xt xxk y yk yoaj yugen zao
    zat zoo zrt zu zum zur
"""

# In small letters without accents; letters that stand alone are one word. Named with their schema,
# for indexes are made and dumps restored without a search path.
WORDS = rf"""
CREATE FUNCTION public.customer_name_words(name text) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  plain text := lower(name);
  words text[];
  telling text[];
BEGIN
  IF plain ~ '[^ -~]' THEN
    plain := regexp_replace(normalize(replace(replace(replace(replace(replace(plain,
      'ß', 'ss'), 'ø', 'o'), 'ł', 'l'), 'æ', 'ae'), 'đ', 'd'), NFKD), '[\u0300-\u036f]', '', 'g');
  END IF;
  plain := regexp_replace(translate(plain, U&'''`\2019\00b4', ''), '[^[:alnum:]]+', ' ', 'g');
  words := string_to_array(btrim(regexp_replace(plain, '(?<=\m\w) (?=\w\M)', '', 'g')), ' ');
  telling := ARRAY(SELECT word FROM unnest(words) AS word
    WHERE word <> ALL ('{{{",".join(NOTHING_TOLD.split())}}}'::text[]));
  RETURN CASE WHEN telling = '{{}}' THEN words ELSE telling END;
END $$
"""  # noqa: S608 - a list of our own

KEY = """
CREATE FUNCTION public.customer_name_key(name text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
  RETURN array_to_string(public.customer_name_words(name), '');
END $$
"""

# What survives one slip of the pen: a word beside the first or the last three letters of another;
# of a name of one word, what is left of it without one of its letters.
PAIRS = """
CREATE FUNCTION public.customer_name_pairs(name text) RETURNS integer[]
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  words text[] := (public.customer_name_words(name))[1:4];
  found integer[] := '{}';
  one text;
  other text;
BEGIN
  IF cardinality(words) = 1 THEN
    one := left(words[1], 24);
    found := ARRAY[hashtext('1' || one)];
    FOR place IN 1..length(one) LOOP
      found := found || hashtext('1' || overlay(one PLACING '' FROM place FOR 1));
    END LOOP;
    RETURN found;
  END IF;
  FOREACH one IN ARRAY words LOOP
    FOREACH other IN ARRAY words LOOP
      IF one <> other THEN
        found := found || hashtext('2' || one || ' ' || left(other, 3))
          || hashtext('3' || one || ' ' || right(other, 3));
      END IF;
    END LOOP;
  END LOOP;
  RETURN found;
END $$
"""

KEYS = """
CREATE FUNCTION public.customer_name_keys(name text) RETURNS integer[]
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  found integer[] := public.customer_name_pairs(name);
  one text;
BEGIN
  FOREACH one IN ARRAY public.customer_name_words(name) LOOP
    found := found || hashtext('w' || one);
  END LOOP;
  RETURN found;
END $$
"""

# One key at a time, and of each a number that keeps crowded ones from drowning the others. A plan
# that is made once serves all keys: it must not be one that reads the whole table or an index of it.
NEAR = """
CREATE FUNCTION public.customers_near(asked text, telling text[], each integer, most integer)
RETURNS TABLE (customer_id bigint, called text, shared bigint)
LANGUAGE plpgsql STABLE STRICT
SET enable_seqscan = off SET enable_indexscan = off SET enable_indexonlyscan = off AS $$
DECLARE
  keys integer[] := public.customer_name_pairs(asked)
    || ARRAY(SELECT hashtext('w' || word) FROM unnest(telling) AS word);
BEGIN
  RETURN QUERY
  SELECT found.id, found.name::text, sum(found.weight)::bigint FROM (
    SELECT c.id, c.name, 100 AS weight FROM public.customers_customer c
      WHERE public.customer_name_key(c.name) = public.customer_name_key(asked)
    UNION ALL
    SELECT a.customer_id, a.name, 100 FROM public.customers_customeralias a
      WHERE public.customer_name_key(a.name) = public.customer_name_key(asked)
    UNION ALL
    SELECT near.id, near.name, 1 FROM unnest(keys) AS key CROSS JOIN LATERAL (
      SELECT c.id, c.name FROM public.customers_customer c
      WHERE public.customer_name_keys(c.name) && ARRAY[key] LIMIT each) AS near
    UNION ALL
    SELECT near.customer_id, near.name, 1 FROM unnest(keys) AS key CROSS JOIN LATERAL (
      SELECT a.customer_id, a.name FROM public.customers_customeralias a
      WHERE public.customer_name_keys(a.name) && ARRAY[key] LIMIT each) AS near
  ) AS found
  GROUP BY 1, 2 ORDER BY 3 DESC, 1 LIMIT most;
END $$
"""


def _function(sql: str, signature: str) -> migrations.RunSQL:
    return migrations.RunSQL(sql, f"DROP FUNCTION public.{signature}")


class Migration(migrations.Migration):

    dependencies = [
        ('customers', '0003_history_of_external_ids'),
        ('pghistory', '0007_auto_20250421_0444'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        _function(WORDS, "customer_name_words(text)"),
        _function(KEY, "customer_name_key(text)"),
        _function(PAIRS, "customer_name_pairs(text)"),
        _function(KEYS, "customer_name_keys(text)"),
        _function(NEAR, "customers_near(text, text[], integer, integer)"),
        migrations.CreateModel(
            name='SaidOfAccount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name_key', models.TextField()),
                ('country', models.CharField(blank=True, default='', max_length=2)),
                ('same', models.BooleanField()),
                ('name', models.CharField(max_length=200, verbose_name='as it was written')),
                ('said_at', models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                'verbose_name': 'verdict on an account',
            },
        ),
        migrations.CreateModel(
            name='SaidOfAccountEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('name_key', models.TextField()),
                ('country', models.CharField(blank=True, default='', max_length=2)),
                ('same', models.BooleanField()),
                ('name', models.CharField(max_length=200, verbose_name='as it was written')),
                ('said_at', models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddIndex(
            model_name='customer',
            index=models.Index(customers.models.customers.NameKey('name'), name='customer_name_key'),
        ),
        migrations.AddIndex(
            model_name='customer',
            index=django.contrib.postgres.indexes.GinIndex(customers.models.customers.NameKeys('name'), gin_pending_list_limit=256, name='customer_name_keys'),
        ),
        migrations.AddIndex(
            model_name='customeralias',
            index=models.Index(customers.models.customers.NameKey('name'), name='customer_alias_key'),
        ),
        migrations.AddIndex(
            model_name='customeralias',
            index=django.contrib.postgres.indexes.GinIndex(customers.models.customers.NameKeys('name'), gin_pending_list_limit=256, name='customer_alias_keys'),
        ),
        migrations.AddField(
            model_name='saidofaccount',
            name='customer',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='said_of', to='customers.customer'),
        ),
        migrations.AddField(
            model_name='saidofaccount',
            name='of',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='said_to_be_others', to='customers.customer'),
        ),
        migrations.AddField(
            model_name='saidofaccount',
            name='said_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='saidofaccountevent',
            name='customer',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='customers.customer'),
        ),
        migrations.AddField(
            model_name='saidofaccountevent',
            name='of',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='customers.customer'),
        ),
        migrations.AddField(
            model_name='saidofaccountevent',
            name='pgh_context',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context'),
        ),
        migrations.AddField(
            model_name='saidofaccountevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='customers.saidofaccount'),
        ),
        migrations.AddField(
            model_name='saidofaccountevent',
            name='said_by',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='saidofaccount',
            constraint=models.UniqueConstraint(condition=models.Q(('of', None)), fields=('name_key', 'country', 'customer'), name='one_verdict_per_account'),
        ),
        migrations.AddConstraint(
            model_name='saidofaccount',
            constraint=models.UniqueConstraint(fields=('of', 'customer'), name='one_verdict_per_pair'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='saidofaccount',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "customers_saidofaccountevent" ("country", "customer_id", "id", "name", "name_key", "of_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "said_at", "said_by_id", "same") SELECT new_values."country", new_values."customer_id", new_values."id", new_values."name", new_values."name_key", new_values."of_id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."said_at", new_values."said_by_id", new_values."same" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='e2e88261ac3b477eeea0cc2baa8648625c8563fd', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_e1177', referencing='REFERENCING NEW TABLE AS new_values ', table='customers_saidofaccount', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='saidofaccount',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "customers_saidofaccountevent" ("country", "customer_id", "id", "name", "name_key", "of_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "said_at", "said_by_id", "same") SELECT new_values."country", new_values."customer_id", new_values."id", new_values."name", new_values."name_key", new_values."of_id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."said_at", new_values."said_by_id", new_values."same" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='d6ea9ea29ce30669e9a3adc79e22eaa1cc2a2683', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_7c291', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='customers_saidofaccount', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='saidofaccount',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "customers_saidofaccountevent" ("country", "customer_id", "id", "name", "name_key", "of_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "said_at", "said_by_id", "same") SELECT old_values."country", old_values."customer_id", old_values."id", old_values."name", old_values."name_key", old_values."of_id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."said_at", old_values."said_by_id", old_values."same" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='5545206b62bcab7b602bdf752a603a743f83af2e', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_67c25', referencing='REFERENCING OLD TABLE AS old_values ', table='customers_saidofaccount', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='saidofaccountevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='93bfd2b954c11aed6efd22b34da8b0f59a099db7', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_fb42d', table='customers_saidofaccountevent', when='BEFORE')),
        ),
    ]

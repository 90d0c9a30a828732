"""Which customers count as one: merges and groups, as they stood on a day."""

import datetime as dt

from django.db import connection

from customers.models import Customer

# `id, root, placeholder` of every customer on `%(as_of)s`: its merge, what it is a part of, and
# the merges of those, three levels up. A placeholder on the way counts for nothing.
CUSTOMER_ROOTS = """
SELECT a.id, coalesce(f.id, d.id, b.id) AS root,
  a.placeholder OR b.placeholder OR coalesce(d.placeholder, false)
    OR coalesce(f.placeholder, false) AS placeholder
FROM customers_customer a
JOIN customers_customer b
  ON b.id = CASE WHEN a.merged_on <= %(as_of)s THEN a.merged_into_id ELSE a.id END
LEFT JOIN customers_customer c ON c.id = b.parent_id
LEFT JOIN customers_customer d
  ON d.id = CASE WHEN c.merged_on <= %(as_of)s THEN c.merged_into_id ELSE c.id END
LEFT JOIN customers_customer e ON e.id = d.parent_id
LEFT JOIN customers_customer f
  ON f.id = CASE WHEN e.merged_on <= %(as_of)s THEN e.merged_into_id ELSE e.id END
"""


def members(customer: Customer, on: dt.date) -> list[int]:
    """The keys of all customers that count as this one on a day: its parts and what is merged.

    Three steps down, as `CUSTOMER_ROOTS` goes three steps up.
    """
    with connection.cursor() as cursor:
        cursor.execute(MEMBERS, {"as_of": on, "customer": customer.pk})
        return [key for (key,) in cursor.fetchall()]


MEMBERS = """
WITH RECURSIVE part(id, depth) AS (
  SELECT %(customer)s::bigint, 0
  UNION
  SELECT c.id, part.depth + 1 FROM customers_customer c JOIN part
    ON (c.merged_into_id = part.id AND c.merged_on <= %(as_of)s)
    OR (c.parent_id = part.id AND (c.merged_on IS NULL OR c.merged_on > %(as_of)s))
  WHERE part.depth < 6
)
SELECT DISTINCT id FROM part
"""

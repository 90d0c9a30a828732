"""What sources call our records: one name means one record, whichever kind it is of."""

import uuid

import pytest
from django.core.exceptions import ValidationError

from accounts.models import User
from customers.import_names import CustomerNames
from customers.models import Customer, CustomerExternalId
from imports.kinds import NameBook
from imports.models import Source
from sales.imports.names import ProductNames
from sales.models import Article, Product


@pytest.mark.parametrize(
    ("book", "model", "names", "what"),
    [
        (CustomerNames(), Customer, CustomerExternalId, "customer"),
        (ProductNames(), Product, Article, "product"),
    ],
)
def test_a_name_means_one_record(
    book: NameBook, model: type[Customer] | type[Product],
    names: type[CustomerExternalId] | type[Article], what: str, admin: User,
) -> None:  # fmt: skip
    source = Source.objects.create(name="erp")
    one, other = (
        model.objects.create(name=name, **({"sku": name} if model is Product else {}))
        for name in ("One", "Other")
    )

    book.link(source, "X-1", str(one.public_id), acting_user=admin)

    with pytest.raises(ValidationError, match=f"erp calls another {what} X-1 already"):
        book.link(source, "X-1", str(other.public_id), acting_user=admin)
    with pytest.raises(ValidationError, match=f"There is no such {what}"):
        book.link(source, "X-2", str(uuid.uuid4()), acting_user=admin)
    assert names.objects.get().external_id == "X-1"

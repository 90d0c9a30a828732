"""The source under which a partner's own files come in."""

from django.db import models

from imports.models import Source
from partners.models.partners import Partner


class PartnerSource(models.Model):
    """A partner's own source: its files name records by its own ids, and nobody else's count."""

    partner = models.OneToOneField(Partner, on_delete=models.PROTECT, related_name="own_source")
    source = models.OneToOneField(Source, on_delete=models.PROTECT, related_name="of_partner")

    def __str__(self) -> str:
        return f"{self.source} of {self.partner}"

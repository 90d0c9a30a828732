"""What the page of a partner shows of satisfaction and of service."""

import dataclasses
import datetime as dt

from partners.models import Partner
from satisfaction.figures import CauseLine, lines_of
from satisfaction.models import ServiceMonth, SurveyAnswer
from satisfaction.rules.words import Respondent


@dataclasses.dataclass(frozen=True, kw_only=True)
class Satisfaction:
    """What customers said in the last two quarters by cause, and the newest month of service."""

    lines: list[CauseLine]
    service: ServiceMonth | None


def satisfaction_of(partner: Partner, today: dt.date) -> Satisfaction:
    """Two queries."""
    answers = SurveyAnswer.objects.current().filter(partner=partner, respondent=Respondent.CUSTOMER)
    service = ServiceMonth.objects.current().filter(partner=partner)
    return Satisfaction(lines=lines_of(answers, today), service=service.first())

"""What customers, partners and the public say, and how first-line service does."""

from satisfaction.models.answers import SurveyAnswer, SurveyAnswerQuerySet
from satisfaction.models.pulse import PulseAnswer, PulseAnswerQuerySet
from satisfaction.models.service import ServiceMonth, ServiceMonthQuerySet

__all__ = [
    "PulseAnswer",
    "PulseAnswerQuerySet",
    "ServiceMonth",
    "ServiceMonthQuerySet",
    "SurveyAnswer",
    "SurveyAnswerQuerySet",
]

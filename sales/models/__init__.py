from sales.models.customers import CustomerMeasure, CustomerMonth
from sales.models.disputes import DisputeState, Reattribution, SalesDispute, Seat
from sales.models.feeds import Feed, FeedMonth, FeedQuerySet, Rhythm, Route
from sales.models.lines import Basis, SalesKind, SalesLine, SalesLinePast
from sales.models.months import Measure, SalesMonth
from sales.models.products import Article, Product, ProductLine, ProductQuerySet
from sales.models.rates import BookedRate, PlanRate

__all__ = [
    "Article",
    "Basis",
    "BookedRate",
    "CustomerMeasure",
    "CustomerMonth",
    "DisputeState",
    "Feed",
    "FeedMonth",
    "FeedQuerySet",
    "Measure",
    "PlanRate",
    "Product",
    "ProductLine",
    "ProductQuerySet",
    "Reattribution",
    "Rhythm",
    "Route",
    "SalesDispute",
    "SalesKind",
    "SalesLine",
    "SalesLinePast",
    "SalesMonth",
    "Seat",
]

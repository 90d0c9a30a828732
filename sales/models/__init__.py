from sales.models.feeds import Feed, FeedMonth, FeedQuerySet, Route
from sales.models.lines import SalesKind, SalesLine, SalesLinePast
from sales.models.months import Measure, SalesMonth
from sales.models.products import Article, Product, ProductLine
from sales.models.rates import BookedRate, PlanRate

__all__ = [
    "Article",
    "BookedRate",
    "Feed",
    "FeedMonth",
    "FeedQuerySet",
    "Measure",
    "PlanRate",
    "Product",
    "ProductLine",
    "Route",
    "SalesKind",
    "SalesLine",
    "SalesLinePast",
    "SalesMonth",
]

"""What is decided about feeds, and what people report of them without a file."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone

from accounts.models import Organisation, User
from channelhub.lib import months
from channelhub.lib.history import decision
from channelhub.lib.merges import merge, unmerge
from channelhub.lib.promises import in_words
from channelhub.lib.work import WorkState
from imports.models import Import
from imports.options import Options
from imports.staging import one_at_a_time
from sales.models import Feed, FeedMonth, Product, ProductLine, SalesLine

Period = tuple[dt.date, dt.date]


def change_feed(
    feed: Feed,
    *,
    rhythm: str,
    due_day: int | None,
    lag_days: int,
    ended_on: dt.date | None,
    acting_user: User,
) -> None:
    """Say how often a feed reports, when a report is due, and whether the feed has ended.

    What was loaded before keeps the day on which it counts as known.
    """
    feed.rhythm, feed.due_day = rhythm, due_day
    feed.lag_days, feed.ended_on = lag_days, ended_on
    with decision(acting_user):
        feed.save(update_fields=["rhythm", "due_day", "lag_days", "ended_on"])


def report_no_sales(feed: Feed, *, covers: Period, acting_user: User) -> Import:
    """Cover the months from the first to the last with zero, as an import without a file.

    Months of the period that are covered already stay as they are.

    Raises:
        ValidationError: a month still runs, or has rows, or all of them are covered.
    """
    organisation = Organisation.current()
    today = organisation.today()
    if covers[1] > months.last_closed(today):
        raise ValidationError(f"{covers[1]:%B %Y} is not over yet.")
    with decision(acting_user):
        one_at_a_time()
        _refuse_rows(feed, covers)
        fresh = _uncovered(feed, covers)
        if not fresh:
            raise ValidationError("These months are covered already.")
        load = _without_file(feed, covers, acting_user)
        FeedMonth.objects.bulk_create(
            FeedMonth(feed=feed, month=month, known_on=today, load=load) for month in fresh
        )
    return load


def merge_product(product: Product, *, into: Product, on: dt.date, acting_user: User) -> Product:
    """From `on`, that day included, the product counts in the family and line of `into`.

    Raises:
        ValidationError: one of the two is merged already, they are the same, or others are
            merged into the product.
    """
    return merge(product, into=into, on=on, check=_check_merge, acting_user=acting_user)


def unmerge_product(product: Product, *, acting_user: User) -> Product:
    """The product stands for itself again, as if it had never been merged.

    Raises:
        ValidationError: it is not merged.
    """
    return unmerge(product, acting_user=acting_user)


NAME_TAKEN = "Another product line has this name."
LINE_NAMES = {"sales_productline_name_key": ("name", NAME_TAKEN)}


def add_line(*, name: str, acting_user: User) -> ProductLine:
    """A product line that deals can be registered for.

    Raises:
        ValidationError: another one has the name.
    """
    return _name_line(ProductLine(), name, acting_user)


def rename_line(line: ProductLine, *, name: str, acting_user: User) -> ProductLine:
    """Call a product line otherwise, everywhere and at once.

    Raises:
        ValidationError: another one has the name.
    """
    return _name_line(line, name, acting_user)


def remove_line(line: ProductLine, *, acting_user: User) -> None:
    """Remove a product line that nothing refers to.

    Raises:
        ValidationError: something does.
    """
    try:
        with decision(acting_user):
            line.delete()
    except models.ProtectedError as error:
        names = {str(row._meta.verbose_name_plural) for row in error.protected_objects}
        told = f"{line} is in use by {', '.join(sorted(names))}: rename it instead."
        raise ValidationError(told) from error


def _name_line(line: ProductLine, name: str, acting_user: User) -> ProductLine:
    with decision(acting_user), in_words(LINE_NAMES):
        if ProductLine.objects.exclude(pk=line.pk).filter(name__iexact=name).exists():
            raise ValidationError({"name": NAME_TAKEN})
        line.name = name
        line.save()
    return line


def _check_merge(product: Product, into: Product) -> None:
    """Raises ValidationError by field, saying what to do first."""
    if product.pk == into.pk:
        raise ValidationError({"into": "A product cannot be merged into itself."})
    if product.merged_into_id:
        raise ValidationError(f"{product} is merged already. Undo that merge first.")
    if into.merged_into_id:
        raise ValidationError({"into": f"{into} is merged itself. Name the one it counts with."})
    if product.merged_products.exists():
        raise ValidationError(
            f"Other products are merged into {product}. Undo those merges first, or merge the"
            " other way round."
        )


def _refuse_rows(feed: Feed, covers: Period) -> None:
    """Raises ValidationError with the first month that has rows, and what to do."""
    lines = SalesLine.objects.filter(feed=feed).between(covers[0], months.last_day(covers[1]))
    first = lines.order_by("date").values_list("date", flat=True).first()
    if first:
        raise ValidationError(
            f"{first:%B %Y} has sales lines. Undo the import that brought them, or send a file that"
            " replaces the month."
        )


def _uncovered(feed: Feed, covers: Period) -> list[dt.date]:
    claimed = feed.months.standing().filter(month__range=covers)
    known = set(claimed.values_list("month", flat=True))
    return [month for month in months.between(*covers) if month not in known]


def _without_file(feed: Feed, covers: Period, acting_user: User) -> Import:
    """The trace of a report that is no file: an import that is done, of no rows."""
    first, last = (f"{month:%B %Y}" for month in covers)
    load: Import = Import.objects.create(
        kind="sales",
        source_id=feed.source_id,
        file_name=f"No sales, {first}" + (f" to {last}" if last != first else ""),
        size=0,
        first_month=covers[0],
        last_month=covers[1],
        options=Options(covers=covers).as_json(),
        confirmed=True,
        created_by=acting_user,
        state=WorkState.DONE,
        finished_at=timezone.now(),
    )
    return load

"""Home: what each person needs to know this morning."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.models import Organisation, Role, User
from accounts.permissions import may
from alerts.panels import health_bands, health_of, largest_partners, overnight, ranked
from alerts.scan import five_questions
from alerts.verdicts import Nature
from channelhub.lib.roles import acting_as_app
from channelhub.partner_pages import sales_context
from deals.direct.opportunities import question
from deals.panels import deals_lately
from deals.portal.panels import your_deals
from deals.review.panels import waiting
from partners.facts.panels import my_actions
from partners.models import Partner
from partners.panels import portal_facts
from partners.people.queries import who_to_ask
from partners.portal.views import own_partner, up_to_date
from reviews.interviews.panels import your_interviews
from sales.panels import feed_freshness, sparklines


def home(request: HttpRequest) -> HttpResponse:
    """What this person needs to know this morning, by role."""
    user = request.user
    if not isinstance(user, User) or user.role == Role.DIRECT:
        return _direct_home(request)
    if user.works_at_partner:
        return _partner_home(request, user)
    return _channel_home(request, user)


def _channel_home(request: HttpRequest, user: User) -> HttpResponse:
    today = Organisation.current().today()
    visible = Partner.objects.visible_to(user).unmerged()
    largest = largest_partners(visible)
    lines = sparklines([partner.pk for partner, _ in largest], today)
    keys = [partner.pk for partner, _ in largest]
    health = health_of(keys)
    actions, action_count = my_actions(user)
    context = {
        "title": "Your partners" if user.role == Role.MANAGER else "The channel",
        "today": today,
        "overnight": overnight(user),
        "questions": five_questions() if user.sees_every_partner else [],
        "rankings": [ranked(user, nature) for nature in (Nature.RISK, Nature.OPPORTUNITY)],
        "bands": health_bands(visible),
        "feeds": feed_freshness(today),
        "deals": waiting(user),
        "lately": deals_lately(user),
        "partners": [
            (partner, amount, lines[partner.pk], health.get(partner.pk))
            for partner, amount in largest
        ],
        "partner_count": visible.count(),
        "actions": actions,
        "action_count": action_count,
        "interviews": your_interviews(user),
    }
    return render(request, "home/channel.html", context)


def _direct_home(request: HttpRequest) -> HttpResponse:
    context = {
        "title": "May I call this customer?",
        "territories": who_to_ask(),
        **question(request),
    }
    return render(request, "home/direct.html", context)


def _partner_home(request: HttpRequest, user: User) -> HttpResponse:
    partner = own_partner(request)
    today = Organisation.current().today()
    with acting_as_app(partner):
        # Sums with the partners merged into it, of months that all feeds cover.
        sales = sales_context(partner, today)
    context = {
        "title": partner.name,
        "facts": portal_facts(partner, today),
        "may_write": may(user, "portal:people", "POST"),
        "may_register": may(user, "portal:deal-new", "POST"),
        **your_deals(user),
        **up_to_date(partner),
        **sales,
    }
    return render(request, "home/partner.html", context)

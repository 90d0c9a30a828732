"""A partner's own registrations: registered, listed, followed, closed."""

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts.models import Organisation, User
from accounts.permissions import may, signed_in
from channelhub.lib.countries import countries
from channelhub.lib.pages import paginate
from deals.actions.drafts import begin_draft, discard_draft, save_draft, submit_deal
from deals.actions.files import ATTACHED_TO
from deals.attaching import AttachForm, files_of
from deals.models import Breach, Deal, RejectionCode, RulesOfEngagement
from deals.portal.acting import BY_NAME, DealVerb, offers, refused_by_state
from deals.portal.forms import DealForm, DealsFilter, SimilarForm
from deals.portal.history import told_history
from deals.portal.lists import Standing, narrowed, ordered, similar, with_standing
from deals.portal.tables import table_of_deals
from deals.rules.states import State, Step
from imports.exporting import send
from partners.portal.views import own_partner

MOST = 10_000


# --- Which ones --------------------------------------------------------------------------------


def deal_list(request: HttpRequest) -> HttpResponse:
    """The registrations that this person may see, each with what it waits for."""
    form, deals = _asked_for(request)
    page = paginate(request, with_standing(deals), most=MOST)
    page.object_list = [Standing.of(deal) for deal in page.object_list]
    context = {
        "title": "Your deals",
        "form": form,
        "page": page,
        "narrowed": bool(request.GET.get("q") or request.GET.get("state")),
        "may_write": may(request.user, "portal:deal-new", "POST"),
    }
    return render(request, "deals/portal/list.html", context)


@require_GET
def deal_list_export(request: HttpRequest, file_format: str) -> HttpResponseBase:
    """The list as it is narrowed, a row for each product line."""
    _, deals = _asked_for(request)
    return send(request, table_of_deals(deals), file_format)


def _asked_for(request: HttpRequest) -> tuple[DealsFilter, Any]:
    own_partner(request)
    form = DealsFilter(request.GET)
    deals = Deal.objects.visible_to(request.user)
    if form.is_valid():
        asked = form.cleaned_data
        deals = narrowed(deals, text=asked["q"].strip(), state=asked["state"])
    return form, ordered(deals, request.GET.get("sort", ""))


@require_GET
def deal_similar(request: HttpRequest) -> HttpResponse:
    """The person's own registrations of a customer whose name is being typed."""
    form = SimilarForm(request.GET)
    form.is_valid()
    asked = {"name": "", "domain": "", **form.told()}
    besides = _id_sent(request.GET.get("draft"))
    found = similar(signed_in(request), besides=besides, **asked) if any(asked.values()) else []
    return render(request, "deals/portal/_similar.html", {"similar": found})


# --- Registered --------------------------------------------------------------------------------


def deal_new(request: HttpRequest) -> HttpResponse:
    """Register a deal. The draft has its id before it is saved, so that it is begun only once."""
    partner, user = own_partner(request), signed_in(request)
    public_id = _id_sent(request.POST.get("draft")) or uuid.uuid4()
    known = Deal.objects.visible_to(user).filter(public_id=public_id).first()
    if known is not None and known.state != State.DRAFT:
        return _submitted_already(request, known)
    currency = partner.currency or Organisation.current().reporting_currency
    blank = Deal(public_id=public_id, partner=partner, registered_by=user, currency=currency)
    return _edit(request, known or blank)


def deal_edit(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Go on with a draft."""
    deal = _deal(request, public_id)
    if deal.state != State.DRAFT:
        return _submitted_already(request, deal)
    return _edit(request, deal)


def _submitted_already(request: HttpRequest, deal: Deal) -> HttpResponse:
    if request.headers.get("HX-Request"):
        # A page left open goes on typing: it keeps its words, and says that they are not kept.
        return render(request, "deals/portal/_saved.html", {"submitted": deal})
    if request.method == "POST":
        messages.info(request, f"{deal.number} is submitted already: this is where it stands.")
    return redirect("portal:deal", deal.public_id)


def _edit(request: HttpRequest, deal: Deal) -> HttpResponse:
    if request.method != "POST":
        return _edit_page(request, deal, DealForm(instance=deal))
    if request.headers.get("HX-Request"):
        return _autosave(request, deal)
    if "submit" in request.POST:
        return _submit(request, deal)
    form = DealForm(request.POST, instance=deal)
    valid, saved = form.is_valid(), _keep(deal, form, signed_in(request))
    if valid and saved:
        messages.success(request, "The draft is saved. Nobody but your company sees it.")
        return redirect("portal:deal-edit", saved.public_id)
    return _edit_page(request, saved or deal, form)


def _autosave(request: HttpRequest, deal: Deal) -> HttpResponse:
    """Keep what is valid of what was typed so far, and say so."""
    form = DealForm(request.POST, instance=deal)
    form.is_valid()
    saved = _keep(deal, form, signed_in(request))
    context = {"saved_at": timezone.now() if saved else None, "wrong": form.wrong()}
    answer = render(request, "deals/portal/_saved.html", context)
    if saved:
        # Loaded again, the page goes on with this draft.
        answer["HX-Replace-Url"] = reverse("portal:deal-edit", args=[saved.public_id])
    return answer


def _submit(request: HttpRequest, deal: Deal) -> HttpResponse:
    """Save it, and hand it in where it is complete; where not, the draft is kept as it is."""
    user = signed_in(request)
    form = DealForm(request.POST, instance=deal, complete=True)
    complete, saved = form.is_valid(), _keep(deal, form, user)
    if complete and saved:
        try:
            done = submit_deal(saved, accepts=_version(request), acting_user=user)
        except ValidationError as error:
            form.add_error(None, " ".join(error.messages))
        else:
            return redirect("portal:deal-receipt", done.public_id)
    return _edit_page(request, saved or deal, form)


def _keep(deal: Deal, form: DealForm, user: User) -> Deal | None:
    """The draft with everything that is valid, begun where there is none.

    None where it is refused, or nothing was typed that would be worth a draft.
    """
    if not deal.pk and form.is_blank():
        return None
    try:
        return _write(deal, form, user)
    except ValidationError as error:
        if "external_reference" not in getattr(error, "error_dict", {}):
            form.add_error(None, _told(error))
            return None
        # Wrong as it is known only now: the rest is kept all the same.
        form.add_error("external_reference", _told(error))
        return _write(deal, form, user)


def _told(error: ValidationError) -> str:
    return " ".join(error.messages)


def _write(deal: Deal, form: DealForm, user: User) -> Deal:
    if not deal.pk:
        return _begin(deal, form, user)
    return save_draft(deal, acting_user=user, **form.facts())


def _begin(blank: Deal, form: DealForm, user: User) -> Deal:
    try:
        with transaction.atomic():
            return begin_draft(
                blank.partner, acting_user=user, public_id=blank.public_id, **form.facts()
            )
    except IntegrityError:
        # Begun by a request of the same page that came first.
        begun = get_object_or_404(Deal.objects.visible_to(user), public_id=blank.public_id)
        return save_draft(begun, acting_user=user, **form.facts())


def _edit_page(request: HttpRequest, deal: Deal, form: DealForm) -> HttpResponse:
    user = signed_in(request)
    context = {
        "title": "Your draft" if deal.pk else "Register a deal",
        "deal": deal,
        "form": form,
        "rules": _rules(),
        "similar": similar(
            user, name=deal.account_name, domain=deal.account_domain, besides=deal.public_id
        )
        if deal.account_name
        else [],
        **(_files(request, deal) if deal.pk else {}),
    }
    return render(request, "deals/portal/edit.html", context)


@require_POST
def deal_discard(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Throw a draft away."""
    try:
        discard_draft(_deal(request, public_id), acting_user=signed_in(request))
    except ValidationError as error:
        messages.error(request, _told(error))
        return redirect("portal:deal", public_id)
    messages.success(request, "The draft is thrown away.")
    return redirect("portal:deals")


@require_GET
def deal_receipt(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """That it was received, when, and under which rules: to print or to keep."""
    deal = _deal(request, public_id)
    if deal.state == State.DRAFT:
        raise Http404
    context = {
        "title": f"Receipt {deal.number}",
        "deal": deal,
        "utc": f"{deal.submitted_at:%-d %B %Y %H:%M:%S} UTC",
        "country": countries().get(deal.account_country, deal.account_country),
    }
    return render(request, "deals/portal/receipt.html", context)


@require_GET
def deal_rules(request: HttpRequest, version: int | None = None) -> HttpResponse:
    """The rules of engagement: a version, or the one in force."""
    rules = _rules()
    if version is not None and version != rules.version:
        past = RulesOfEngagement.objects.filter(effective_from__lte=Organisation.current().today())
        rules = get_object_or_404(past, version=version)
    context = {"title": f"Rules of engagement, version {rules.version}", "rules": rules}
    return render(request, "deals/portal/rules.html", context)


# --- Followed ----------------------------------------------------------------------------------


def deal_page(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """One registration: where it stands, its history, and what can be done."""
    deal, user = _deal(request, public_id), signed_in(request)
    if deal.state == State.DRAFT and request.method != "POST":
        return redirect("portal:deal-edit", public_id)
    if request.method != "POST":
        return render(request, "deals/portal/detail.html", _context(request, deal))
    verb = BY_NAME.get(request.POST.get("form", ""))
    if verb is None:
        return redirect("portal:deal", public_id)
    form = verb(deal, user, request.POST)
    if form.act():
        messages.success(request, form.done)
        return redirect("portal:deal", public_id)
    # As it is now, which may be why it was refused.
    now = _deal(request, public_id)
    stale = refused_by_state(form, Standing.of(now))
    context = _context(request, now, sent=form)
    return render(request, "deals/portal/detail.html", context, status=409 if stale else 200)


def _context(request: HttpRequest, deal: Deal, sent: DealVerb | None = None) -> dict[str, Any]:
    user, standing = signed_in(request), Standing.of(deal)
    last = deal.steps.filter(internal=False)
    rejection = last.filter(step=Step.REJECT).first() if deal.state == State.REJECTED else None
    return {
        "title": f"{deal.account_name}",
        "deal": deal,
        "standing": standing,
        "facts": _facts(deal),
        "question": last.filter(step=Step.ASK).first() if deal.state == State.NEEDS_INFO else None,
        "rejection": rejection,
        "rejection_label": dict(RejectionCode.choices).get(rejection.code) if rejection else "",
        "offers": offers(standing, user, sent) if may(user, "portal:deal", "POST") else [],
        "people": deal.roles.on(standing.today).select_related("user"),
        "flag": deal.flags.filter(settled_at=None).first(),
        "breaches": Breach.objects.visible_to(user).filter(deal=deal),
        "history": told_history(deal),
        **_files(request, deal),
    }


def _files(request: HttpRequest, deal: Deal) -> dict[str, Any]:
    user = signed_in(request)
    may_attach = deal.state in ATTACHED_TO and may(user, "portal:deal-attach", "POST")
    return {
        "files": files_of(deal, user),
        "attach_form": AttachForm(auto_id="attach_%s") if may_attach else None,
        "attach": "portal:deal-attach",
        "download": "portal:deal-file",
        "remove": "portal:deal-file-remove" if deal.state == State.DRAFT else "",
    }


def _facts(deal: Deal) -> list[tuple[str, Any]]:
    """What was registered: (label, value); of what can follow later only what was told."""
    first = [
        ("Customer", deal.account_name),
        ("Web domain", deal.account_domain),
        ("Country", countries().get(deal.account_country, deal.account_country)),
        ("Expected close", f"{deal.expected_close:%-d %b %Y}" if deal.expected_close else None),
        ("Type", deal.get_type_display()),
        ("Public tender", "Yes" if deal.tender else "No"),
        ("Registered by", deal.registered_by),
        ("What you have done so far", deal.effort),
    ]
    later = [
        ("Contact", deal.contact_name),
        ("Contact e-mail", deal.contact_email),
        ("Contact phone", deal.contact_phone),
        ("Known competitors", deal.competitor),
        ("Who supplies today", deal.incumbent),
        ("Ordering distributor", deal.distributor),
        ("The customer's need", deal.need),
        ("Your own number", deal.external_reference),
        ("Lost because of", deal.get_loss_reason_display()),
        ("Order number", deal.order_number),
    ]
    return first + [(label, value) for label, value in later if value]


# --- Whose -------------------------------------------------------------------------------------


def _deal(request: HttpRequest, public_id: uuid.UUID) -> Deal:
    """The registration, or "not found"."""
    rows = with_standing(Deal.objects.visible_to(request.user)).select_related("partner", "team")
    found: Deal = get_object_or_404(rows, public_id=public_id)
    return found


def _rules() -> RulesOfEngagement:
    return RulesOfEngagement.objects.on(Organisation.current().today())


def _version(request: HttpRequest) -> int:
    """The version of the rules that was read; 0, which there is not, where nobody says."""
    sent = request.POST.get("rules", "")
    return int(sent) if sent.isdecimal() and len(sent) < 9 else 0


def _id_sent(text: str | None) -> uuid.UUID | None:
    try:
        return uuid.UUID(text or "")
    except ValueError:
        return None

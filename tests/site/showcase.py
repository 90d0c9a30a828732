"""A page that no product has: one of each component, for the browser to try."""

import datetime as dt
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.template import RequestContext, Template
from django.urls import path

from channelhub.lib.pages import paginate
from channelhub.urls import urlpatterns as product
from sales.charts import our_sales

PAGE = """{% extends "base.html" %}{% load ui %}
{% block charts %}{% include "components/charts_script.html" %}{% endblock %}
{% block actions %}
{% include "components/confirm.html" with action="/showcase/" label="End" question="End it?" %}
{% endblock %}
{% block content %}
{% chart "sales" spec title="Our sales" caption="In EUR" %}
<div class="card">
  {% include "components/filters.html" with form=filters %}
  <div id="results">
    <div class="table-responsive" tabindex="0" role="region" aria-label="Rows">
      <table class="table ch-rows">
        <thead><tr>{% sort "name" "Name" %}{% sort "money" "Money" numeric=True %}</tr></thead>
        <tbody>{% for name in page %}<tr><td>{{ name }}</td>
          <td data-label="Money">{{ 1234567|money:"EUR" }} {% severity "critical" %}
          {% direction "risk" %} {% sparkline months title="12 months" %}</td></tr>{% endfor %}
        </tbody>
      </table>
    </div>
    {% include "components/pagination.html" %}
  </div>
</div>
{% include "components/empty.html" with title="Nothing yet" text="A very long text." %}
{% endblock %}"""
MONTHS = [(dt.date(2013, month, 1), Decimal(month * 1000)) for month in range(1, 13)]


class Filters(forms.Form):
    q = forms.CharField(label="Search", required=False, widget=forms.SearchInput)


def context(request: HttpRequest) -> dict[str, Any]:
    sought = request.GET.get("q", "")
    names = [f"Row {number}" for number in range(1, 61) if sought in f"Row {number}"]
    return {
        "title": "Showcase",
        "spec": our_sales(MONTHS, "EUR"),
        "months": [amount for _, amount in MONTHS],
        "filters": Filters(request.GET),
        "page": paginate(request, names),
    }


@login_not_required
def showcase(request: HttpRequest) -> HttpResponse:
    return HttpResponse(Template(PAGE).render(RequestContext(request, context(request))))


# The name puts it under account_*, which the permission table opens to anyone.
urlpatterns = [path("showcase/", showcase, name="account_showcase"), *product]

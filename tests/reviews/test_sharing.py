"""What a partner reads of its packet: no byte of another partner, none of ours alone."""

import datetime as dt
import json
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client

from accounts.models import Role, User
from alerts.actions import recompute
from alerts.models import Alert, AlertPartner
from channelhub.lib.roles import behind_the_wall
from partners.models import (
    Departure,
    LineCard,
    LineCardObservation,
    OwnResult,
    Partner,
    PartnerNote,
    Person,
)
from reviews.models import Packet, PublishedPacket, Review, ReviewComment
from reviews.packets.files import FORMATS, Style, draw
from reviews.packets.making import make_packet, publish_packet
from reviews.packets.sections import SECTIONS
from reviews.packets.sharing import SHARES, shared
from reviews.quarterly.meeting import commit, say
from tests.reviews.conftest import section
from tests.reviews.test_files import text_of

SECRETS = (
    "Beta Networks", "P-2", "7777", "SECRETNOTE", "SECRETSOURCE", "SECRETGOAL", "SECRETDETAIL",
    "SECRETOUTCOME", "SECRETFEED", "Dora Direct", "SECRETESTIMATE", "987654",
)  # fmt: skip


@pytest.fixture
def secrets(
    review: Review,
    partner: Partner,
    other_partner: Partner,
    sales: None,
    manager: User,
    direct: User,
    monkeypatch: pytest.MonkeyPatch,
) -> Review:
    """A review around which everything that is ours alone is written down."""
    headline = "reviews.packets.sections.issues._headline"
    monkeypatch.setattr(headline, lambda alert: f"SECRETFEED {alert.canary}")
    day = dt.date(2025, 11, 1)
    recompute(dt.date(2026, 1, 19))
    key = Person.objects.create(partner=partner, name="Kay Talent", key=True, known_on=day)
    Departure.objects.create(
        person=key, left_on=day, known_on=day, where_to="SECRETGOAL", to_partner=other_partner
    )
    card = LineCard.objects.create(partner=partner, category="Phones")
    LineCardObservation.objects.create(
        line_card=card, observed_on=day, source="SECRETSOURCE", basis="revenue", known_on=day
    )
    OwnResult.objects.create(
        partner=partner, start=dt.date(2024, 1, 1), end=dt.date(2024, 12, 31), amount=987654,
        currency="USD", basis="estimated", source="SECRETESTIMATE", known_on=day,
    )  # fmt: skip
    PartnerNote.objects.create(partner=partner, day=day, text="SECRETNOTE", author=manager)
    for kind, text in (("internal", "SECRETNOTE of ours"), ("shared", "For you to read")):
        say(review, section="dashboard", kind=kind, text=text, acting_user=manager)
    promise = commit(
        review, title="Call them", owner=direct, due_on=day, details="SECRETDETAIL",
        acting_user=manager,
    )  # fmt: skip
    promise.outcome = "SECRETOUTCOME"
    promise.save()
    for canary, scope in (("key-talent-loss", "partner"), ("direct-encroachment", "partner")):
        alert = Alert.objects.create(
            canary=canary, scope=scope, subject=partner.pk, direction="down", nature="risk",
            finding_class="left", severity="watch", baseline=False, evidence={},
            first_seen=day, last_seen=day,
        )  # fmt: skip
        AlertPartner.objects.create(alert=alert, partner=partner)
    return review


@pytest.mark.parametrize("name", FORMATS)
def test_no_byte_of_another_partner_or_of_an_internal_note(
    name: str, secrets: Review, manager: User
) -> None:
    packet = make_packet(secrets, acting_user=manager)
    whole = text_of(name, draw(packet.document, [name], Style())[name])
    safe = shared(packet.document)
    text = text_of(name, draw(safe, [name], Style())[name])
    # The check can fail: the internal packet has what the other one must not have.
    assert {"SECRETNOTE", "SECRETSOURCE", "SECRETOUTCOME", "SECRETFEED"} <= {
        secret for secret in SECRETS if secret in whole
    }
    for secret in SECRETS:
        assert secret not in text, secret
        assert secret not in json.dumps(safe), secret
    assert "For you to read" in text
    assert "Call them" in text


def test_what_no_list_names_is_not_shared(secrets: Review, manager: User) -> None:
    document = make_packet(secrets, acting_user=manager).document
    document["secret"] = "SECRETNOTE"
    for part in document["sections"]:
        part["secret"] = "SECRETNOTE"
        for kind in ("figures", "tables", "charts"):
            part[kind].append({"key": "new", "secret": "SECRETNOTE"})
            for each in part[kind]:
                each["secret"] = "SECRETNOTE"
    document["sections"].append({"key": "criteria", "title": "SECRETNOTE"})
    assert "SECRETNOTE" not in json.dumps(shared(document))
    assert set(SHARES) == {*(kind.key for kind in SECTIONS), "meeting"}


def test_key_talent_is_never_shared(secrets: Review, manager: User) -> None:
    document = shared(make_packet(secrets, acting_user=manager).document)
    columns = section(document, "people")["tables"][0]["columns"]
    assert "key" not in [column["key"] for column in columns]
    assert section(document, "issues")["tables"][0]["rows"] == []


def test_a_partner_reads_what_is_published_and_only_then(
    secrets: Review,
    manager: User,
    partner_admin: User,
    other_partner_admin: User,
    sign_in: Callable[[User], Client],
) -> None:
    packet = make_packet(secrets, acting_user=manager)
    file = f"/portal/reviews/{secrets.public_id}/packet/pdf"
    assert sign_in(partner_admin).get(file).status_code == 404
    published = publish_packet(packet, acting_user=manager)
    assert publish_packet(packet, acting_user=manager) == published
    answer = sign_in(partner_admin).get(file)
    assert answer.status_code == 200
    text = text_of("pdf", answer.content)
    assert "Alpha Systems" in text
    assert not any(secret in text for secret in SECRETS)
    page = sign_in(partner_admin).get(f"/portal/reviews/{secrets.public_id}/").content.decode()
    assert published.checksum in page
    assert not any(secret in page for secret in SECRETS)
    for url in (file, f"/portal/reviews/{secrets.public_id}/"):
        assert sign_in(other_partner_admin).get(url).status_code == 404


def test_behind_the_wall_there_are_no_packets_and_no_internal_comments(
    secrets: Review, partner: Partner, other_partner: Partner, manager: User
) -> None:
    publish_packet(make_packet(secrets, acting_user=manager), acting_user=manager)
    with behind_the_wall(partner.pk):
        assert Review.objects.count() == 1
        assert PublishedPacket.objects.count() == 1
        assert [row.kind for row in ReviewComment.objects.all()] == ["shared"]
        with connection.cursor() as cursor:
            cursor.execute("SELECT has_table_privilege('reviews_packet', 'SELECT')")
            assert cursor.fetchone() == (False,)
    with behind_the_wall(other_partner.pk):
        assert not Review.objects.exists()
        assert not PublishedPacket.objects.exists()
        assert not ReviewComment.objects.exists()
    assert Packet.objects.count() == 1
    assert Role(manager.role) == Role.MANAGER

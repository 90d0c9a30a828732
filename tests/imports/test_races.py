"""Two at once: what one of them was told holds, and nothing is left in between."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.db.models.deletion import Collector
from django.test import Client
from django.urls import reverse

from accounts.models import User
from channelhub.lib.work import WorkState
from imports import actions, running
from imports.models import Import, RejectedRow, Source
from imports.options import Options
from partners.models import Partner
from tests.imports.files import Send, Write

TEXT = "external_id,name\n1,Alpha\n2,\n"


@pytest.fixture(autouse=True)
def no_bell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "ring", lambda *_: None)


@pytest.fixture
def make(write: Write) -> Callable[..., Import]:
    def take_in(**given: Any) -> Import:
        return actions.create_import(kind="partners", source="erp", path=write(TEXT),
                                     file_name="p.csv", options=Options(), **given)  # fmt: skip

    return take_in


def together(*verbs: Callable[[], object]) -> list[object]:
    """What each answers, begun at the same moment from threads of their own."""
    answers: list[object] = [None] * len(verbs)
    start = threading.Barrier(len(verbs))

    def run(place: int, verb: Callable[[], object]) -> None:
        try:
            start.wait(20)
            answers[place] = verb()
        except Exception as error:  # noqa: BLE001 - the answer of this one
            answers[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=each) for each in enumerate(verbs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def between(monkeypatch: pytest.MonkeyPatch, then: Callable[[], object]) -> None:
    """Somebody acts after the worker has looked at the import and before it takes it."""
    claim = Import.claim

    def late(load: Import) -> bool:
        monkeypatch.setattr(Import, "claim", claim)
        then()
        return claim(load)

    monkeypatch.setattr(Import, "claim", late)


@pytest.mark.django_db(transaction=True)
def test_of_a_check_and_a_load_at_once_one_is_begun(make: Callable[..., Import]) -> None:
    load, options = make(), Options()
    said = together(
        lambda: actions.check_import(load, options=options),
        lambda: actions.check_import(load, options=options),
        lambda: actions.confirm_import(load, options=options),
        lambda: actions.reread_import(load, kind="partners", options=options),
    )
    load.refresh_from_db()
    assert sum(answer is True for answer in said[:3]) == 1
    assert load.checking != load.confirmed


@pytest.mark.django_db(transaction=True)
def test_of_two_workers_one_loads(make: Callable[..., Import]) -> None:
    load = make(confirmed=True)
    together(*[lambda: running.run_import(load.pk)] * 3)
    load.refresh_from_db()
    assert (load.state, load.attempts, Partner.objects.count()) == (WorkState.DONE, 1, 1)
    assert RejectedRow.objects.count() == 1


@pytest.mark.parametrize("verb", ["load", "check"])
def test_what_was_cancelled_before_a_worker_took_it_is_not_run(
    verb: str, make: Callable[..., Import], monkeypatch: pytest.MonkeyPatch, db: None
) -> None:
    load = make(confirmed=verb == "load")
    if verb == "check":
        actions.check_import(load, options=Options())
    said: list[bool] = []
    between(monkeypatch, lambda: said.append(actions.cancel_import(load)))
    running.run_import(load.pk)
    assert said == [True]
    assert not Partner.objects.exists()
    load.refresh_from_db()
    assert load.is_draft
    assert (load.attempts, load.error) == (0, "Cancelled by hand.")


def test_what_was_thrown_away_before_a_worker_took_it_is_gone(
    make: Callable[..., Import], monkeypatch: pytest.MonkeyPatch, db: None
) -> None:
    load = make(confirmed=True)
    between(monkeypatch, lambda: (actions.cancel_import(load), actions.discard_import(load)))
    running.run_import(load.pk)
    assert not Import.objects.exists()
    assert not Partner.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_what_is_confirmed_is_not_thrown_away(
    make: Callable[..., Import], monkeypatch: pytest.MonkeyPatch
) -> None:
    load = make()
    RejectedRow.objects.create(load=load, row=2, column="name", value="", reason="Empty.")
    began, confirmed = threading.Event(), threading.Event()

    def confirm() -> bool:
        began.wait(20)
        try:
            return actions.confirm_import(load, options=Options())
        finally:
            confirmed.set()

    def discard() -> bool:
        # Where the deletion has looked and is to delete, somebody confirms.
        collect = Collector.collect

        def slowly(self: Any, *args: Any, **kwargs: Any) -> None:
            collect(self, *args, **kwargs)
            began.set()
            confirmed.wait(2)

        monkeypatch.setattr(Collector, "collect", slowly)
        return actions.discard_import(load)

    said = together(discard, confirm)
    assert sorted(map(str, said)) == ["False", "True"], said
    assert Import.objects.filter(pk=load.pk, confirmed=True).exists() == (said[1] is True)


def test_what_failed_is_a_draft_again_with_nothing_left_of_the_attempt(
    make: Callable[..., Import], monkeypatch: pytest.MonkeyPatch, db: None
) -> None:
    load = make()
    actions.check_import(load, options=Options())
    with monkeypatch.context() as patch:
        patch.setattr("partners.import_standing.write", _explode)
        for _ in range(6):
            running.run_import(load.pk)
    load.refresh_from_db()
    assert load.state == WorkState.DEAD
    Import.objects.update(cancel_wanted=True)  # by whoever waited too long
    assert actions.reopen_import(load)
    load.refresh_from_db()
    assert load.is_draft
    assert (load.cancel_wanted, load.attempts, load.stage) == (False, 0, "")


def _explode(*_: object, **__: object) -> None:
    raise RuntimeError("the power went")


# --- Doors of imports that are no file, or were taken back ----------------------------------------


@pytest.mark.parametrize("door", ["detail", "rejected", "rejected-xlsx"])
def test_an_import_without_a_file_can_be_looked_at(
    door: str, admin: User, sign_in: Callable[[User], Client]
) -> None:
    load = _without_file()
    answer = sign_in(admin).get(reverse(f"imports:{door}", args=[load.public_id]))
    answer.close()
    assert answer.status_code == 200


@pytest.mark.parametrize("door", ["discard", "cancel", "undo", "names", "reopen"])
def test_nothing_is_done_with_an_import_without_a_file(
    door: str, admin: User, sign_in: Callable[[User], Client]
) -> None:
    load = _without_file()
    answer = sign_in(admin).post(reverse(f"imports:{door}", args=[load.public_id]))
    assert answer.status_code in {200, 302}
    load.refresh_from_db()
    assert load.state == WorkState.DONE
    assert Import.objects.count() == 1


def _without_file() -> Import:
    made: Import = Import.objects.create(
        kind="reattribution", source=Source.objects.create(name="erp"), size=0,
        file_name="Reattribution of I1", confirmed=True, state=WorkState.DONE,
    )  # fmt: skip
    return made


def test_naming_does_not_load_again_what_was_undone(
    send: Send, admin: User, partner: Partner, sign_in: Callable[[User], Client]
) -> None:
    send("sales", "invoice,date,kind,reseller,amount\n1,2024-01-05,billing,P-1,5\n"
                  "2,2024-01-05,billing,Unheard,5\n")  # fmt: skip
    load = Import.objects.latest("pk")
    name = load.unknown_names.get(text="Unheard")
    actions.undo_now(load)
    client, count = sign_in(admin), Import.objects.count()
    page = client.get(reverse("imports:detail", args=[load.public_id])).content.decode()
    assert "Names that nobody knows" not in page
    client.post(
        reverse("imports:names", args=[load.public_id]), {f"other_{name.pk}": partner.number}
    )
    assert Import.objects.count() == count

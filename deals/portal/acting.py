"""What a partner can do with a registration: a form for each verb, and when it is offered."""

import dataclasses
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError

from accounts.models import Organisation, Role, User
from deals.actions import appeals, direct, progress, reviewing
from deals.actions.protecting import AlreadyProtected
from deals.models import Deal, DealRole, LineState, LossReason
from deals.portal.forms import amount_field, plain, product_lines
from deals.portal.lists import Standing
from deals.rules.states import OPEN, State
from partners.forms.fields import DayInput
from sales.models import ProductLine

# A partner is never told that another one holds something.
NOT_NOW = "This cannot be done just now. Your channel manager sees that you tried."


def text_field(label: str, *, required: bool = True, most: int = 2000) -> forms.CharField:
    """Some sentences."""
    area = forms.Textarea(attrs={"rows": 3})
    return forms.CharField(label=label, required=required, max_length=most, widget=area)


class DealVerb(forms.Form):
    """A form about one registration that ends in one verb."""

    name: ClassVar[str]
    label: ClassVar[str]
    button: ClassVar[str]
    done: ClassVar[str]
    # Of the button; and the question that is asked first.
    tone: ClassVar[str] = "btn-primary"
    question: ClassVar[str] = ""
    hint: ClassVar[str] = ""

    def __init__(self, deal: Deal, user: User, data: Any = None) -> None:
        super().__init__(data, auto_id=f"{self.name}_%s")
        self.deal, self.user = deal, user

    @classmethod
    def offered(cls, standing: Standing) -> bool:
        """Whether the registration's state allows it."""
        raise NotImplementedError

    def verb(self, **facts: Any) -> Any:
        """What is done with what was typed."""
        raise NotImplementedError

    def act(self) -> bool:
        """Do it; where it is refused, the errors say why and `refusal` holds the reason."""
        if not self.is_valid():
            return False
        try:
            self.verb(**self.cleaned_data)
        except AlreadyProtected:
            self.add_error(None, NOT_NOW)
        except ValidationError as error:
            self.add_error(None, error)
        return not self.errors


class Answer(DealVerb):
    name, label, button = "answer", "Answer our question", "Send the answer"
    done = "Your answer is sent. The clock runs again."
    text = text_field("Your answer", most=5000)

    @classmethod
    def offered(cls, standing: Standing) -> bool:
        return standing.deal.state == State.NEEDS_INFO

    def verb(self, **facts: Any) -> Any:
        return reviewing.answer(self.deal, acting_user=self.user, **facts)


class Update(DealVerb):
    name, label, button = "update", "Tell how it goes", "Send the update"
    done = "Thank you. Your update is noted."
    text = text_field("How it goes")
    expected_close = forms.DateField(label="Expected close", required=False, widget=DayInput)

    def __init__(self, deal: Deal, user: User, data: Any = None) -> None:
        super().__init__(deal, user, data)
        self.initial = {"expected_close": deal.expected_close}

    @classmethod
    def offered(cls, standing: Standing) -> bool:
        return standing.deal.state in OPEN

    def verb(self, **facts: Any) -> Any:
        return progress.update_progress(self.deal, acting_user=self.user, **facts)


class Extension(DealVerb):
    name, label, button = "extension", "Ask for the extension", "Ask for it"
    done = "The extension is asked for. Until we answer, the protection lives on."
    hint = "A registration can be extended once."
    reason = text_field("Why you need more time")

    @classmethod
    def offered(cls, standing: Standing) -> bool:
        live = standing.deal.state == State.APPROVED and standing.days_left is not None
        return live and standing.extension is None

    def verb(self, **facts: Any) -> Any:
        return progress.ask_extension(self.deal, acting_user=self.user, **facts)


class Won(DealVerb):
    name, label, button = "won", "Report it won", "Report it won"
    done = "Congratulations! It is noted as won."
    amount = amount_field(label="Amount ordered")
    order_number = forms.CharField(label="Order number", max_length=100, required=False)
    text = text_field("Anything to add", required=False)

    def __init__(self, deal: Deal, user: User, data: Any = None) -> None:
        super().__init__(deal, user, data)
        amount = sum(line.amount for line in deal.lines.all() if line.state == LineState.APPROVED)
        self.fields["amount"].help_text = f"In {deal.currency}."
        self.initial = {"amount": plain(Decimal(amount))} if amount else {}

    @classmethod
    def offered(cls, standing: Standing) -> bool:
        return standing.deal.state in CLOSABLE

    def verb(self, **facts: Any) -> Any:
        return progress.win_deal(self.deal, acting_user=self.user, **facts)


class Lost(DealVerb):
    name, label, button = "lost", "Report it lost", "Report it lost"
    done = "It is noted as lost."
    tone = ""
    reason = forms.ChoiceField(label="Why", choices=[("", "Choose why"), *LossReason.choices])
    text = text_field("What decided it", required=False)

    @classmethod
    def offered(cls, standing: Standing) -> bool:
        return standing.deal.state in CLOSABLE

    def verb(self, **facts: Any) -> Any:
        return progress.lose_deal(self.deal, acting_user=self.user, **facts)


class Amend(DealVerb):
    """Amounts of the lines, and one new line."""

    name, label, button = "amend", "Change the lines", "Send the change"
    done = "The change is noted. What has to be reviewed is under review; the rest stays approved."
    tone = ""
    hint = (
        "A new line, or an amount that grows by 25% or more, is reviewed by itself. The rest stays"
        " approved."
    )

    def __init__(self, deal: Deal, user: User, data: Any = None) -> None:
        super().__init__(deal, user, data)
        self.known = list(deal.lines.all())
        for line in self.known:
            amount = line.proposed_amount or line.amount
            self.fields[self.key(line.product_line)] = amount_field(
                label=f"{line.product_line}, in {deal.currency}", initial=plain(amount)
            )
        self.fields["new_line"] = product_lines(label="Another product line", required=False)
        taken = {line.product_line_id for line in self.known}
        self.fields["new_line"].queryset = ProductLine.objects.exclude(pk__in=taken)  # type: ignore[attr-defined]
        self.fields["new_amount"] = amount_field(label="Its amount", required=False)

    @staticmethod
    def key(line: ProductLine) -> str:
        """What the field of a line is called."""
        return f"line-{line.public_id}"

    @classmethod
    def offered(cls, standing: Standing) -> bool:
        return standing.deal.state == State.APPROVED

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if bool(data.get("new_line")) != bool(data.get("new_amount")):
            self.add_error("new_line", "A new line needs its product line and its amount.")
        return data

    def verb(self, **facts: Any) -> Any:
        lines = {line.product_line: facts[self.key(line.product_line)] for line in self.known}
        if facts["new_line"]:
            lines[facts["new_line"]] = facts["new_amount"]
        return progress.amend(self.deal, lines=lines, acting_user=self.user)


class FileAppeal(DealVerb):
    name, label, button = "appeal", "Appeal", "File the appeal"
    done = "Your appeal is filed. Somebody else than who rejected it decides."
    reason = text_field("Why you disagree", most=5000)

    @classmethod
    def offered(cls, standing: Standing) -> bool:
        return standing.appeal_until is not None

    def verb(self, **facts: Any) -> Any:
        return appeals.file_appeal(self.deal, acting_user=self.user, **facts)


class Comment(DealVerb):
    name, label, button = "comment", "Write a comment", "Send"
    done = "Your comment is sent."
    tone = ""
    text = text_field("Comment")

    @classmethod
    def offered(cls, standing: Standing) -> bool:
        return standing.deal.state != State.DRAFT

    def verb(self, **facts: Any) -> Any:
        # A verb that answers nothing.
        reviewing.comment(self.deal, internal=False, acting_user=self.user, **facts)


class Colleague(forms.ModelChoiceField):  # type: ignore[type-arg]
    """Somebody who signs in for the same partner."""

    def label_from_instance(self, obj: User) -> str:
        return f"{obj.name} ({obj.get_role_display()})"


class Share(DealVerb):
    name, label, button = "share", "Share with a colleague", "Share"
    done = "Your colleague sees it now."
    tone = ""

    def __init__(self, deal: Deal, user: User, data: Any = None) -> None:
        super().__init__(deal, user, data)
        self.fields["to"] = Colleague(
            colleagues(deal), to_field_name="public_id", label="Colleague", empty_label="Choose"
        )

    @classmethod
    def offered(cls, standing: Standing) -> bool:
        return standing.deal.state in OPEN and colleagues(standing.deal).exists()

    def verb(self, **facts: Any) -> Any:
        progress.share(self.deal, acting_user=self.user, **facts)


def colleagues(deal: Deal) -> Any:
    """Reps of the partner without a role on it; admins see every registration."""
    day = Organisation.current().today()
    roles = DealRole.objects.on(day).filter(deal=deal)
    people = User.objects.active().filter(
        membership__partner=deal.partner_id, role=Role.PARTNER_REP
    )
    return people.exclude(pk=deal.registered_by_id).exclude(pk__in=roles.values("user"))


class Flag(DealVerb):
    name, label, button = "flag", "Say that it is not clear who leads", "Flag it"
    done = "It is flagged. We make clear who leads."
    tone = ""
    text = text_field("What is not clear")

    @classmethod
    def offered(cls, standing: Standing) -> bool:
        deal = standing.deal
        return deal.state in OPEN and not deal.flags.filter(settled_at=None).exists()

    def verb(self, **facts: Any) -> Any:
        return progress.flag_unclear(self.deal, acting_user=self.user, **facts)


class FileBreach(DealVerb):
    name, label, button = "breach", "File a breach by our direct sales", "File it"
    done = "It is filed. We look into it and answer."
    tone = ""
    hint = "Our direct sales worked on this customer although it was yours?"
    evidence = text_field("What happened", most=5000)
    happened_on = forms.DateField(label="When", widget=DayInput)

    @classmethod
    def offered(cls, standing: Standing) -> bool:
        return standing.deal.state != State.DRAFT

    def verb(self, **facts: Any) -> Any:
        deal = self.deal
        return direct.file_breach(partner=deal.partner, deal=deal, acting_user=self.user, **facts)


class Withdraw(DealVerb):
    name, label, button = "withdraw", "Withdraw it", "Withdraw it"
    done = "It is withdrawn."
    tone = "btn-outline-danger"
    question = "Withdraw this registration? What is protected is given up today."
    text = text_field("Why", required=False)

    @classmethod
    def offered(cls, standing: Standing) -> bool:
        return standing.deal.state in OPEN

    def verb(self, **facts: Any) -> Any:
        return progress.withdraw(self.deal, acting_user=self.user, **facts)


CLOSABLE = (State.APPROVED, State.EXPIRED, State.RELEASED)

# In the order of the page.
VERBS: tuple[type[DealVerb], ...] = (
    Answer, FileAppeal, Update, Extension, Won, Lost, Amend, Comment, Share, Flag, FileBreach,
    Withdraw,
)  # fmt: skip
BY_NAME = {verb.name: verb for verb in VERBS}


@dataclasses.dataclass(frozen=True)
class Offer:
    """A form on the page, and whether it is open."""

    form: DealVerb
    is_open: bool


def offers(standing: Standing, user: User, sent: DealVerb | None) -> list[Offer]:
    """The forms that the state allows; one that was sent and refused stays with what it says."""
    asked = {each.form for each in standing.asked}
    shown: list[Offer] = []
    for verb in VERBS:
        if sent is not None and type(sent) is verb:
            shown.insert(0, Offer(sent, is_open=True))
        elif verb.offered(standing):
            shown.append(Offer(verb(standing.deal, user), is_open=verb.name in asked))
    return shown


def refused_by_state(form: DealVerb, standing: Standing) -> bool:
    """Whether a form came from a page that was older than the registration's state."""
    return not form.offered(standing)

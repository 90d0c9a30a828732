"""A one-time link to an account, printed instead of mailed: the first admin's way in."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email

from accounts.models import Role
from partners.models import Partner
from partners.people.actions import invite_by_link, link_to


class Command(BaseCommand):
    help = "Print a link that opens one account within 72 hours."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--role", choices=Role.values, default=Role.ADMIN)
        parser.add_argument("--name", default="")
        parser.add_argument("--partner", metavar="NUMBER", help="For a partner's people.")

    def handle(self, *args: Any, **options: Any) -> None:
        role = Role(options["role"])
        try:
            validate_email(options["email"])
            token = invite_by_link(
                email=options["email"],
                name=options["name"],
                role=role,
                partner=_partner(role, options["partner"]),
            )
        except ValidationError as problem:
            raise CommandError(" ".join(problem.messages)) from None
        self.stdout.write(link_to(token))


def _partner(role: Role, number: str | None) -> Partner | None:
    if not role.is_partner:
        return None
    partner: Partner | None = Partner.objects.unmerged().filter(number=number).first()
    if partner is None:
        raise CommandError("This role needs --partner with the number of a partner.")
    return partner

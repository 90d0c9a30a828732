"""What people do to accounts."""

from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from knox.models import AuthToken

from accounts.models import Role, User
from channelhub.lib.history import decision


def create_account(*, email: str, name: str, role: Role, password: str) -> User:
    """An account that signs in by password, its address proven by the link that was mailed to it.

    Raises:
        IntegrityError: the address has one already.
    """
    user = User.objects.create_user(email, password, name=name, role=role)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def change_address(user: User, *, email: str, acting_user: User) -> None:
    """Another address to sign in with; the one before opens nothing any more.

    Raises:
        IntegrityError: the address belongs to another account.
    """
    with decision(acting_user):
        user.email = email.lower()
        user.save(update_fields=["email"])
        EmailAddress.objects.filter(user=user).delete()
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)


def update_profile(user: User, *, name: str, time_zone: str) -> None:
    """What a person says about themselves."""
    with decision(user):
        user.name, user.time_zone = name, time_zone
        user.save(update_fields=["name", "time_zone"])


def change_role(user: User, *, role: Role, acting_user: User) -> None:
    """Give a person another role on the same side, the vendor's or the partner's.

    Raises:
        ValidationError: one's own role, the other side's, or the last admin's.
    """
    with decision(acting_user):
        _refuse_oneself(user, acting_user)
        if role.is_partner != user.works_at_partner:
            raise ValidationError("People change sides with an invitation, not with a role.")
        if role != Role.ADMIN:
            _refuse_last_admin(user)
        user.role = role
        user.save(update_fields=["role"])


def deactivate(user: User, *, acting_user: User) -> None:
    """Shut a person out: sessions end with the next request, API tokens are gone.

    Raises:
        ValidationError: oneself, or the last admin.
    """
    with decision(acting_user):
        _refuse_oneself(user, acting_user)
        _refuse_last_admin(user)
        user.is_active = False
        user.save(update_fields=["is_active"])
        AuthToken.objects.filter(user=user).delete()


def reactivate(user: User, *, acting_user: User) -> None:
    """Let a person in again, with the password they had."""
    with decision(acting_user):
        user.is_active = True
        user.save(update_fields=["is_active"])


def _refuse_oneself(user: User, acting_user: User) -> None:
    if user == acting_user:
        raise ValidationError("Somebody else has to do this to your account.")


def _refuse_last_admin(user: User) -> None:
    # Locked, so that two admins who remove each other do not both succeed.
    admins = User.objects.admins().active().select_for_update().order_by("pk")
    if [admin.pk for admin in admins] == [user.pk]:
        raise ValidationError("This is the last admin. Make somebody else one first.")

"""What is known of whoever had an account is overwritten for ever."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from knox.models import AuthToken

from accounts.models import User
from channelhub.lib.erasure import ERASED, overwrite


def erase_account(user: User) -> int:
    """Overwrite name and address, and drop every means of signing in.

    Returns:
        How many rows of the history were overwritten.
    """
    for model in (EmailAddress, Authenticator, SocialAccount, UserSession, AuthToken):
        model.objects.filter(user=user).delete()
    accounts = ContentType.objects.get_for_model(User)
    LogEntry.objects.filter(content_type=accounts, object_id=str(user.pk)).update(
        object_repr=ERASED, change_message=""
    )
    user.set_unusable_password()
    user.save(update_fields=["password"])
    address = f"{user.public_id}@erased.invalid"
    return overwrite(User.objects.filter(pk=user.pk), name=ERASED, email=address)

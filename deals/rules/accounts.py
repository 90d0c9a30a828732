"""A customer's web domain, however it was typed."""

import re
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError

from customers.matching.domains import SHARED

DOMAIN = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z0-9-]{2,63}", re.ASCII)
ADVICE = "Write a web domain such as example.com."


def clean_domain(typed: str) -> str:
    """The domain of an address, an e-mail or a domain: "https://www.Acme.de/shop" is acme.de.

    Raises:
        ValidationError: there is no domain in it.
    """
    text = typed.strip()
    if not text:
        return ""
    try:
        host = urlsplit(text if "//" in text else f"//{text}").hostname or ""
        domain = host.rstrip(".").encode("idna").decode().lower().removeprefix("www.")
    except ValueError:
        raise ValidationError(ADVICE) from None
    # The last part of an IP address is a number; that of a domain never is.
    if not DOMAIN.fullmatch(domain) or domain.rsplit(".", 1)[-1].isdigit():
        raise ValidationError(ADVICE)
    if domain in SHARED:
        raise ValidationError(f"{domain} is everybody's. Write the customer's own web domain.")
    return domain

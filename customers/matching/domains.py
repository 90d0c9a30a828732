"""Web domains as evidence of who somebody is."""

import re

import tldextract

from customers.matching.vocabulary import words_of

# Addresses of everybody: they tell nothing of whose they are.
SHARED = words_of("""
    aol.com freenet.de free.fr gmail.com gmx.at gmx.ch gmx.de gmx.net googlemail.com hotmail.com
    hotmail.de hotmail.fr icloud.com live.com laposte.net libero.it mail.com mail.ru msn.com
    orange.fr outlook.com outlook.de proton.me protonmail.com qq.com t-online.de wanadoo.fr
    web.de yahoo.co.uk yahoo.com yahoo.de yahoo.fr yandex.ru 163.com facebook.com linkedin.com
    instagram.com
""")

# The list that comes with the package: nothing is fetched, nothing is written.
_split = tldextract.TLDExtract(
    suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True
)


def registrable(text: str) -> str:
    """The domain that somebody registered, of an address of the web or of mail; or nothing."""
    host = re.sub(r"^[a-z+]*://|^.*@", "", text.strip().lower())
    host = re.split(r"[/:?#]", host, maxsplit=1)[0].rstrip(".")
    if not host:
        return ""
    split = _split(host)
    domain = split.top_domain_under_public_suffix
    if not split.suffix and "." in host:  # a suffix that the list does not know
        domain = ".".join(host.split(".")[-2:])
    return "" if domain in SHARED else domain

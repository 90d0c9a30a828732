"""What an admin fills in about a partner. A form checks, calls one verb, shows the answer."""

"""The servers that come with the checkout: PostgreSQL and one that speaks Redis."""

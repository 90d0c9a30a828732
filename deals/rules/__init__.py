"""Rules of deal registration without clock or database; `now` and `today` are handed in."""

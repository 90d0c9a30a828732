"""Arithmetic on answers and metrics: no database and no clock."""

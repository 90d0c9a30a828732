"""Erasure of a person's data, wherever a room keeps it."""

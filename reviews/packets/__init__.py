"""Packets: one frozen snapshot for a review, and the files that are drawn from it."""

"""Interviews: opened by themselves, held by somebody neutral, and what they found."""

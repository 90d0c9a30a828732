"""Quarterly reviews of partners: the meeting, its preparation, and what was promised."""

"""Turns a file from outside into rows of text, in a process of its own.

Nothing here knows Django or the database: `python -m imports.parsing` reads what the file is, or
streams its rows, under limits of memory and time, and can be killed at any moment.
"""

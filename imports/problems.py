"""What stops a whole file, as opposed to a row of it."""


class Unreadable(Exception):
    """The file cannot be imported as it is; the message says why and what to do.

    Nothing of it was loaded. Kinds may raise it too.
    """

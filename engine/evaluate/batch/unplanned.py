"""The one reason for which a batch gives way to the reference."""


class Unplanned(Exception):
    """The cone holds what the batch program can't express; the text says what and where."""

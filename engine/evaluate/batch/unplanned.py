"""Why a batch gives way: to the reference, or its plain program to the careful one."""


class Unplanned(Exception):
    """The cone holds what the batch program can't express; the text says what and where."""


class Rearranged(Unplanned):
    """A scenario gives an array another size or place than the base has; others are not touched by it."""


class Differs(Unplanned):
    """What the batch program computes is not the reference's: nothing that it computes is to be used."""


class NeedsCare(ArithmeticError):
    """The fast program met what it can't express; the block is run again by the careful one."""

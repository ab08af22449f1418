"""LET, LAMBDA and functions of one's own, written out: every variable replaced by its meaning."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from engine.evaluate.batch.unplanned import Unplanned
from engine.formula.expr import Array, Binary, Bool, Call, Expr, Invoke, Missing, Name, Unary, children, walk
from engine.plan.whole import WHOLE

# Trees are written out, so that a value used twice stands there twice.
_LARGEST = 4000
_RANDOM = frozenset(["RAND", "RANDARRAY", "RANDBETWEEN"])
_FUNCTION = "_xleta."

Meanings = Mapping[str, Expr]


def binds(expr: Expr) -> bool:
    """Whether a tree has variables or calls a function of one's own."""
    return any(
        isinstance(node, (Invoke, Name)) or (isinstance(node, Call) and node.function in ("LET", "LAMBDA"))
        for node in walk(expr)
    )


def applied(expr: Expr) -> Expr:
    """Return a tree without variables; raise Unplanned where one has no meaning, or for a very large tree."""
    if not binds(expr):
        return expr
    found = _Writing().of(expr, {})
    if size_of(found) > _LARGEST:
        raise Unplanned("a formula with functions of one's own that is too large to write out")
    return found


def called(function: Expr, arguments: Sequence[Expr]) -> Expr:
    """Return what a lambda, or a function named as a value, gives for arguments."""
    found = _Writing().invoked(function, tuple(arguments), {})
    if size_of(found) > _LARGEST:
        raise Unplanned("a function of one's own that is too large to write out")
    return found


def size_of(expr: Expr) -> int:
    """Return how many nodes a tree has, parts that stand in it several times counted as often."""
    known: dict[int, int] = {}

    def count(node: Expr) -> int:
        if id(node) not in known:
            known[id(node)] = 1 + sum(map(count, children(node)))
        return known[id(node)]

    return count(expr)


@dataclass(frozen=True)
class _Writing:
    """Writes trees out; ``fresh`` numbers the variables of lambdas that stay, so that none hides another."""

    fresh: Iterator[int] = field(default_factory=itertools.count)

    def of(self, expr: Expr, meanings: Meanings) -> Expr:
        match expr:
            case Name(name):
                return self._meaning(expr, name, meanings)
            case Unary(operator, operand):
                return Unary(operator, self.of(operand, meanings))
            case Binary(operator, left, right):
                return Binary(operator, self.of(left, meanings), self.of(right, meanings))
            case Array(rows):
                return Array(tuple(tuple(self.of(item, meanings) for item in row) for row in rows))
            case Invoke(target, arguments):
                given = tuple(self.of(argument, meanings) for argument in arguments)
                return self.invoked(self.of(target, meanings), given, meanings)
            case Call("LET", arguments):
                return self._let(arguments, meanings)
            case Call("LAMBDA", arguments):
                return self._lambda(arguments, meanings)
            case Call("ISOMITTED", (Name(name),)):
                found = meanings.get(name.casefold())
                return Call("ISOMITTED", (found,)) if isinstance(found, Name) else Bool(found == Missing())
            case Call(function, arguments):
                return Call(function, tuple(self.of(argument, meanings) for argument in arguments))
            case _:
                return expr

    def _meaning(self, expr: Expr, name: str, meanings: Meanings) -> Expr:
        folded = name.casefold()
        if folded.startswith(_FUNCTION):
            return expr
        if folded not in meanings:
            raise Unplanned("a function of one's own that calls itself")
        return meanings[folded]

    def _let(self, arguments: tuple[Expr, ...], meanings: Meanings) -> Expr:
        known = dict(meanings)
        for place in range(0, len(arguments) - 1, 2):
            name = arguments[place]
            assert isinstance(name, Name)
            known[name.name.casefold()] = _steady(self.of(arguments[place + 1], known))
        return self.of(arguments[-1], known)

    def _lambda(self, arguments: tuple[Expr, ...], meanings: Meanings) -> Expr:
        """Return a lambda whose variables have names that occur nowhere else."""
        known, names = dict(meanings), list[Expr]()
        for argument in arguments[:-1]:
            assert isinstance(argument, Name)
            names.append(Name(f"{argument.name} {next(self.fresh)}"))
            known[argument.name.casefold()] = names[-1]
        return Call("LAMBDA", (*names, self.of(arguments[-1], known)))

    def invoked(self, function: Expr, arguments: tuple[Expr, ...], meanings: Meanings) -> Expr:
        """Return a call of a lambda with its variables replaced."""
        match function:
            case Name(name) if name.casefold().startswith(_FUNCTION):
                return Call(name[len(_FUNCTION) :].upper(), arguments)
            case Call("LAMBDA", (*names, body)) if len(arguments) <= len(names):
                given = [*map(_steady, arguments), *[Missing()] * (len(names) - len(arguments))]
                known = dict(meanings)
                known |= {
                    n.name.casefold(): g for n, g in zip(names, given, strict=True) if isinstance(n, Name)
                }
                return Call(WHOLE, (self.of(body, known),))
            case _:
                raise Unplanned("a call of something other than a function")


def _steady(expr: Expr) -> Expr:
    """Return a value that may stand in several places; raise Unplanned where each would draw anew."""
    if any(isinstance(node, Call) and node.function in _RANDOM for node in walk(expr)):
        raise Unplanned("a variable that stands for a random number")
    return expr

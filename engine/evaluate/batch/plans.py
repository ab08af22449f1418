"""Plans for what runs vary and ask for: made once, kept, and given up where one is found wrong."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from engine.evaluate.batch.boxes import Floats
from engine.evaluate.batch.columns import Column
from engine.evaluate.batch.lanes import Plan, plan
from engine.evaluate.batch.nested import refuse_nested
from engine.evaluate.batch.slices import in_parts
from engine.evaluate.batch.unplanned import Unplanned
from engine.evaluate.reference import Evaluation
from engine.evaluate.state import CellId

# From so many scenarios on a plan of their own, in which more is constant, repays its making.
MANY = 20_000

PlanKey = tuple[tuple[CellId, ...], tuple[CellId, ...]]


@dataclass(frozen=True)
class Fallback:
    """Scenarios that the reference computed one by one, and why no plan did."""

    scenarios: int
    reason: str


@dataclass
class Plans:
    """The plans around one base evaluation, by inputs and outputs; where there is none, why.

    ``foreseen`` is one for all that several runs will vary and ask for. ``fallbacks`` receives what plans
    left to the reference, ``slow`` the functions that they call lane by lane; ``slow_seconds`` is what these
    are expected to take for one scenario.
    """

    base: Evaluation
    fallbacks: list[Fallback]
    slow: Counter[str]
    slow_seconds: float = 0.0
    known: dict[PlanKey, Plan | str] = field(default_factory=dict)
    foreseen: Plan | None = None

    def foresee(self, inputs: Sequence[CellId], outputs: Sequence[CellId]) -> None:
        """Plan once for all that several runs will vary and ask for; each of them then uses its part."""
        if not inputs or not outputs:
            return
        with contextlib.suppress(Unplanned):
            given = tuple(dict.fromkeys(inputs))
            refuse_nested(self.base, given)
            self.foreseen = plan(self.base, given, tuple(dict.fromkeys(outputs)), in_parts)

    def covers(self, inputs: Sequence[CellId], outputs: Sequence[CellId]) -> bool:
        """Whether a part of what was foreseen computes these outputs when these inputs vary."""
        return self.foreseen is not None and self.foreseen.covers(inputs, outputs)

    def run(self, inputs: Mapping[CellId, Floats], outputs: tuple[CellId, ...]) -> dict[CellId, Column]:
        """Return a column per output; raise Unplanned where no plan is right.

        One that is found wrong is not used again, nor what it is a part of.
        """
        asked = tuple(inputs), outputs
        made = self.planned(*asked, count=len(next(iter(inputs.values()))))
        try:
            found = made.run(inputs)
        except Unplanned as problem:
            self.known[asked] = str(problem)
            if made.whole is self.foreseen:
                self.foreseen = None
            raise
        self.fallbacks += [Fallback(count, reason) for reason, count in made.apart.items()]
        made.apart.clear()
        return found

    def planned(self, inputs: tuple[CellId, ...], outputs: tuple[CellId, ...], count: int = MANY) -> Plan:
        """Return the plan for inputs and outputs, made once; raise Unplanned where there is none.

        For fewer than ``MANY`` scenarios a part of what was foreseen will do.
        """
        known = self.known.get((inputs, outputs))
        if known is None or (isinstance(known, Plan) and known.whole is not None and count >= MANY):
            try:
                known = self._part(inputs, outputs) if count < MANY else None
                known = known or self._made(inputs, outputs)
            except Unplanned as problem:
                known = str(problem)
            self.known[inputs, outputs] = known
        if isinstance(known, str):
            raise Unplanned(known)
        self.slow.update(known.plain.slow)
        self.slow_seconds += known.slow_seconds
        return known

    def _part(self, inputs: tuple[CellId, ...], outputs: tuple[CellId, ...]) -> Plan | None:
        if self.foreseen is None or not self.covers(inputs, outputs):
            return None
        return self.foreseen.between(inputs, outputs)

    def _made(self, inputs: tuple[CellId, ...], outputs: tuple[CellId, ...]) -> Plan:
        refuse_nested(self.base, inputs)
        return plan(self.base, inputs, outputs)

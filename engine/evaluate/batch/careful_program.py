"""The careful program of a plan, which carries errors and texts: made when it is first needed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from engine.evaluate.batch.boxes import Floats
from engine.evaluate.batch.cone import Cone
from engine.evaluate.batch.generate import generate
from engine.evaluate.batch.program import Program, assembled
from engine.evaluate.batch.slices import Sliceable
from engine.evaluate.batch.writer import Writer


@dataclass(frozen=True)
class CarefulProgram:
    """What makes the careful program of a cone, once; its properties raise Unplanned where there is none.

    ``made`` is how programs are made of what was written, ``whole`` what this is a part of.
    """

    cone: Cone
    made: Callable[[Writer, Floats], Program] = assembled
    whole: CarefulProgram | None = None

    @cached_property
    def program(self) -> Program:
        """The program that carries errors and texts."""
        if self.whole is None:
            return generate(self.cone, careful=True, made=self.made)
        return self.whole.parts.between(self.cone.inputs, self.cone.outputs, self.cone.asked)

    @cached_property
    def parts(self) -> Sliceable:
        """The program as parts."""
        return Sliceable(self.program)

    @property
    def is_made(self) -> bool:
        """Whether the program is there."""
        return "program" in vars(self)

    def between(self, cone: Cone) -> CarefulProgram:
        """Return what makes the part of the program that computes a part of its cone."""
        return CarefulProgram(cone, self.made, self)

"""Which backend runs a plan: NumPy, or the compiled one where it is installed and the work repays it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from engine.evaluate.batch.compiled import Backend, CompiledProgram, Tabled, available, tabled_program
from engine.evaluate.batch.cone import Cone
from engine.evaluate.batch.program import Program
from engine.evaluate.batch.unplanned import Unplanned

# Measured (benchmarks/results): NumPy for a cell and scenario. Less than so long is not worth numba.
NUMPY_SECONDS = 5e-9
LEAST_SECONDS = 1.0


@dataclass(frozen=True)
class Backends:
    """Chooses between the backends of one plan, of which ``plain`` is the plain program."""

    cone: Cone
    plain: Program

    @cached_property
    def tabled(self) -> Tabled:
        """The plain program as tables; raises Unplanned where there are none."""
        return tabled_program(self.cone, self.plain)

    def choose(self, backend: Backend, count: int, wanted: str) -> None:
        """Ask for the compiled program as ``Plan.choose`` says; raise Unplanned where it can't be had."""
        if wanted == "numpy" or (wanted == "auto" and not self._repay(count)):
            return
        backend.ask(self._compiled, wait=wanted == "compiled")
        if wanted == "compiled" and backend.program is None:
            raise Unplanned(f"the compiled backend can't be had: {backend.problem}")

    def settled(self, backend: Backend, count: int, *, here: bool) -> Backend:
        """Return one backend for a whole run, as ``Plan.settled`` says."""
        if not self._repay(count):
            return Backend()
        if not here and not self.tabled.missing:
            return Backend(tabled=self.tabled)
        return waited_for(backend, self.tabled)

    def _compiled(self) -> CompiledProgram:
        return self.tabled.compiled()

    def _repay(self, count: int) -> bool:
        """Whether numba is installed and so many scenarios repay its compile time."""
        seconds = count * len(self.plain.computed) * NUMPY_SECONDS
        try:
            return available() and seconds > LEAST_SECONDS and seconds > self.tabled.seconds
        except Unplanned:
            return False


def waited_for(backend: Backend, tabled: Tabled) -> Backend:
    """Return the backend with its program, once that is there or has failed."""
    backend.ask(tabled.compiled, wait=True)
    program = backend.program
    return Backend(program, backend.problem, None if program is None else tabled)

"""Fields of linked data types (Stocks, Currencies, Geography ...), as the file holds them.

Source: "FIELDVALUE function", Excel's documentation; _FV is how a file writes ``A1.Price``.
"""

from __future__ import annotations

from engine.core.exceptions import UnsupportedFormula
from engine.core.values import FIELD, ExcelError, Value
from engine.functions.operands import Operand, Reference
from engine.functions.references import Here
from engine.functions.table import Fault, excel


@excel("FIELDVALUE", "r t", located=True)
def fieldvalue(here: Here, operand: Operand, field: str) -> Value:
    """Return a field of the data type that a cell holds, #FIELD! where it has none of that name."""
    return _field(here, operand, field)


@excel("_FV", "r t b?", located=True)
def dot_field(here: Here, operand: Operand, field: str, bracketed: bool = False) -> Value:  # noqa: ARG001  # how the field was written
    """Return a field of the data type that a cell holds: what a file writes for A1.Price."""
    return _field(here, operand, field)


def _field(here: Here, operand: Operand, name: str) -> Value:
    if isinstance(operand, ExcelError):
        raise Fault(operand)
    if not isinstance(operand, Reference):
        raise Fault(FIELD)
    if here.has_formula(operand):
        raise UnsupportedFormula(
            f"asks for the field {name!r} of a data type that a formula answers; only cells that hold "
            "a data type themselves have their fields in the file"
        )
    fields = here.data_type(operand)
    return FIELD if fields is None else fields.get(name.casefold(), FIELD)

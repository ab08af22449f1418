"""What we rely on in formulas' parser beyond its documented interface: an upgrade breaks these tests."""

from __future__ import annotations

import inspect
from typing import Any

import formulas
import pytest
from formulas.errors import BaseError, TokenError
from formulas.functions import get_functions
from formulas.parser import Parser
from formulas.tokens.function import Array, Function
from formulas.tokens.operand import Empty, Operand
from formulas.tokens.operator import Operator, Separator
from formulas.tokens.parenthesis import Parenthesis, _update_n_args


def test_version_is_the_pinned_one() -> None:
    """The version whose internals these tests describe."""
    assert formulas.__version__ == "1.3.4"


def test_parser_reads_its_filters_and_builder_from_attributes() -> None:
    """``ast`` takes ``filters`` and ``ast_builder`` from the instance, so that ours can stand in."""
    source = inspect.getsource(Parser.ast)
    assert "self.ast_builder(match=match)" in source
    assert "self.filters" in source
    assert "len(builder) != 1" in source
    assert "builder.finish()" in source


def test_tokens_reach_the_builder_in_postfix_order() -> None:
    """Operands come before their operator, and each token knows how many nodes it takes."""
    seen: list[Any] = []

    class Builder:
        def __init__(self, match: Any = None) -> None:  # noqa: ARG002  # formulas' call
            self.depth = 0

        def __len__(self) -> int:
            return self.depth

        def append(self, token: Any) -> None:
            seen.append(token)
            self.depth += 1 if isinstance(token, Operand) else 1 - token.get_n_args

        def finish(self) -> None:
            return

    class Recording(Parser):  # type: ignore[misc]  # formulas ships no types
        ast_builder = Builder

    Recording().ast("=SUM(1,2)*3")
    assert [token.name for token in seen] == ["1", "2", "SUM", "3", "*"]
    assert [token.get_n_args for token in seen if not isinstance(token, Operand)] == [2, 2]


def test_empty_argument_is_a_token() -> None:
    """An argument left out arrives as ``Empty``, which is an operand."""
    assert issubclass(Empty, Operand)


def test_precedences_are_excels_but_for_reference_operators() -> None:
    """The table that ours extends: signs before %, % before ^, the rest as in Excel."""
    order = ["=", "&", "+", "*", "^", "%", "u-", ":"]
    found = [Operator._precedences[name] for name in order]
    assert found == sorted(found)
    assert len(set(found)) == len(found)


@pytest.mark.parametrize(
    ("token", "attribute"),
    [(Operator, "ast"), (Operator, "update_name"), (Operator, "update_input_tokens"), (Parenthesis, "opens")],
)
def test_overridden_members_exist(token: type, attribute: str) -> None:
    """What our tokens override or ask is still there."""
    assert hasattr(token, attribute)


def test_brackets_know_their_side() -> None:
    """A bracket token says whether it opens or closes, from its pattern's groups."""
    assert Parenthesis("(").has_start
    assert Parenthesis(")").has_end


@pytest.mark.parametrize("token", [Function, Array, Separator])
def test_borrowed_tokens_match_by_their_own_pattern(token: Any) -> None:
    """Tokens taken as they are match text through a compiled ``_re``."""
    assert hasattr(token._re, "match")


def test_token_errors_are_formulas_errors() -> None:
    """A token that does not fit raises ``TokenError``, and all its failures share ``BaseError``."""
    assert issubclass(TokenError, BaseError)
    assert callable(_update_n_args)


def test_function_table_inserts_what_is_asked_by_index() -> None:
    """Why the library door asks with ``in``: the table is a defaultdict."""
    assert hasattr(get_functions(), "default_factory")

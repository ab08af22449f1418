"""The command ``tieout``: build the pack, calculate cells, check a workbook.

Exit codes: 0 done; 1 the workbook or the outputs have a problem, told on stderr; 2 the command line itself is
wrong; 130 interrupted. The engine loads only when a command needs it, so that ``--help`` answers at once.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from engine import __version__
from engine.core.exceptions import TieoutError
from engine.core.store import VARIABLE
from engine.core.values import ERRORS, Value

INTERRUPTED = 130  # what shells give a program that Ctrl-C ended
_SETTING = re.compile(r"((?:'(?:[^']|'')*'!)?[^=]+)=(.*)\Z", re.DOTALL)

_MODEL = click.argument(
    "model", type=click.Path(dir_okay=True, path_type=Path), default="model.xlsx", required=False
)
_JSON = click.option(
    "--json", "as_json", is_flag=True, help='Print JSON; an Excel error is {"error": "#N/A"}.'
)


class _Examples(click.Command):
    """A command whose help ends in examples, printed as they are written."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the epilog line by line, unwrapped."""
        if self.epilog:
            with formatter.section("Examples"):
                for line in self.epilog.strip().splitlines():
                    formatter.write(f"  {line.strip()}\n")


@click.group(epilog="Each command has examples: tieout build --help")
@click.version_option(__version__, prog_name="tieout")
@click.option(
    "--no-cache", is_flag=True, help="Neither use nor keep plans of workbooks in the user's cache folder."
)
def command(no_cache: bool) -> None:
    """Turn the financial model kept in Excel into numbers that tie out.

    The workbook is only ever read; what is written lands whole or not at all.
    """
    if no_cache:
        os.environ[VARIABLE] = "off"  # worker processes follow


@command.command(
    cls=_Examples,
    short_help="Build the investor pack.",
    epilog="""
    tieout build                              model.xlsx to outputs/investor-pack.xlsx
    tieout build plan.xlsx --out packs        another workbook, another folder
    """,
)
@_MODEL
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default="outputs",
    show_default=True,
    help="Folder for the pack; made if it is not there.",
)
def build(model: Path, out: Path) -> int:
    """Build the investor pack from MODEL (model.xlsx)."""
    from engine.pipeline import build as build_pack
    from engine.terminal import build_text, progress

    try:
        with progress() as stage:
            built = build_pack(model, out, stage)
    except KeyboardInterrupt:
        click.echo(f"tieout: interrupted; what was in {out} before is whole", err=True)
        return INTERRUPTED
    click.echo(build_text(built))
    return 0


@command.command(
    cls=_Examples,
    short_help="Calculate figures, with inputs set for this run.",
    epilog="""
    tieout calc                                           every figure of the Outputs table
    tieout calc --get break_even_users --get Summary!C7
    tieout calc --set active_scenario=Downside
    tieout calc --set spot_price_small=0.25 --set hosted_churn=5% --get scale_margin --json
    tieout calc plan.xlsx --set "'My inputs'!B4=TRUE" --get "'My results'!B2:M9"
    """,
)
@_MODEL
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="NAME=VALUE",
    help='Set an input, by defined name or address, for this run only. 5% is 0.05; "5%" in quotes is text.',
)
@click.option(
    "--get", "wanted", multiple=True, metavar="NAME", help="A defined name, cell or range to print."
)
@_JSON
def calc(model: Path, settings: tuple[str, ...], wanted: tuple[str, ...], as_json: bool) -> int:
    """Calculate MODEL (model.xlsx) and print figures; without --get, those of its Outputs table.

    The exit code is 1 if a figure can't be evaluated; the others are printed all the same.
    """
    inputs = dict(map(_setting, settings))
    from engine.json_output import to_json, values_json
    from engine.pipeline import calculate
    from engine.terminal import figures_text, progress, unsettled_text

    with progress() as stage:
        calculated = calculate(model, inputs, wanted, stage)
    figures = calculated.figures
    click.echo(to_json(values_json(figures)) if as_json else figures_text(figures))
    if calculated.unsettled:
        click.echo(f"tieout: {unsettled_text(calculated.unsettled)}", err=True)
    return 1 if any(figure.missing for figure in figures) else 0


@command.command(
    cls=_Examples,
    short_help="Check the tables, the figures and the claims.",
    epilog="""
    tieout check                    what is wrong with model.xlsx, and what became of its claims
    tieout check plan.xlsx --json
    """,
)
@_MODEL
@_JSON
def check(model: Path, as_json: bool) -> int:
    """Check MODEL (model.xlsx): contract tables, error cells, stored values, checks and claims.

    The exit code is 1 if anything is wrong. A claim that breaks is news, not a fault.
    """
    from engine.json_output import audit_json, to_json
    from engine.pipeline import check as check_model
    from engine.terminal import audit_text, progress

    with progress() as stage:
        audit = check_model(model, stage)
    click.echo(to_json(audit_json(audit)) if as_json else audit_text(audit))
    return 0 if audit.sound else 1


@command.command(
    cls=_Examples,
    short_help="Print a workbook as text, for reviews and diffs.",
    epilog="""
    tieout dump                     model.xlsx
    tieout dump plan.xlsx > plan.txt
    git diff model.xlsx             the same text, where .gitattributes says so (see CONTRIBUTING)
    """,
)
@_MODEL
def dump(model: Path) -> int:
    """Print what was typed into MODEL (model.xlsx): names, tables, and a line per formula form.

    Any workbook will do. Computed values are left out: they change without an edit.
    """
    from engine.pipeline import text_of

    for line in text_of(model):
        click.echo(line)
    return 0


@command.command(
    cls=_Examples,
    short_help="Start a workbook of chosen business models.",
    epilog="""
    tieout new --list                                            the business models there are
    tieout new my-model.xlsx --with api-access,open-core --months 48
    tieout new my-model.xlsx --with consulting --title "Advice Ltd"
    """,
)
@click.argument("target", type=click.Path(path_type=Path), required=False)
@click.option("--with", "ids", default="", metavar="A,B", help="Ids of the business models, see --list.")
@click.option(
    "--months", type=click.IntRange(12, 240), default=60, show_default=True, help="How many months it models."
)
@click.option("--title", default=None, help="Title of the workbook (those of its business models).")
@click.option(
    "--list", "listing", is_flag=True, help="Print the id of each business model and what it models."
)
def new(target: Path | None, ids: str, months: int, title: str | None, listing: bool) -> int:
    """Write TARGET, a new workbook of the chosen business models and what they build on.

    It has assumptions, scenarios, analyses and claims ready to edit, and is never written over a file.
    """
    from engine.pipeline import models
    from engine.pipeline import new as new_model
    from engine.terminal import models_text, progress

    if listing:
        click.echo(models_text(models()))
        return 0
    if target is None or not _listed(ids):
        raise click.UsageError(
            "name the new workbook and its business models --with A,B, or ask for the --list"
        )
    with progress() as stage:
        made = new_model(target, _listed(ids), months, title, stage)
    click.echo(f"{made}: check it with: tieout check {made}")
    return 0


@command.command(
    cls=_Examples,
    short_help="Run many scenarios, from a file or at random.",
    epilog="""
    tieout run --scenarios cases.csv --to results.csv
    tieout run --scenarios cases.parquet --outputs funding_need --to out.parquet --workers 2
    tieout run --random 1000000 --seed 1 --summary              drawn from the Assumptions table
    tieout run --random 100000 --inputs hosted_churn,adoption_rate --to runs    a folder of Parquet files
    tieout run --scenarios cases.csv --to results.csv --cluster tcp://10.0.0.5:8786
    """,
)
@_MODEL
@click.option(
    "--scenarios",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="A .csv or .parquet file: a column per input, a row per scenario; blank leaves the input.",
)
@click.option(
    "--random",
    "count",
    type=click.IntRange(1),
    metavar="N",
    help="Draw N scenarios from the Assumptions table.",
)
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Which random scenarios.")
@click.option("--inputs", default="", metavar="A,B", help="Inputs to draw (every one that is not fixed).")
@click.option("--outputs", default="", metavar="A,B", help="Figures to compute (those of the Outputs table).")
@click.option(
    "--to",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Where results go: a .csv or .parquet file, or a new folder of Parquet files.",
)
@click.option("--summary", is_flag=True, help="Print count, errors, mean, deviation and quantiles.")
@click.option("--workers", type=click.IntRange(1), default=1, show_default=True, help="Processes to use.")
@click.option("--cluster", default="", metavar="ADDRESS", help="A Dask scheduler whose workers to use.")
@click.option("--explain", is_flag=True, help="Print how the figures would be computed, and run nothing.")
def run(
    model: Path,
    scenarios: Path | None,
    count: int | None,
    seed: int,
    inputs: str,
    outputs: str,
    to: Path | None,
    summary: bool,
    workers: int,
    cluster: str,
    explain: bool,
) -> int:
    """Run many scenarios of MODEL (model.xlsx) into a file, a folder or a summary.

    Ctrl-C keeps the finished scenarios under a name that says they are partial.
    """
    _check_run(scenarios, count, to, summary or explain, workers, cluster)
    from engine.pipeline import ScenarioRequest, explain_scenarios, run_scenarios
    from engine.terminal import progress, ran_text, scenario_progress

    request = ScenarioRequest(
        model, scenarios, count or 0, seed, _listed(inputs), _listed(outputs), to, summary, workers, cluster
    )
    if explain:
        click.echo(explain_scenarios(request))
        return 0
    with scenario_progress() as shown, progress(quiet=shown is not None) as stage:
        ran = run_scenarios(request, stage, shown)
    click.echo(ran_text(ran))
    if not ran.interrupted:
        return 0
    kept = f"; they are in {ran.path}" if ran.path else ""
    click.echo(f"tieout: interrupted after {ran.scenarios:,} of {ran.count:,} scenarios{kept}", err=True)
    return INTERRUPTED


def _check_run(
    scenarios: Path | None, count: int | None, to: Path | None, summary: bool, workers: int, cluster: str
) -> None:
    """Raise UsageError with everything that does not go together."""
    problems = []
    if (scenarios is None) == (count is None):
        problems.append("give either --scenarios FILE or --random N")
    if to is None and not summary:
        problems.append("say where results go with --to FILE, or ask for a --summary, or both")
    if cluster and workers != 1:
        problems.append("--cluster has workers of its own; leave out --workers")
    if problems:
        raise click.UsageError("; ".join(problems))


def _listed(names: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in names.split(",") if name.strip())


def _setting(text: str) -> tuple[str, Value]:
    """Return the input and the value of "NAME=VALUE"."""
    match = _SETTING.match(text)
    if match is None:
        raise click.BadParameter(f"{text!r} is not NAME=VALUE, such as price=10", param_hint="--set")
    return match[1].strip(), typed(match[2].strip())


def typed(text: str) -> Value:
    """Return what typing the text into a cell gives: a number, percentage, TRUE, error, blank or text."""
    if not text:
        return None
    if len(text) > 1 and text[0] == text[-1] == '"':
        return text[1:-1].replace('""', '"')
    if text.upper() in ERRORS:
        return ERRORS[text.upper()]
    if text.upper() in {"TRUE", "FALSE"}:
        return text.upper() == "TRUE"
    number, percent = (text[:-1], 100.0) if text.endswith("%") else (text, 1.0)
    if re.fullmatch(r"[-+]?(\d+|\d{1,3}(,\d{3})+)?(\.\d*)?([eE][-+]?\d+)?", number) and re.search(
        r"\d", number
    ):
        return float(number.replace(",", "")) / percent
    return text


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code; a failure is a message on stderr, never a traceback."""
    try:
        return int(command.main(args=arguments, prog_name="tieout", standalone_mode=False) or 0)
    except click.ClickException as problem:
        problem.show()
        return problem.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("tieout: interrupted", err=True)
        return INTERRUPTED
    except TieoutError as problem:
        click.echo(f"tieout: {problem}", err=True)
        return 1
    except Exception as problem:  # noqa: BLE001 -- whatever else fails is a fault of ours and still no traceback
        return _our_fault(problem)


def _our_fault(problem: Exception) -> int:
    if os.environ.get("TIEOUT_DEBUG"):
        raise problem
    kind = type(problem).__name__
    click.echo(
        f"tieout: {kind}: {problem}\n  This is a fault in tieout and nothing was written. "
        "Please report it with what TIEOUT_DEBUG=1 prints.",
        err=True,
    )
    return 1


if __name__ == "__main__":
    sys.exit(main())

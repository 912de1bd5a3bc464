"""Command line of the self-test."""

import argparse
import json
import platform
import sys
from typing import Any

import pyrite
from pyrite import cuda
from pyrite.gpu_selftest import checks, figures


def parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m pyrite.gpu_selftest",
        description="Says what the GPU is, checks every family of kernels against the CPU and measures a few figures.",
    )
    parser.add_argument("--json", action="store_true", help="one JSON object instead of text")
    parser.add_argument("--no-figures", action="store_true", help="only the checks")
    return parser.parse_args(arguments)


def card() -> dict[str, Any]:
    """What the GPU is, what it runs under, and this pyrite."""
    software = {"pyrite": pyrite.__version__, "python": platform.python_version(), "system": platform.platform()}
    return software | cuda.get_device_properties()._asdict()


def print_card(known: dict[str, Any]) -> None:
    print(f"pyrite {known['pyrite']}, Python {known['python']}, {known['system']}")
    print(f"{known['name']} ({known['kind']}), {known['backend']}, driver {known['driver']} {known['driver_info']}")
    memory = known["total_memory"]
    print(f"  memory    {'not told' if memory is None else f'{memory / 2**30:.1f} GiB'}")
    for name, value in known["limits"].items():
        print(f"  {name.replace('_', ' '):<27} {value:>14,}")
    print(f"  matrices  {known['cooperative_matrices']}")
    print(f"  features  {', '.join(known['features']) or 'none'}")
    print(f"  dtypes    {', '.join(known['dtypes'])}")


def print_outcome(outcome: checks.Outcome) -> None:
    state = "ok" if outcome.is_ok else "FAILED"
    programs = f"{outcome.programs} program{'s' if outcome.programs != 1 else ''}"
    print(f"  {outcome.family:<18} {state:<7} {programs:<12} largest difference {outcome.difference:.2g}", flush=True)
    for failure in outcome.failures:
        print(f"      {failure}")


def main(arguments: list[str] | None = None) -> int:
    """Tests and reports; the exit status: 0 if every check holds, else 1."""
    options = parse(arguments)
    missing = pyrite._core.gpu_missing()
    if missing is not None:
        print(json.dumps({"error": missing}) if options.json else f"There is nothing to test: {missing}")
        return 1
    known = card()
    is_software = known["kind"] == "Cpu"
    show = not options.json
    if show:
        print_card(known)
        print("against the CPU:")
    outcomes = []
    for outcome in checks.run(frozenset(known["dtypes"])):
        outcomes.append(outcome)
        if show:
            print_outcome(outcome)
    measured = []
    if not options.no_figures:
        if show:
            print("speed:" + (" (a software adapter: figures say nothing of a card)" if is_software else ""))
        for figure in figures.run(is_software):
            measured.append(figure)
            if show:
                print(f"  {figure[0]:<44} {figure[1]:>12,.2f} {figure[2]}", flush=True)
    is_ok = all(outcome.is_ok for outcome in outcomes)
    if show:
        print("every check holds" if is_ok else "some checks FAILED")
    else:
        rows = [{"what": what, "value": value, "unit": unit} for what, value, unit in measured]
        report = {"card": known, "checks": [outcome.as_json() for outcome in outcomes], "figures": rows, "ok": is_ok}
        print(json.dumps(report, indent=1, default=list))
    return 0 if is_ok else 1


if __name__ == "__main__":
    sys.exit(main())

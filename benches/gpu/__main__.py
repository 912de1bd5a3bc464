"""How fast is the GPU? `python benches/gpu` prints for each work its time, what that is of the card's own copy
bandwidth or in floating-point operations, and how PyTorch does on CUDA where it is installed."""

import argparse
import gc
import json
import re
import sys
from typing import Any

from timing import seconds
from works import Work, works

import pyrite


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python benches/gpu", description="Times pyrite on the GPU.")
    parser.add_argument(
        "--only", default="", help="a regular expression: times the works whose names it finds, and copy"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object instead of a table")
    parser.add_argument("--small", action="store_true", help="the sizes for a software adapter")
    return parser.parse_args()


def cuda_torch() -> Any:
    """PyTorch with a CUDA device, or None."""
    try:
        import torch
    except ImportError:
        return None
    return torch if torch.cuda.is_available() else None


def measured(library: Any, is_small: bool, only: str) -> dict[str, tuple[Work, float | str]]:
    """Each work of a library with its seconds, or with what it raised."""
    found: dict[str, tuple[Work, float | str]] = {}
    for work in works(library, is_small):
        if found and not re.search(only, work.name):
            continue
        try:
            found[work.name] = (work, seconds(work.run, library.cuda.synchronize))
        except (RuntimeError, NotImplementedError) as error:  # a table with a gap says more than none
            found[work.name] = (work, str(error).splitlines()[0])
        gc.collect()
        if not only:
            print(".", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return found


def rows(ours: dict, theirs: dict) -> list[dict[str, Any]]:
    """What the table says of each work."""
    first, copied = next(iter(ours.values()))
    bandwidth = first.moved / copied if isinstance(copied, float) else float("nan")
    table = []
    for name, (work, taken) in ours.items():
        if isinstance(taken, str):
            table.append({"work": name, "error": taken})
            continue
        row: dict[str, Any] = {"work": name, "seconds": taken}
        if work.moved and not work.computed:
            row |= {"bytes_per_second": work.moved / taken, "of_copy": work.moved / taken / bandwidth}
        if work.computed:
            row["operations_per_second"] = work.computed / taken
        other = theirs.get(name, (None, None))[1]
        if isinstance(other, float):
            row |= {"torch_seconds": other, "times_torch": taken / other}
        table.append(row)
    return table


def line(row: dict[str, Any]) -> str:
    if "error" in row:
        return f"{row['work']:<36} {row['error'][:80]}"
    rate = ""
    if "bytes_per_second" in row:
        rate = f"{row['bytes_per_second'] / 1e9:,.1f} GB/s"
    if "operations_per_second" in row:
        rate = f"{row['operations_per_second'] / 1e9:,.1f} GFLOP/s"
    share = f"{100 * row['of_copy']:.0f} %" if "of_copy" in row else ""
    torch = f"{row['times_torch']:.2f}" if "times_torch" in row else ""
    return f"{row['work']:<36} {row['seconds'] * 1e6:>12,.1f} us {rate:>18} {share:>8} {torch:>10}"


def main() -> int:
    options = parse()
    missing = pyrite._core.gpu_missing()
    if missing is not None:
        print(f"skipped: {missing}")
        return 0
    known = pyrite.cuda.get_device_properties()
    is_small = options.small or known.kind == "Cpu"
    torch = cuda_torch()
    table = rows(measured(pyrite, is_small, options.only), measured(torch, is_small, options.only) if torch else {})
    if options.json:
        print(json.dumps({"card": known._asdict(), "works": table}, indent=1, default=list))
        return 0
    print(f"{known.name}, {known.backend}, {known.driver} {known.driver_info}")
    if known.kind == "Cpu":
        print("a software adapter: small sizes, and figures that say nothing of a card")
    print(
        "PyTorch: "
        + (f"{torch.__version__} on {torch.cuda.get_device_name()}" if torch else "none with CUDA is installed")
    )
    print(f"{'work':<36} {'time':>15} {'rate':>18} {'of copy':>8} {'x PyTorch':>10}")
    print("\n".join(map(line, table)))
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Command line of the demo: trains, saves a checkpoint after each epoch, judges the reloaded model and draws a
picture."""

import argparse
import sys
import time
from pathlib import Path

import pyrite
from pyrite.demo.data import Digits, stratified_split
from pyrite.demo.report import confusion_matrix, draw, has_matplotlib
from pyrite.demo.training import Trainer, judge, load

INTERRUPTED = 130


def parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m pyrite.demo", description="Trains a small convolutional network on 1,797 handwritten digits."
    )
    parser.add_argument("--device", default="cpu", help="where to compute (cpu)")
    parser.add_argument("--epochs", type=positive, default=12, help="passes over the training digits (12)")
    parser.add_argument("--seed", type=int, default=0, help="of the split, the initial weights and the order (0)")
    parser.add_argument("--samples", type=positive, default=None, help="use only the first so many digits (all)")
    parser.add_argument("--out", type=Path, default=Path("demo-out"), help="folder for the files (demo-out)")
    return parser.parse_args(arguments)


def positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{number} is not 1 or more")
    return number


def train(trainer: Trainer, checkpoint: Path) -> bool:
    """Trains, telling how each epoch went; False where Ctrl-C ended it."""
    try:
        for result in trainer.run():
            trainer.save(checkpoint)
            print(
                f"epoch {result.epoch:2}/{trainer.epochs}: training loss {result.training_loss:.4f}, "
                f"held-out loss {result.held_out_loss:.4f}, accuracy {100 * result.accuracy:6.2f} %, "
                f"{result.seconds:.1f} s",
                flush=True,
            )
    except KeyboardInterrupt:
        kept = f"the checkpoint of epoch {len(trainer.history)} stays in {checkpoint}"
        print(f"\nInterrupted: {kept if trainer.history else 'no epoch was complete, nothing was saved'}.")
        return False
    return True


def main(arguments: list[str] | None = None) -> int:
    """Trains, judges and reports as the arguments say; the exit status."""
    options = parse(arguments)
    options.out.mkdir(parents=True, exist_ok=True)
    checkpoint, picture = options.out / "checkpoint.pt", options.out / "report.png"
    begun = time.perf_counter()

    pyrite.manual_seed(options.seed)
    training, held_out = stratified_split(Digits(options.samples), options.seed)
    trainer = Trainer(training, held_out, options.epochs, options.device)
    weights = sum(parameter.numel() for parameter in trainer.model.parameters())
    print(f"{len(training)} digits to train on, {len(held_out)} held out; {weights:,} weights on {options.device}")
    if not train(trainer, checkpoint):
        return INTERRUPTED

    model, history = load(checkpoint, options.device)
    verdict = judge(model, held_out, options.device)
    print(f"\n{confusion_matrix(verdict)}\n")
    print(
        f"The model reloaded from {checkpoint} reads {100 * verdict.accuracy:.2f} % of {len(held_out)} held-out "
        f"digits right, after {time.perf_counter() - begun:.1f} s."
    )
    if has_matplotlib():
        draw(picture, history, held_out, verdict)
        print(f"The losses and the digits are drawn in {picture}.")
    else:
        print("No picture was drawn: matplotlib is not installed (pip install 'pyrite[demo]' brings it).")
    return 0


if __name__ == "__main__":
    sys.exit(main())

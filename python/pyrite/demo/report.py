"""The report: a confusion matrix as text, and a picture of the losses and of digits with what the model read in
them."""

from collections import Counter
from pathlib import Path
from typing import Any

from pyrite.demo.data import CLASSES
from pyrite.demo.training import EpochResult, Judgement
from pyrite.utils.data import Dataset

GRID_ROWS, GRID_COLUMNS = 5, 8
RIGHT, WRONG = "black", "crimson"


def confusion_matrix(verdict: Judgement) -> str:
    """One row for each true digit, one column for each digit read; a zero is a dot."""
    counts = Counter(zip(verdict.labels, verdict.predictions))
    lines = ["true \\ read" + "".join(f"{read:4}" for read in range(CLASSES))]
    for true in range(CLASSES):
        cells = (counts[true, read] for read in range(CLASSES))
        lines.append(f"{true:11}" + "".join(f"{cell or '.':>4}" for cell in cells))
    return "\n".join(lines)


def has_matplotlib() -> bool:
    try:
        import matplotlib.figure  # noqa: F401
    except ImportError:
        return False
    return True


def draw(path: Path, history: list[EpochResult], digits: Dataset, verdict: Judgement) -> None:
    """Writes a PNG: the losses and the accuracy by epoch, and digits with their predictions, misread ones first."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(13, 5), layout="constrained")
    halves: Any = figure.subfigures(1, 2, width_ratios=(5, 8))
    draw_curves(halves[0].subplots(), history)
    draw_digits(halves[1], digits, verdict)
    figure.savefig(path, dpi=110)


def draw_curves(axes: Any, history: list[EpochResult]) -> None:
    epochs = [result.epoch for result in history]
    axes.plot(epochs, [result.training_loss for result in history], "o-", label="training loss")
    axes.plot(epochs, [result.held_out_loss for result in history], "o-", label="held-out loss")
    axes.set(xlabel="epoch", ylabel="cross-entropy (nats)", yscale="log", xlim=(0.5, len(epochs) + 0.5))
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.grid(alpha=0.3)
    axes.legend()
    axes.set_title(f"{100 * history[-1].accuracy:.2f} % of the held-out digits read right")


def chosen(verdict: Judgement, count: int) -> list[int]:
    """The misread digits, and as many others as there is room for, spread over all of them."""
    indices = range(len(verdict.labels))
    misread = [i for i in indices if verdict.labels[i] != verdict.predictions[i]][:count]
    right = [i for i in indices if verdict.labels[i] == verdict.predictions[i]]
    room = min(count - len(misread), len(right))
    return misread + [right[k * len(right) // room] for k in range(room)]


def draw_digits(figure: Any, digits: Dataset, verdict: Judgement) -> None:
    for axes, i in zip(figure.subplots(GRID_ROWS, GRID_COLUMNS).flat, chosen(verdict, GRID_ROWS * GRID_COLUMNS)):
        image, true = digits[i]
        read = verdict.predictions[i]
        axes.imshow(image[0].tolist(), cmap="gray_r", vmin=0, vmax=1)
        axes.set_title(f"{read}" if read == true else f"{read}, is {true}", color=RIGHT if read == true else WRONG)
        axes.set_axis_off()
    figure.suptitle("held-out digits and what the model read in them, misread ones first")

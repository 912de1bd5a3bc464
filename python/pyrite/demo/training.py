"""Training: epochs over a DataLoader, the judgement of a model, and the checkpoint that outlives an interruption."""

import os
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import pyrite
from pyrite import nn
from pyrite.demo.model import DigitNet
from pyrite.demo.progress import progress
from pyrite.utils.data import DataLoader, Dataset

BATCH_SIZE = 64
PEAK_RATE = 6e-3


@dataclass
class EpochResult:
    """Mean losses (cross-entropy, in nats) and the share of held-out digits that were read right, after an epoch."""

    epoch: int
    training_loss: float
    held_out_loss: float
    accuracy: float
    seconds: float


@dataclass
class Judgement:
    """How a model reads a set of digits: its mean loss, and the label and prediction of each in order."""

    loss: float
    labels: list[int]
    predictions: list[int]

    @property
    def accuracy(self) -> float:
        return sum(map(int.__eq__, self.labels, self.predictions)) / len(self.labels)


class Trainer:
    """A model with its optimizer, AdamW under a one-cycle learning rate, and its history."""

    def __init__(self, training: Dataset, held_out: Dataset, epochs: int, device: str) -> None:
        self.batches: DataLoader = DataLoader(training, batch_size=BATCH_SIZE, shuffle=True)
        self.held_out, self.epochs, self.device = held_out, epochs, device
        self.model = DigitNet().to(device)
        self.optimizer = pyrite.optim.AdamW(self.model.parameters(), lr=PEAK_RATE)
        self.schedule = pyrite.optim.lr_scheduler.OneCycleLR(
            self.optimizer, PEAK_RATE, total_steps=epochs * len(self.batches)
        )
        self.history: list[EpochResult] = []

    def run(self) -> Iterator[EpochResult]:
        """Trains, and after each epoch judges the model and yields the result."""
        for epoch in range(1, self.epochs + 1):
            begun = time.perf_counter()
            loss = self._train_once(f"epoch {epoch}/{self.epochs}")
            verdict = judge(self.model, self.held_out, self.device)
            seconds = time.perf_counter() - begun
            self.history.append(EpochResult(epoch, loss, verdict.loss, verdict.accuracy, seconds))
            yield self.history[-1]

    def _train_once(self, label: str) -> float:
        self.model.train()
        total = count = 0
        for images, labels in progress(self.batches, label):
            images, labels = images.to(self.device), labels.to(self.device)
            loss = nn.functional.cross_entropy(self.model(images), labels)
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
            self.schedule.step()
            total += loss.item() * len(labels)
            count += len(labels)
        return total / count

    def save(self, path: Path) -> None:
        """Writes a checkpoint, beside the old one first, so that an interruption leaves one of the two whole."""
        unfinished = path.with_suffix(".part")
        state = {
            "model": self.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "history": [asdict(result) for result in self.history],
        }
        pyrite.save(state, unfinished)
        os.replace(unfinished, path)


def judge(model: nn.Module, digits: Dataset, device: str) -> Judgement:
    """Reads `digits` with the model in evaluation mode."""
    model.eval()
    total, true, predictions = 0.0, [], []
    with pyrite.no_grad():
        for images, labels in DataLoader(digits, batch_size=256):
            scores = model(images.to(device))
            total += nn.functional.cross_entropy(scores, labels.to(device), reduction="sum").item()
            true += labels.tolist()
            predictions += scores.argmax(dim=1).tolist()
    return Judgement(total / len(true), true, predictions)


def load(path: Path, device: str) -> tuple[DigitNet, list[EpochResult]]:
    """The model and the history of a checkpoint."""
    state = pyrite.load(path, map_location=device)
    model = DigitNet()
    model.load_state_dict(state["model"])
    model.to(device)
    return model, [EpochResult(**result) for result in state["history"]]

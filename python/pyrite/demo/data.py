"""The digits: 1,797 real ones of 8 x 8 pixels, shipped with the package (see data/CREDITS.txt), and their split."""

import csv
import gzip
from importlib import resources

import pyrite
from pyrite.utils.data import Dataset, Subset

CLASSES = 10
SIDE = 8
BRIGHTEST = 16


class Digits(Dataset):
    """Sample i is an image, float32 of shape (1, 8, 8) in [0, 1], and its label, 0 to 9; the first `limit` of them."""

    def __init__(self, limit: int | None = None) -> None:
        with resources.files("pyrite").joinpath("data/digits.csv.gz").open("rb") as packed:
            text = gzip.decompress(packed.read()).decode("ascii")
        rows = [[int(field) for field in row] for row in csv.reader(text.splitlines()[:limit])]
        pixels = pyrite.tensor([row[:-1] for row in rows], dtype=pyrite.float32)
        self.images = pixels.reshape(-1, 1, SIDE, SIDE) / BRIGHTEST
        self.labels = [row[-1] for row in rows]

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, index: int) -> tuple[pyrite.Tensor, int]:
        return self.images[index], self.labels[index]


def stratified_split(digits: Digits, seed: int, held_out: float = 0.2) -> tuple[Subset, Subset]:
    """A training part and a held-out part, which has the share `held_out` of each class, chosen at random from
    `seed`."""
    generator = pyrite.Generator().manual_seed(seed)
    training, judged = [], []
    for label in range(CLASSES):
        members = [i for i, other in enumerate(digits.labels) if other == label]
        order = [members[i] for i in pyrite.randperm(len(members), generator=generator).tolist()]
        cut = round(held_out * len(members))
        judged += order[:cut]
        training += order[cut:]
    return Subset(digits, training), Subset(digits, judged)

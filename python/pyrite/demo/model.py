"""The classifier: three convolutions with batch normalization, and a linear layer."""

import pyrite
from pyrite import nn
from pyrite.demo.data import CLASSES, SIDE


def convolution(inputs: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, kernel_size=3, padding=1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU()
    )


class DigitNet(nn.Module):
    """Images of shape (N, 1, 8, 8) to scores of the ten digits, shape (N, 10)."""

    def __init__(self, width: int = 16, dropout: float = 0.5) -> None:
        super().__init__()
        self.features = nn.Sequential(
            convolution(1, width),
            convolution(width, 2 * width),
            nn.MaxPool2d(2),
            convolution(2 * width, 2 * width),
        )
        self.classify = nn.Sequential(
            nn.Flatten(), nn.Dropout(dropout), nn.Linear(2 * width * (SIDE // 2) ** 2, CLASSES)
        )

    def forward(self, images: pyrite.Tensor) -> pyrite.Tensor:
        return self.classify(self.features(images))

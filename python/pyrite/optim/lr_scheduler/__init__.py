"""Learning rate schedules (https://docs.pytorch.org/docs/stable/optim.html#how-to-adjust-learning-rate)."""

from pyrite.optim.lr_scheduler.composed import ChainedScheduler, SequentialLR
from pyrite.optim.lr_scheduler.cosine import CosineAnnealingLR, CosineAnnealingWarmRestarts
from pyrite.optim.lr_scheduler.cyclic import CyclicLR
from pyrite.optim.lr_scheduler.decay import ExponentialLR, MultiStepLR, PolynomialLR, StepLR
from pyrite.optim.lr_scheduler.function import LambdaLR, MultiplicativeLR
from pyrite.optim.lr_scheduler.one_cycle import OneCycleLR
from pyrite.optim.lr_scheduler.plateau import ReduceLROnPlateau
from pyrite.optim.lr_scheduler.scheduler import LRScheduler
from pyrite.optim.lr_scheduler.warmup import ConstantLR, LinearLR

_LRScheduler = LRScheduler

__all__ = [
    "ChainedScheduler",
    "ConstantLR",
    "CosineAnnealingLR",
    "CosineAnnealingWarmRestarts",
    "CyclicLR",
    "ExponentialLR",
    "LRScheduler",
    "LambdaLR",
    "LinearLR",
    "MultiStepLR",
    "MultiplicativeLR",
    "OneCycleLR",
    "PolynomialLR",
    "ReduceLROnPlateau",
    "SequentialLR",
    "StepLR",
]

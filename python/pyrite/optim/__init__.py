"""Optimizers under the names of torch.optim (https://docs.pytorch.org/docs/stable/optim.html)."""

import importlib
from types import ModuleType

from pyrite.optim import lr_scheduler as lr_scheduler
from pyrite.optim.adadelta import Adadelta
from pyrite.optim.adafactor import Adafactor
from pyrite.optim.adagrad import Adagrad
from pyrite.optim.adam import Adam
from pyrite.optim.adamax import Adamax
from pyrite.optim.adamw import AdamW
from pyrite.optim.asgd import ASGD
from pyrite.optim.lbfgs import LBFGS
from pyrite.optim.muon import Muon
from pyrite.optim.nadam import NAdam
from pyrite.optim.optimizer import Optimizer
from pyrite.optim.radam import RAdam
from pyrite.optim.rmsprop import RMSprop
from pyrite.optim.rprop import Rprop
from pyrite.optim.sgd import SGD

__all__ = [
    "ASGD",
    "Adadelta",
    "Adafactor",
    "Adagrad",
    "Adam",
    "AdamW",
    "Adamax",
    "LBFGS",
    "Muon",
    "NAdam",
    "Optimizer",
    "RAdam",
    "RMSprop",
    "Rprop",
    "SGD",
    "lr_scheduler",
    "swa_utils",
]


def __getattr__(name: str) -> ModuleType:
    """`swa_utils` loads when it is asked for: it needs the modules of `nn`, which optimizers do not."""
    if name == "swa_utils":
        return importlib.import_module("pyrite.optim.swa_utils")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

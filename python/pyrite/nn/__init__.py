"""Neural networks under PyTorch's names (torch.nn): modules, parameters, initial weights and functions."""

from pyrite.hooks import RemovableHandle
from pyrite.nn import functional, init, modules, parameter, utils
from pyrite.nn.module import Module
from pyrite.nn.modules import *
from pyrite.nn.modules import __all__ as _layers
from pyrite.nn.parameter import Buffer, Parameter, UninitializedBuffer, UninitializedParameter

__all__ = [
    "Buffer",
    "Module",
    "Parameter",
    "RemovableHandle",
    "UninitializedBuffer",
    "UninitializedParameter",
    "functional",
    "init",
    "modules",
    "parameter",
    "utils",
    *_layers,
]

"""Gradients by recording (see ``torch.autograd``)."""

from pyrite.autograd import functional
from pyrite.autograd.engine import backward, grad
from pyrite.autograd.function import Function
from pyrite.autograd.gradcheck import gradcheck, gradgradcheck
from pyrite.autograd.mode import enable_grad, inference_mode, no_grad, set_grad_enabled

__all__ = [
    "Function",
    "backward",
    "enable_grad",
    "functional",
    "grad",
    "gradcheck",
    "gradgradcheck",
    "inference_mode",
    "no_grad",
    "set_grad_enabled",
]

"""Gradients by recording (see ``torch.autograd``)."""

from pyrite.autograd import functional
from pyrite.autograd.anomaly import detect_anomaly, set_detect_anomaly
from pyrite.autograd.engine import backward, grad
from pyrite.autograd.function import Function
from pyrite.autograd.gradcheck import gradcheck, gradgradcheck
from pyrite.autograd.mode import enable_grad, inference_mode, no_grad, set_grad_enabled

__all__ = [
    "Function",
    "backward",
    "detect_anomaly",
    "enable_grad",
    "functional",
    "grad",
    "gradcheck",
    "gradgradcheck",
    "inference_mode",
    "no_grad",
    "set_detect_anomaly",
    "set_grad_enabled",
]

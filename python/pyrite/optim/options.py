"""Checks of the hyperparameters that optimizers share, with PyTorch's wording."""

from pyrite.tensor import Tensor


def check_rate(lr: float | Tensor, message: str = "Invalid learning rate:") -> None:
    """Raises ValueError unless `lr` is a number, or a tensor of one element, of at least 0."""
    if isinstance(lr, Tensor) and lr.numel() != 1:
        raise ValueError("Tensor lr must be 1-element")
    if not lr >= 0.0:
        raise ValueError(f"{message} {lr}")


def check_not_negative(**options: float) -> None:
    """Raises ValueError for the first option below 0; `eps` is called epsilon."""
    for name, value in options.items():
        if not value >= 0.0:
            shown = "epsilon" if name == "eps" else name
            raise ValueError(f"Invalid {shown} value: {value}")


def check_betas(betas: tuple) -> None:
    """Raises ValueError unless both decay rates lie in [0, 1)."""
    for i in range(2):
        if not 0.0 <= betas[i] < 1.0:
            raise ValueError(f"Invalid beta parameter at index {i}: {betas[i]}")


def check_fused(fused: bool | None, foreach: bool | None, differentiable: bool) -> None:
    """Raises RuntimeError where `fused` is combined with an option that it excludes."""
    if fused and differentiable:
        raise RuntimeError("`fused` does not support `differentiable`")
    if fused and foreach:
        raise RuntimeError("`fused` and `foreach` cannot be `True` together.")

"""``torch.signal``: windows for signal processing."""

from pyrite.signal import windows

__all__ = ["windows"]

"""Handles of registered hooks (see ``torch.utils.hooks``)."""

from pyrite.hooks import RemovableHandle

__all__ = ["RemovableHandle"]

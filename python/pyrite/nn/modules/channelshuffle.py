"""Groups of channels interleaved (Zhang et al., 2018)."""

from pyrite.nn import functional as F
from pyrite.nn.module import Module
from pyrite.tensor import Tensor


class ChannelShuffle(Module):
    """Interleaves `groups` groups of the channels of (N, C, *)."""

    def __init__(self, groups: int) -> None:
        super().__init__()
        self.groups = groups

    def forward(self, input: Tensor) -> Tensor:
        return F.channel_shuffle(input, self.groups)

    def extra_repr(self) -> str:
        return f"groups={self.groups}"

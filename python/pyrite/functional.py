"""``torch.functional``: functions that PyTorch also keeps under this name."""

from pyrite import ops
from pyrite.ops.arguments import with_out

_NAMES = """
atleast_1d atleast_2d atleast_3d align_tensors block_diag broadcast_shapes broadcast_tensors cartesian_prod cdist
chain_matmul einsum istft lu meshgrid norm split stft tensordot unique unique_consecutive unravel_index
""".split()

__all__ = [name for name in _NAMES if hasattr(ops, name)]
globals().update({name: with_out(getattr(ops, name)) for name in __all__})

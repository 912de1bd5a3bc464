"""Linear algebra (see ``torch.linalg``)."""

from pyrite.ops.arguments import with_out
from pyrite.ops.linalg import cross_product, linalg_vander, matmul, matrix_power, multi_dot, vecdot
from pyrite.ops.norms import linalg_norm as _linalg_norm
from pyrite.ops.norms import matrix_norm, vector_norm
from pyrite.ops.shape import diagonal as _diagonal
from pyrite.tensor import Tensor


@with_out
def cross(input: Tensor, other: Tensor, *, dim: int = -1) -> Tensor:
    """The cross products of vectors of three along a dimension (see ``torch.linalg.cross``)."""
    return cross_product(input, other, dim)


def diagonal(A: Tensor, *, offset: int = 0, dim1: int = -2, dim2: int = -1) -> Tensor:
    """The diagonals of matrices (see ``torch.linalg.diagonal``)."""
    return _diagonal(A, offset, dim1, dim2)


matmul, multi_dot, vecdot = with_out(matmul), with_out(multi_dot), with_out(vecdot)
matrix_power, vander = with_out(matrix_power), linalg_vander
norm, matrix_norm, vector_norm = with_out(_linalg_norm), with_out(matrix_norm), with_out(vector_norm)

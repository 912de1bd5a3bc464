"""Linear algebra (see ``torch.linalg``)."""

from collections.abc import Callable

from pyrite.ops import factorization as _factors
from pyrite.ops import linalg as _products
from pyrite.ops import matrix_powers as _powers
from pyrite.ops import norms as _norms
from pyrite.ops import orthogonal as _orthogonal
from pyrite.ops import spectral as _spectral
from pyrite.ops import spectrum as _spectrum
from pyrite.ops import triangular as _triangular
from pyrite.ops import vectors as _vectors
from pyrite.ops.arguments import require_tensor as _required
from pyrite.ops.arguments import with_out
from pyrite.ops.matrices import LinAlgError as LinAlgError
from pyrite.ops.shape import diagonal as _diagonal
from pyrite.tensor import Tensor

__all__ = """
LinAlgError cholesky cholesky_ex cond cross det diagonal eigh eigvalsh householder_product inv inv_ex lstsq lu
lu_factor lu_factor_ex lu_solve matmul matrix_exp matrix_norm matrix_power matrix_rank multi_dot norm pinv qr slogdet
solve solve_ex solve_triangular svd svdvals tensorinv tensorsolve vander vecdot vector_norm
""".split()


def _named(name: str, function: Callable) -> Callable:
    """A function under the name it has here, with ``out=``."""
    call = with_out(function)
    call.__name__ = call.__qualname__ = name
    return call


def _each(*functions: Callable) -> tuple[Callable, ...]:
    """The functions with ``out=``, under their own names."""
    return tuple(with_out(function) for function in functions)


cholesky = _named("cholesky", _triangular.linalg_cholesky)
lu, lu_solve = _named("lu", _factors.linalg_lu), _named("lu_solve", _factors.linalg_lu_solve)
qr, svd = _named("qr", _orthogonal.linalg_qr), _named("svd", _spectrum.linalg_svd)
slogdet = _named("slogdet", _factors.linalg_slogdet)
cholesky_ex, lu_factor, lu_factor_ex = _each(_triangular.cholesky_ex, _factors.lu_factor, _factors.lu_factor_ex)
det, inv, inv_ex, solve, solve_ex = _each(
    _factors.det, _factors.inv, _factors.inv_ex, _factors.solve, _factors.solve_ex
)
solve_triangular, householder_product = _each(_triangular.solve_triangular, _orthogonal.householder_product)
eigh, eigvalsh, svdvals = _each(_spectrum.eigh, _spectrum.eigvalsh, _spectrum.svdvals)
cond, lstsq, matrix_rank, pinv = _each(_spectral.cond, _spectral.lstsq, _spectral.matrix_rank, _spectral.pinv)
tensorinv, tensorsolve = _each(_spectral.tensorinv, _spectral.tensorsolve)
matrix_exp = _spectral.matrix_exp
matrix_norm, vector_norm = _each(_norms.matrix_norm, _norms.vector_norm)
norm = _named("norm", _norms.linalg_norm)
matmul, multi_dot, vecdot, matrix_power = _each(
    _products.matmul, _products.multi_dot, _vectors.vecdot, _powers.matrix_power
)
vander = _named("vander", _vectors.linalg_vander)


@with_out
def cross(input: Tensor, other: Tensor, *, dim: int = -1) -> Tensor:
    """The cross products of vectors of three along a dimension (see ``torch.linalg.cross``)."""
    return _vectors.cross_product(input, other, dim)


def diagonal(A: Tensor, *, offset: int = 0, dim1: int = -2, dim2: int = -1) -> Tensor:
    """The diagonals of matrices (see ``torch.linalg.diagonal``)."""
    _required("linalg.diagonal", A, "A")
    return _diagonal(A, offset, dim1, dim2)

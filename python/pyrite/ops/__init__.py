"""Every public function of the package, one file for each family; gradients stand beside the operations."""

from typing import TYPE_CHECKING, Any

from pyrite.ops import (
    arithmetic,
    contraction,
    convert,
    copies,
    create,
    data,
    extremes,
    factorization,
    floats,
    index,
    join,
    linalg,
    lookup,
    matrix_powers,
    normalize,
    norms,
    orthogonal,
    overwrite,
    pointwise,
    product,
    random,
    ranges,
    rearrange,
    reduce,
    relayout,
    scan,
    scattering,
    search,
    shape,
    slopes,
    spectral,
    spectrum,
    splits,
    statistics,
    triangle,
    triangular,
    vectors,
)
from pyrite.ops import complex as complex_
from pyrite.ops.arguments import with_out

#: The modules that functions are taken from; a later one wins.
FAMILIES = (
    *(convert, data, create, ranges, pointwise, arithmetic, floats, complex_, reduce, product),
    *(shape, splits, copies, join, rearrange, slopes, triangle),
    *(index, lookup, overwrite, scattering, relayout),
    *(linalg, vectors, contraction, factorization, matrix_powers, triangular, orthogonal, spectrum, spectral, random),
    *(normalize, extremes, scan, search, statistics, norms),
)


def _public(module: object) -> dict[str, object]:
    names = getattr(module, "__all__", None) or [
        name
        for name, value in vars(module).items()
        if not name.startswith("_") and callable(value) and getattr(value, "__module__", None) == module.__name__
    ]
    return {name: getattr(module, name) for name in names}


for _family in FAMILIES:
    globals().update(_public(_family))

if TYPE_CHECKING:

    def __getattr__(name: str) -> Any: ...

"""Named tuples that functions with several results return, under PyTorch's names (see ``torch.return_types``)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def structure(name: str, *fields: str) -> type:
    """A tuple type whose items also have names; made from one sequence, as PyTorch's are."""

    def make(cls: type, items: Any) -> Any:
        items = tuple(items)
        if len(items) != len(fields):
            raise TypeError(
                f"pyrite.return_types.{name}() takes a {len(fields)}-sequence ({len(items)}-sequence given)"
            )
        return tuple.__new__(cls, items)

    def text(self: tuple) -> str:
        return f"pyrite.return_types.{name}(\n" + ",\n".join(f"{f}={v!r}" for f, v in zip(fields, self)) + ")"

    places: dict[str, Any] = {f: property(getter(i)) for i, f in enumerate(fields)}
    numbers = {"n_fields": len(fields), "n_sequence_fields": len(fields), "n_unnamed_fields": 0}
    reduce = {"__reduce__": lambda self: (type(self), (tuple(self),))}
    return type(
        name,
        (tuple,),
        {"__new__": make, "__repr__": text, "__slots__": (), "__module__": __name__} | places | numbers | reduce,
    )


def getter(place: int) -> Callable:
    return lambda self: self[place]


aminmax = structure("aminmax", "min", "max")
cummax = structure("cummax", "values", "indices")
cummin = structure("cummin", "values", "indices")
frexp = structure("frexp", "mantissa", "exponent")
geqrf = structure("geqrf", "a", "tau")
histogram = structure("histogram", "hist", "bin_edges")
histogramdd = structure("histogramdd", "hist", "bin_edges")
kthvalue = structure("kthvalue", "values", "indices")
linalg_cholesky_ex = structure("linalg_cholesky_ex", "L", "info")
linalg_eigh = structure("linalg_eigh", "eigenvalues", "eigenvectors")
linalg_inv_ex = structure("linalg_inv_ex", "inverse", "info")
linalg_lstsq = structure("linalg_lstsq", "solution", "residuals", "rank", "singular_values")
linalg_lu = structure("linalg_lu", "P", "L", "U")
linalg_lu_factor = structure("linalg_lu_factor", "LU", "pivots")
linalg_lu_factor_ex = structure("linalg_lu_factor_ex", "LU", "pivots", "info")
linalg_qr = structure("linalg_qr", "Q", "R")
linalg_slogdet = structure("linalg_slogdet", "sign", "logabsdet")
linalg_solve_ex = structure("linalg_solve_ex", "result", "info")
linalg_svd = structure("linalg_svd", "U", "S", "Vh")
lu_unpack = structure("lu_unpack", "P", "L", "U")
max = structure("max", "values", "indices")
median = structure("median", "values", "indices")
min = structure("min", "values", "indices")
mode = structure("mode", "values", "indices")
nanmedian = structure("nanmedian", "values", "indices")
qr = structure("qr", "Q", "R")
slogdet = structure("slogdet", "sign", "logabsdet")
sort = structure("sort", "values", "indices")
svd = structure("svd", "U", "S", "V")
topk = structure("topk", "values", "indices")
triangular_solve = structure("triangular_solve", "solution", "cloned_coefficient")

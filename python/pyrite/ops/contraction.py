"""Sums of products over named dimensions: einsum, tensordot and inner, as one batched matrix product for each pair of
operands."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from pyrite.ops import elementwise as rows
from pyrite.ops.arguments import wrap_dim
from pyrite.ops.linalg import bmm_of, mm
from pyrite.ops.shape import diagonal, expand, permute, reshape, squeeze, unsqueeze
from pyrite.tensor import Tensor

__all__ = ["einsum", "inner", "tensordot"]

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def tensordot(a: Any, b: Any, dims: Any = 2, out: Any = None) -> Any:
    """The sum of products over dimensions of `a` and `b`: the last and first `dims`, or two lists (see
    ``torch.tensordot``)."""
    first, second = contracted(a, b, dims)
    if len(first) != len(second):
        raise RuntimeError(f"both dimension lists should have same length, got {first} and {second}")
    for x, dimensions in ((a, first), (b, second)):
        if dimensions and x.ndim == 0:
            raise IndexError(f"Dimension specified as {dimensions[0]} but tensor has no dimensions")
    first, second = [wrap_dim(d, a.ndim) for d in first], [wrap_dim(d, b.ndim) for d in second]
    for i, j in zip(first, second):
        m, n = a.shape[i], b.shape[j]
        if m != n:
            if 1 not in (m, n):
                raise RuntimeError(
                    f"contracted dimensions need to match, but first has size {m} in dim {i} and second has size {n} "
                    f"in dim {j}"
                )
            a = a.sum(i, True) if n == 1 else a
            b = b.sum(j, True) if m == 1 else b
    own, other = [d for d in range(a.ndim) if d not in first], [d for d in range(b.ndim) if d not in second]
    size = math.prod(a.shape[d] for d in first)
    x = reshape(permute(a, [*own, *first]) if a.ndim else a, [math.prod(a.shape[d] for d in own), size])
    y = reshape(permute(b, [*second, *other]) if b.ndim else b, [size, math.prod(b.shape[d] for d in other)])
    result = reshape(mm(x, y), [a.shape[d] for d in own] + [b.shape[d] for d in other])
    return result if out is None else out.resize_(result.shape).copy_(result)


def inner(input: Any, other: Any) -> Any:
    """The inner products over the last dimensions (see ``torch.inner``)."""
    if input.ndim == 0 or other.ndim == 0:
        return input * other
    if input.shape[-1] != other.shape[-1]:
        raise RuntimeError(
            "inner() the last dimension must match on both input tensors but got shapes "
            f"{list(input.shape)} and {list(other.shape)}"
        )
    return tensordot(input, other, ([-1], [-1]))


def contracted(a: Any, b: Any, dims: Any) -> tuple[list[int], list[int]]:
    """The two lists of dimensions that an argument `dims` means."""
    if isinstance(dims, Tensor):
        dims = dims.tolist()
    if isinstance(dims, int):
        if dims < 0:
            raise RuntimeError(f"tensordot expects dims >= 0, but got dims={dims}")
        if dims > min(a.ndim, b.ndim):
            raise RuntimeError(f"tensordot expects dims < ndim_a or ndim_b, but got dims={dims}")
        return list(range(a.ndim - dims, a.ndim)), list(range(dims))
    if not isinstance(dims, tuple | list) or len(dims) != 2:
        raise RuntimeError(
            "tensordot expects dims to be int or tuple[list[int], list[int]] or list[list[int]] containing two lists, "
            "but got "
            f"dims={dims}"
        )
    first, second = dims
    return [first] if isinstance(first, int) else list(first), [second] if isinstance(second, int) else list(second)


def einsum(*args: Any) -> Any:
    """The sum of products of the operands over the letters of an equation that the result does not name.

    ``einsum("ij,jk->ik", a, b)``, or with lists of numbers behind the operands: ``einsum(a, [0, 1], b, [1, 2], [0,
    2])``. An ellipsis stands for dimensions that broadcast (see ``torch.einsum``).
    """
    equation, operands = read_arguments(args)
    left, arrow, right = equation.replace(" ", "").partition("->")
    terms = left.split(",")
    if len(terms) != len(operands):
        more = "fewer" if len(operands) < len(terms) else "more"
        raise RuntimeError(f"einsum(): {more} operands were provided than specified in the equation")
    named = [axes_of(term, x.ndim, i) for i, (term, x) in enumerate(zip(terms, operands))]
    dots = max((sum(isinstance(a, int) for a in axes) for axes in named), default=0)
    result = result_axes(right, terms, named, dots) if arrow else implicit_result(terms, dots)
    sizes: dict = {}
    parts = [(once(x, axes, sizes), axes) for x, axes in zip(operands, named)]
    current, axes = parts[0][0], list(dict.fromkeys(named[0]))
    for k, (x, own) in enumerate(parts[1:], 1):
        later = {a for _, after in parts[k + 1 :] for a in after} | set(result)
        current, axes = pair(current, axes, x, list(dict.fromkeys(own)), later, sizes)
    return finished(current, axes, result)


def read_arguments(args: tuple) -> tuple[str, list]:
    if not args:
        raise ValueError(
            "einsum(): must specify the equation string and at least one operand, or at least one operand and its "
            "subscripts list"
        )
    if isinstance(args[0], str):
        operands = list(args[1]) if len(args) == 2 and isinstance(args[1], tuple | list) else list(args[1:])
        if not operands:
            raise ValueError(
                "einsum(): must specify the equation string and at least one operand, or at least one operand and its "
                "subscripts list"
            )
        return args[0], operands
    operands, lists = list(args[:-1:2] if len(args) % 2 else args[::2]), list(args[1::2])
    text = ",".join(letters(item) for item in lists[: len(operands)])
    return (f"{text}->{letters(args[-1])}" if len(args) % 2 else text), operands


def letters(numbers: Sequence[Any]) -> str:
    out = ""
    for n in numbers:
        if n is Ellipsis:
            out += "..."
        elif not 0 <= n < 52:
            raise ValueError("einsum(): subscript not within the valid range [0, 52)")
        else:
            out += LETTERS[n]
    return out


def axes_of(term: str, rank: int, operand: int) -> list:
    """The names of an operand's dimensions; those of its ellipsis are numbers, counted from the last: -1, -2, ..."""
    before, dots, after = term.partition("...")
    for c in before + after:
        if c not in LETTERS:
            raise RuntimeError(
                f"einsum(): invalid subscript given at index {operand} in the equation string, subscripts must be in "
                "[a-zA-Z]"
            )
    count = rank - len(before) - len(after)
    if count < 0 or (count > 0 and not dots):
        raise RuntimeError(
            f"einsum(): the number of subscripts in the equation ({len(before) + len(after)}) does not match the "
            "number of dimensions "
            f"({rank}) for operand {operand} and no ellipsis was given"
        )
    return [*before, *range(-count, 0), *after]


def result_axes(right: str, terms: list[str], named: list, dots: int) -> list:
    before, ellipsis, after = right.partition("...")
    for c in before + after:
        if c not in LETTERS:
            raise RuntimeError("einsum(): invalid subscript given in the output, subscripts must be in [a-zA-Z]")
        if (before + after).count(c) > 1:
            raise RuntimeError(f"einsum(): output subscript {c} appears more than once in the output")
        if not any(c in term for term in terms):
            raise RuntimeError(f"einsum(): output subscript {c} does not appear in the equation for any input operand")
    return [*before, *(range(-dots, 0) if ellipsis else ()), *after]


def implicit_result(terms: list[str], dots: int) -> list:
    """Without an arrow: the ellipsis, then the letters that occur once, in the order of the alphabet."""
    text = "".join(terms)
    return [*range(-dots, 0), *sorted(c for c in set(text) if c in LETTERS and text.count(c) == 1)]


def once(x: Any, axes: list, sizes: dict) -> Any:
    """An operand with every name once, as the diagonal where one occurs twice; notes the sizes."""
    names = list(axes)
    for name in dict.fromkeys(axes):
        while names.count(name) > 1:
            i = names.index(name)
            j = names.index(name, i + 1)
            if x.shape[i] != x.shape[j]:
                raise RuntimeError(
                    f"einsum(): subscript {name} is repeated for operand but the sizes don't match, {x.shape[j]} != "
                    f"{x.shape[i]}"
                )
            x = diagonal(x, 0, i, j)
            names = [n for k, n in enumerate(names) if k not in (i, j)] + [name]
    order = list(dict.fromkeys(axes))
    x = permute(x, [names.index(n) for n in order]) if x.ndim else x
    for name, n in zip(order, x.shape):
        if sizes.get(name, 1) == 1:
            sizes[name] = n
        elif n not in (1, sizes[name]):
            raise RuntimeError(
                f"einsum(): subscript {name} has size {n} which does not broadcast with previously seen size "
                f"{sizes[name]}"
            )
    return x


def without(x: Any, axes: list, gone: set) -> tuple[Any, list]:
    """Sums dimensions away."""
    places = [i for i, a in enumerate(axes) if a in gone]
    return (x.sum(places), [a for a in axes if a not in gone]) if places else (x, axes)


def pair(x: Any, ax: list, y: Any, ay: list, later: set, sizes: dict) -> tuple[Any, list]:
    """The sum of products of two operands over the names that nothing later needs."""
    x, ax = without(x, ax, {a for a in ax if a not in ay and a not in later})
    y, ay = without(y, ay, {a for a in ay if a not in ax and a not in later})
    shared = [a for a in ax if a in ay]
    summed = [a for a in shared if a not in later]
    for a in list(summed):
        m, n = x.shape[ax.index(a)], y.shape[ay.index(a)]
        if m != n:
            x, ax = without(x, ax, {a}) if n == 1 and m != 1 else (x, ax)
            y, ay = without(y, ay, {a}) if m == 1 and n != 1 else (y, ay)
            if a in ax:
                x, ax = (squeeze(x, ax.index(a)), [b for b in ax if b != a]) if m == 1 else without(x, ax, {a})
            if a in ay:
                y, ay = (squeeze(y, ay.index(a)), [b for b in ay if b != a]) if n == 1 else without(y, ay, {a})
            summed.remove(a)
    batch = [a for a in ax if a in ay and a not in summed]
    own, other = [a for a in ax if a not in ay], [a for a in ay if a not in ax]
    both = {
        a: max(x.shape[ax.index(a)], y.shape[ay.index(a)])
        if 0 not in (x.shape[ax.index(a)], y.shape[ay.index(a)])
        else 0
        for a in batch
    }
    rows_, columns = [x.shape[ax.index(a)] for a in own], [y.shape[ay.index(a)] for a in other]
    inner = [x.shape[ax.index(a)] for a in summed]
    left = permute(x, [ax.index(a) for a in [*batch, *own, *summed]]) if x.ndim else x
    right = permute(y, [ay.index(a) for a in [*batch, *summed, *other]]) if y.ndim else y
    if not summed:
        left = reshape(left, [*left.shape, *[1] * len(other)])
        right = reshape(right, [*right.shape[: len(batch)], *[1] * len(own), *right.shape[len(batch) :]])
        return rows.mul(left, right), [*batch, *own, *other]
    count = list(both.values())
    left, right = expand(left, [*count, *rows_, *inner]), expand(right, [*count, *inner, *columns])
    k, b = math.prod(inner), math.prod(count)
    product = bmm_of(reshape(left, [b, math.prod(rows_), k]), reshape(right, [b, k, math.prod(columns)]))
    return reshape(product, [*count, *rows_, *columns]), [*batch, *own, *other]


def finished(x: Any, axes: list, result: list) -> Any:
    """The dimensions in the order of the result; an ellipsis that no operand had this far counts as size 1."""
    x, axes = without(x, axes, {a for a in axes if a not in result})
    for a in result:
        if a not in axes:
            x, axes = unsqueeze(x, 0), [a, *axes]
    return permute(x, [axes.index(a) for a in result]) if x.ndim else x

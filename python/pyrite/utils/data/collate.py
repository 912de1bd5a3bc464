"""Collation: a list of samples becomes one batch of tensors, and the containers of the samples keep their form."""

from __future__ import annotations

import copy
import sys
from collections.abc import Callable, Mapping, MutableMapping, MutableSequence, Sequence
from typing import Any

from pyrite import ops
from pyrite.dtype import float64
from pyrite.tensor import Tensor

Rules = dict  # of type, or tuple of types, to Callable(batch, *, collate_fn_map)


def refusal(found: Any) -> TypeError:
    return TypeError(
        f"default_collate: batch must contain tensors, numpy arrays, numbers, dicts or lists; found {found}"
    )


def collate_tensor_fn(batch: Sequence[Tensor], *, collate_fn_map: Rules | None = None) -> Tensor:
    return ops.stack(list(batch), 0)


def collate_numpy_array_fn(batch: Sequence, *, collate_fn_map: Rules | None = None) -> Any:
    if holds_text_or_objects(batch[0]):
        raise refusal(batch[0].dtype)
    return collate([ops.as_tensor(array) for array in batch], collate_fn_map=collate_fn_map)


def collate_numpy_scalar_fn(batch: Sequence, *, collate_fn_map: Rules | None = None) -> Tensor:
    return ops.as_tensor(sys.modules["numpy"].asarray(batch))


def collate_float_fn(batch: Sequence[float], *, collate_fn_map: Rules | None = None) -> Tensor:
    return ops.tensor(batch, dtype=float64)


def collate_int_fn(batch: Sequence[int], *, collate_fn_map: Rules | None = None) -> Tensor:
    return ops.tensor(batch)


def collate_str_fn(batch: Sequence, *, collate_fn_map: Rules | None = None) -> Sequence:
    return batch


default_collate_fn_map: Rules = {
    Tensor: collate_tensor_fn,
    float: collate_float_fn,
    int: collate_int_fn,
    str: collate_str_fn,
    bytes: collate_str_fn,
}


def holds_text_or_objects(array: Any) -> bool:
    return array.dtype.kind in "SUO"


def numpy_rule(sample: Any) -> Callable | None:
    """The rule for a NumPy array or scalar. NumPy is not loaded for it: without NumPy no sample is one."""
    numpy = sys.modules.get("numpy")
    if numpy is None:
        return None
    if isinstance(sample, numpy.ndarray):
        return collate_numpy_array_fn
    return collate_numpy_scalar_fn if isinstance(sample, (numpy.bool_, numpy.number)) else None


def rule_for(sample: Any, rules: Rules) -> Callable | None:
    """The rule of the sample's own type, else the first one in `rules` that it is an instance of."""
    exact = rules.get(type(sample))
    if exact is not None:
        return exact
    if rules is default_collate_fn_map and (rule := numpy_rule(sample)) is not None:
        return rule
    return next((rule for kind, rule in rules.items() if isinstance(sample, kind)), None)


def collate(batch: Sequence, *, collate_fn_map: Rules | None = None) -> Any:
    """Joins `batch` by the rule that `collate_fn_map` has for its first sample's type, containers element by element.

    Raises TypeError for a type without a rule, RuntimeError where sequences differ in length.
    """
    first = batch[0]
    rule = rule_for(first, collate_fn_map) if collate_fn_map is not None else None
    if rule is not None:
        return rule(batch, collate_fn_map=collate_fn_map)
    if isinstance(first, Mapping):
        joined = ((key, collate([sample[key] for sample in batch], collate_fn_map=collate_fn_map)) for key in first)
        return mapping_like(first, dict(joined))
    if isinstance(first, tuple) and hasattr(first, "_fields"):
        return type(first)(*(collate(column, collate_fn_map=collate_fn_map) for column in zip(*batch)))
    if isinstance(first, Sequence):
        if any(len(sample) != len(first) for sample in batch):
            raise RuntimeError("each element in list of batch should be of equal size")
        return sequence_like(first, [collate(column, collate_fn_map=collate_fn_map) for column in zip(*batch)])
    raise refusal(type(first))


def mapping_like(pattern: Any, items: dict) -> Mapping:
    """`items` in a mapping of the pattern's type, a dict where that type cannot be made from one."""
    try:
        if not isinstance(pattern, MutableMapping):
            return type(pattern)(items)
        twin = copy.copy(pattern)
        twin.update(items)
        return twin
    except TypeError:
        return items


def sequence_like(pattern: Any, items: list) -> Sequence:
    """`items` in a sequence of the pattern's type, a list for a tuple and for types that cannot be made from one."""
    if isinstance(pattern, tuple):
        return items
    try:
        if not isinstance(pattern, MutableSequence):
            return type(pattern)(items)
        twin = copy.copy(pattern)
        for i, item in enumerate(items):
            twin[i] = item
        return twin
    except TypeError:
        return items


def default_collate(batch: Sequence) -> Any:
    """Stacks samples into a batch with a new first dimension: tensors, NumPy arrays and numbers (a float gives
    float64).

    Strings and bytes stay as they are; mappings, named tuples and sequences are collated element by element (a tuple
    comes out as a list). Raises TypeError for any other type, RuntimeError for sequences of different lengths,
    RecursionError for what contains itself.
    """
    try:
        return collate(batch, collate_fn_map=default_collate_fn_map)
    except RecursionError:
        text = "default_collate: the batch contains itself, or is nested deeper than Python's stack"
        raise RecursionError(text) from None


def convert_numpy(value: Any) -> Any:
    numpy = sys.modules["numpy"]
    array = numpy.asarray(value)
    return value if holds_text_or_objects(array) else ops.as_tensor(array)


def default_convert(data: Any) -> Any:
    """NumPy arrays and scalars inside `data` as tensors, its containers kept; anything else unchanged."""
    if isinstance(data, (Tensor, str, bytes)):
        return data
    if type(data).__module__ == "numpy":
        return convert_numpy(data)
    if isinstance(data, Mapping):
        return mapping_like(data, {key: default_convert(data[key]) for key in data})
    if isinstance(data, tuple) and hasattr(data, "_fields"):
        return type(data)(*map(default_convert, data))
    if isinstance(data, Sequence):
        return sequence_like(data, [default_convert(item) for item in data])
    return data

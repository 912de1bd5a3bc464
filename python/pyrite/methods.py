"""Binds operators and methods to `Tensor` and to core handles by name.

Gradient rules run on handles, or on tensors where the backward pass is recorded; so what rules use is bound on both.
"""

from __future__ import annotations

import copy
import inspect
from collections import OrderedDict
from collections.abc import Callable, Iterator
from typing import Any

from pyrite import _core, ops, printing
from pyrite import storage as storages
from pyrite.autograd import engine
from pyrite.autograd.graph import set_requires_grad
from pyrite.autograd.inplace import check_inplace, check_overlap, write_inplace
from pyrite.autograd.mode import mode
from pyrite.autograd.view import as_view
from pyrite.dtype import bool_, kind
from pyrite.hooks import RemovableHandle, add_hook
from pyrite.ops import convert, index, random_fill, relayout
from pyrite.ops import elementwise as rows
from pyrite.ops.arguments import judged, refused, require_tensor, wrap_dim
from pyrite.ops.arguments import sizes as sizes_of
from pyrite.ops.data import checked_number, legacy_tensor, row_major
from pyrite.ops.options import checked_sizes
from pyrite.pickling import reduce_tensor
from pyrite.size import Size
from pyrite.tensor import PRIVATE, Handle, Tensor, new_size, wrap, wrap_as

#: Public functions that are methods too; the tensor is their first argument.
METHODS = """
abs absolute acos acosh add addbmm addcdiv addcmul addmm addmv addr all allclose amax amin aminmax angle any arccos
arccosh arcsin arcsinh arctan arctan2 arctanh argmax argmin argsort argwhere as_strided as_strided_scatter asin asinh
atan atan2 atanh baddbmm bernoulli bincount bitwise_and bitwise_left_shift bitwise_not bitwise_or bitwise_right_shift
bitwise_xor bmm broadcast_to bucketize cdist ceil cholesky chunk clamp clamp_max clamp_min clip clone conj conj_physical
contiguous copysign corrcoef cos cosh count_nonzero cov cross cummax cummin cumprod cumsum deg2rad det detach diag
diag_embed diagflat diagonal diagonal_scatter diff digamma dist div divide dot dsplit eq equal erf erfc erfinv exp exp2
expand expand_as expm1 fix flatten flip fliplr flipud float_power floor floor_divide fmax fmin fmod frac frexp gather
gcd ge greater greater_equal gt hardshrink heaviside histc histogram hsplit hypot i0 igamma igammac index_add
index_copy index_fill index_put index_reduce index_select inner inverse isclose isfinite isin isinf isnan isneginf
isposinf isreal item kron kthvalue lcm ldexp le lerp less less_equal lgamma log log10 log1p log2 log_softmax logaddexp
logaddexp2 logcumsumexp logical_and logical_not logical_or logical_xor logit logsumexp lt masked_fill masked_scatter
masked_select matmul matrix_exp matrix_power max maximum mean median min minimum mm mode moveaxis movedim msort mul
multinomial multiply mv mvlgamma nan_to_num nanmean nanmedian nanquantile nansum narrow narrow_copy ne neg negative
new_empty new_empty_strided new_full new_ones new_tensor new_zeros nextafter nonzero nonzero_static norm not_equal numpy
outer permute pinverse polygamma positive pow prelu prod put qr quantile rad2deg ravel reciprocal relu remainder
renorm repeat repeat_interleave reshape reshape_as resolve_conj resolve_neg roll rot90 round rsqrt scatter scatter_add
scatter_reduce select select_scatter sgn sigmoid sign signbit sin sinc sinh slice_scatter slogdet softmax sort split
split_with_sizes sqrt square squeeze std sub subtract sum sum_to_size svd swapaxes swapdims t take take_along_dim tan
tanh tensor_split tile to tolist topk trace transpose tril triu true_divide trunc type_as unbind unflatten unfold unique
unique_consecutive unsqueeze unsafe_chunk unsafe_split var vdot view view_as vsplit where xlogy view_as_real
view_as_complex logdet adjoint unsafe_split_with_sizes ger cholesky_inverse cholesky_solve lu_solve
triangular_solve geqrf ormqr
""".split()

#: Methods that also exist in place, with a trailing underscore.
INPLACE = """
abs absolute acos acosh add addbmm addcdiv addcmul addmm addmv addr arccos arccosh arcsin arcsinh arctan arctan2 arctanh
asin asinh atan atan2 atanh baddbmm bitwise_and bitwise_left_shift bitwise_not bitwise_or bitwise_right_shift
bitwise_xor ceil clamp clamp_max clamp_min clip conj_physical copysign cos cosh cumprod cumsum deg2rad digamma div
divide eq erf erfc erfinv exp exp2 expm1 fix float_power floor floor_divide fmod frac gcd ge greater greater_equal gt
heaviside hypot i0 igamma igammac index_add index_copy index_fill index_reduce lcm ldexp le lerp less less_equal lgamma
log log10 log1p log2 logical_and logical_not logical_or logical_xor logit lt masked_fill masked_scatter mul multiply
mvlgamma nan_to_num ne neg negative nextafter not_equal polygamma pow put rad2deg reciprocal relu remainder renorm round
rsqrt scatter scatter_add scatter_reduce sgn sigmoid sign sin sinc sinh sqrt square sub subtract tan tanh tril triu
true_divide trunc xlogy
""".split()

#: Comparisons and the like: their in-place forms store the truth values as numbers of the tensor's own dtype.
TRUTH = frozenset(
    (
        "eq ne lt le gt ge greater greater_equal less less_equal not_equal "
        "logical_and logical_or logical_xor logical_not"
    ).split()
)

#: Methods of one module that write to the tensor themselves.
WRITERS = "bernoulli_ cauchy_ exponential_ geometric_ log_normal_ normal_ random_ uniform_".split()


def check_operands(self: Tensor, operands: tuple, name: str) -> None:
    """Refuses what cannot be written in place, before anything is computed."""
    if not isinstance(self, Tensor):
        raise TypeError(f"descriptor '{name}_' for 'Tensor' objects doesn't apply to a '{type(self).__name__}' object")
    check_inplace(self)
    check_overlap(self, operands)
    if self.node is not None and name == "floor_divide" and mode.enabled:
        raise RuntimeError("derivative for aten::floor_divide_ is not implemented")
    if name in ("abs", "absolute") and kind(self.dtype) == 3:
        raise RuntimeError("In-place abs is not supported for complex tensors.")
    for x in operands:
        if isinstance(x, Tensor) and kind(x.dtype) == 3 and kind(self.dtype) < 3:
            raise RuntimeError(
                f"result type {x.dtype.scalar_name} can't be cast to the desired output type {self.dtype.scalar_name}"
            )


def inplace(name: str, function: Callable) -> Callable:
    """The in-place method of a function: its result becomes the tensor's content and history."""
    truth = name in TRUTH

    def method(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        check_operands(self, args, name)
        try:
            result = function(self, *args, **kwargs)
        except AttributeError as error:
            raise refused(function, (self, *args), kwargs, error) from None
        return write_inplace(self, convert.to_dtype(result, self.dtype) if truth else result, name)

    method.__name__ = method.__qualname__ = f"{name}_"
    method.__doc__ = f"`{name}` in place."
    return method


def operator(function: Callable, name: str, reverse: bool = False) -> Callable:
    """An operator between a tensor and a tensor or number; NotImplemented for anything else."""

    if reverse:

        def method(self: Any, other: Any) -> Any:
            if type(other) not in DIRECT and not isinstance(other, Tensor):
                other = NotImplemented if getattr(other, "ndim", 0) and type(other) is not Handle else outside(other)
                if other is NotImplemented:
                    return other
            if not isinstance(self, Tensor):
                kind_of_self = type(self).__name__
                raise TypeError(f"descriptor '{name}' for 'Tensor' objects doesn't apply to a '{kind_of_self}' object")
            return function(other, self)

    else:

        def method(self: Any, other: Any) -> Any:
            if type(other) not in DIRECT and not isinstance(other, Tensor):
                other = outside(other)
                if other is NotImplemented:
                    return other
            return function(self, other)

    method.__name__ = method.__qualname__ = name
    return method


#: Types of operands that need no conversion.
DIRECT = frozenset((Tensor, int, float, bool, complex))


def outside(other: Any) -> Any:
    """An operand from elsewhere: NumPy's numbers and arrays become ours."""
    if type(other) is Handle:
        return other
    if hasattr(other, "__array_interface__"):
        return other.item() if other.ndim == 0 else ops.tensor(other, device="cpu")
    return NotImplemented


def inplace_operator(function: Callable, name: str) -> Callable:
    plain = operator(function, name)

    def method(self: Tensor, other: Any) -> Any:
        check_operands(self, (other,), function.__name__)
        result = plain(self, other)
        return result if result is NotImplemented else write_inplace(self, result, function.__name__)

    method.__name__ = method.__qualname__ = name
    return method


OPERATORS: dict[str, Callable] = {
    "add": rows.add,
    "sub": rows.sub,
    "mul": rows.mul,
    "truediv": rows.div,
    "floordiv": rows.floor_divide,
    "mod": rows.remainder,
    "pow": ops.pow,
    "and": rows.bitwise_and,
    "or": rows.bitwise_or,
    "xor": rows.bitwise_xor,
    "lshift": rows.bitwise_left_shift,
    "rshift": rows.bitwise_right_shift,
    "matmul": ops.matmul,
}

COMPARISONS = {"eq": rows.eq, "ne": rows.ne, "lt": rows.lt, "le": rows.le, "gt": rows.gt, "ge": rows.ge}


def size(self: Tensor, dim: int | None = None) -> Any:
    """The shape, or the size of one dimension."""
    shape = new_size(Size, self.handle.shape)
    if dim is None:
        return shape
    n = max(len(shape), 1)
    if not -n <= dim < n or not shape:
        if not shape:
            raise IndexError(f"Dimension specified as {dim} but tensor has no dimensions")
        wrap_dim(dim, len(shape))
    return shape[dim]


def stride(self: Tensor, dim: int | None = None) -> Any:
    """The steps between neighbours along each dimension, in elements."""
    strides = self.handle.strides
    if dim is None:
        return strides
    return strides[wrap_dim(dim, len(strides))]


def invert(self: Tensor) -> Tensor:
    if kind(self.dtype) > 1:
        raise TypeError("~ (operator.invert) is only implemented on integer and Boolean-type tensors")
    return rows.logical_not(self) if self.dtype is bool_ else rows.bitwise_not(self)


def length(self: Tensor) -> int:
    shape = self.handle.shape
    if not shape:
        raise TypeError("len() of a 0-d tensor")
    return shape[0]


def iterate(self: Tensor) -> Iterator[Tensor]:
    if self.handle.ndim == 0:
        raise TypeError("iteration over a 0-d tensor")
    return iter(ops.unbind(self, 0))


def contains(self: Tensor, element: Any) -> bool:
    if not isinstance(element, Tensor | int | float | complex):
        raise RuntimeError(f"Tensor.__contains__ only supports Tensor or scalar, but you passed in a {type(element)}.")
    return bool(rows.eq(self, element).any().item())


def register_hook(self: Tensor, hook: Callable) -> RemovableHandle:
    """Calls ``hook(grad)`` whenever a gradient of this tensor is computed; what it returns replaces the gradient."""
    if self.node is None:
        raise RuntimeError("cannot register a hook on a tensor that doesn't require gradient")
    hooks = self.node.extra("tensor_hooks").setdefault(self.output, OrderedDict())
    return add_hook(hooks, hook)


def register_post_accumulate_grad_hook(self: Tensor, hook: Callable) -> RemovableHandle:
    """Calls ``hook(tensor)`` after a gradient was added to ``.grad``."""
    if not self.requires_grad:
        raise RuntimeError("cannot register a hook on a tensor that doesn't require gradient")
    if not self.is_leaf:
        raise RuntimeError("post accumulate grad hooks cannot be registered on non-leaf tensors")
    return add_hook(self.__dict__.setdefault("_post_accumulate_hooks", OrderedDict()), hook)


def retain_grad(self: Tensor) -> None:
    """Lets a tensor that is no leaf keep its gradient in ``.grad``."""
    import weakref

    if self.node is None:
        raise RuntimeError("can't retain_grad on Tensor that has requires_grad=False")
    if not self.is_leaf:
        self.node.extra("retained")[self.output] = weakref.ref(self)


def retains_grad(self: Tensor) -> bool:
    """Whether a tensor that is no leaf keeps its gradient."""
    if self.node is None or self.is_leaf or self.node.extras is None:
        return False
    ref = self.node.extras.get("retained", {}).get(self.output)
    return ref is not None and ref() is self


def backward(
    self: Tensor, gradient: Any = None, retain_graph: bool | None = None, create_graph: bool = False, inputs: Any = None
) -> None:
    """Adds the gradients of this tensor to the ``.grad`` of the leaves it depends on (see
    ``torch.Tensor.backward``)."""
    engine.backward(self, gradient, retain_graph, create_graph, inputs=inputs)


def deepcopy(self: Tensor, memo: dict) -> Tensor:
    """A copy with storages shared as in the original (tied weights stay tied)."""
    if not self.is_leaf:
        raise RuntimeError(
            "Only Tensors created explicitly by the user (graph leaves) support the deepcopy protocol at the moment.  "
            "If you were attempting to deepcopy a module, this may be because of a torch.nn.utils.weight_norm usage, "
            "see https://github.com/pytorch/pytorch/pull/103001"
        )
    if id(self) in memo:
        return memo[id(self)]
    key = ("storage", self.handle.storage_id)
    whole = memo.get(key)
    if whole is None:
        flat = self.handle.as_strided([self.handle.storage_numel], [1], 0)
        whole = memo[key] = flat.copy(self.dtype, True)
    handle = whole.as_strided(list(self.shape), list(self.stride()), self.handle.offset)
    out = object.__new__(type(self))
    out.handle, out.node, out.output, out.base, out._grad = handle, None, 0, None, None
    memo[id(self)] = out
    if self.requires_grad:
        out.requires_grad_()
    if self._grad is not None:
        out._grad = copy.deepcopy(self._grad, memo)
    out.__dict__.update(copy.deepcopy({k: v for k, v in self.__dict__.items() if k not in PRIVATE}, memo))
    return out


def reduce_ex(self: Tensor, protocol: int) -> Any:
    return reduce_tensor(self)


def zero_(self: Tensor) -> Tensor:
    """Sets every element to 0."""
    return fill_(self, 0)


def checked_fill(value: Any, own: Any) -> Any:
    """A number that a dtype can hold: a negative whole number wraps where there is no sign, as in PyTorch."""
    if kind(own) == 1 and isinstance(value, int) and value < 0 and not own.is_signed:
        return checked_number(value + (1 << 8 * own.itemsize), own)
    return checked_number(value, own) if kind(own) else value


def fill_(self: Tensor, value: Any) -> Tensor:
    """Sets every element to `value`, a number or a tensor without dimensions."""
    if isinstance(value, Tensor):
        if value.ndim:
            raise RuntimeError(
                f"fill_ only supports 0-dimension value tensor but got tensor with {value.ndim} dimensions."
            )
        return self.copy_(value)
    if isinstance(value, complex) and kind(self.dtype) < 3:
        raise RuntimeError("value cannot be converted to type float without overflow")
    filled = wrap(self.filled(list(self.shape), checked_fill(value, self.dtype), self.dtype))
    return write_inplace(self, filled, "fill" if value else "zero")


def resize_(self: Tensor, *sizes: Any, memory_format: Any = None) -> Tensor:
    """Another shape; what was there stays in front, what is new has any content (see ``torch.Tensor.resize_``)."""
    if self.requires_grad:
        raise RuntimeError("cannot resize variables that require grad")
    shape = checked_sizes(sizes_of("resize_", sizes))
    if shape == list(self.shape):
        return self
    wanted = 1
    for n in shape:
        wanted *= n
    held = self.handle.storage_numel - self.handle.offset
    if wanted <= held:
        self.handle = self.handle.as_strided(shape, row_major(shape), self.handle.offset)
        return self
    fresh = self.unfilled([wanted], self.dtype)
    flat = self.handle.as_strided([self.handle.storage_numel], [1], 0)
    fresh.slice(0, 0, flat.numel(), 1).assign(flat)
    self.handle = fresh.reshape(shape)
    return self


def data_ptr(self: Tensor) -> int:
    """The address of the first element; computes what is pending."""
    return self.handle.data_ptr()


def set_(self: Tensor, source: Tensor, storage_offset: int = 0, size: Any = None, stride: Any = None) -> Tensor:
    """Makes this tensor another view of the storage of `source`: as `source` sees it, or of the given size, stride and
    offset."""
    require_tensor("set_", source, "source")
    if source.dtype is not self.dtype:
        raise RuntimeError(f"Could not set tensor of type {source.dtype.name} to a tensor of type {self.dtype.name}")
    handle = source.handle
    if size is not None:
        shape = sizes_of("set_", (size,))
        steps = row_major(shape) if stride is None else sizes_of("set_", (stride,))
        handle = handle.as_strided(shape, steps, storage_offset)
    self.handle = handle
    return self


def as_subclass(self: Tensor, cls: type[Tensor]) -> Tensor:
    """This tensor as an instance of a subclass, which shares its storage and history (see
    ``torch.Tensor.as_subclass``)."""
    if not isinstance(cls, type):
        raise TypeError(f"cls must be a type (got {type(cls).__name__})")
    if not issubclass(cls, Tensor):
        raise TypeError(f"as_subclass: {cls.__name__} does not inherit from Tensor")
    out = index.alias(self)
    of_class = wrap_as(cls, out.handle)
    of_class.node, of_class.output = out.node, out.output
    return as_view(of_class, self)


def matrix_transpose(self: Tensor) -> Tensor:
    """The matrices of the last two dimensions transposed."""
    if self.ndim < 2:
        raise RuntimeError(f"tensor.mT is only supported on matrices or batches of matrices. Got {self.ndim}-D tensor.")
    return ops.transpose(self, -2, -1)


def hermitian(self: Tensor) -> Tensor:
    """A matrix conjugated and transposed."""
    if self.ndim not in (0, 2):
        raise RuntimeError(f"tensor.H is only supported on matrices (2-D tensors). Got {self.ndim}-D tensor.")
    return self if self.ndim == 0 else ops.adjoint(self)


#: The methods of this file that have their names as functions.
OWN: tuple[Callable, ...] = (
    *(size, stride, data_ptr, register_hook, register_post_accumulate_grad_hook, retain_grad, backward),
    *(zero_, fill_, resize_, set_, as_subclass),
)


def overwrite_part(part: Tensor, value: Any) -> None:
    """Writes a tensor or number into the real or imaginary part of a tensor."""
    part.copy_(value) if isinstance(value, Tensor) else part.fill_(value)


def bind_operators() -> None:
    for name, function in OPERATORS.items():
        setattr(Tensor, f"__{name}__", operator(function, f"__{name}__"))
        setattr(Tensor, f"__r{name}__", operator(function, f"__r{name}__", reverse=True))
        setattr(Tensor, f"__i{name}__", inplace_operator(function, f"__i{name}__"))
    for name, function in COMPARISONS.items():
        setattr(Tensor, f"__{name}__", operator(function, f"__{name}__"))
    t: Any = Tensor
    t.__new__ = staticmethod(legacy_tensor)
    t.requires_grad = property(lambda self: self.node is not None, set_requires_grad)  # type: ignore[arg-type]
    t.__rdiv__ = lambda self, other: self.reciprocal() * other
    t.__neg__ = rows.neg
    t.__pos__ = lambda self: self
    t.__abs__ = ops.abs
    t.__invert__ = invert
    t.__hash__ = object.__hash__


def bind_protocols() -> None:
    t: Any = Tensor
    t.__bool__, t.__index__ = convert.truth, convert.index_of
    t.__int__ = lambda self: convert.scalar_of(self, int)
    t.__float__ = lambda self: convert.scalar_of(self, float)
    t.__complex__ = lambda self: convert.scalar_of(self, complex)
    t.__len__, t.__iter__, t.__contains__ = length, iterate, contains
    t.__getitem__, t.__setitem__ = index.getitem, index.setitem
    t.__repr__ = lambda self, **options: printing.tensor_repr(self, **options)
    t.__format__ = lambda self, spec: printing.format_tensor(self, spec)
    t.__array__, t.__deepcopy__, t.__reduce_ex__ = convert.array, deepcopy, reduce_ex
    t.__array_priority__ = 1000


#: Names of arguments that are tensors, beside the one that a method belongs to.
OPERANDS = frozenset(
    (
        "other mat mat1 mat2 vec vec1 vec2 batch1 batch2 index indices source src mask tensor tensor1 tensor2 values "
        "value weight weights end boundaries test_elements sorter input2 tau LU_data LU_pivots A B prepend append"
    ).split()
)


def takes_tensors(function: Callable) -> bool:
    """Whether a function that is not a row of the table, which reads its own operands, has several tensor arguments."""
    code = getattr(inspect.unwrap(function), "__code__", None)
    if code is None or hasattr(function, "code"):
        return False
    return not OPERANDS.isdisjoint(code.co_varnames[1 : code.co_argcount + code.co_kwonlyargcount])


def bind_methods() -> None:
    for name in METHODS:
        function = getattr(ops, name, None) or getattr(convert, name, None)
        if function is not None:
            setattr(Tensor, name, judged(function) if takes_tensors(function) else function)
            if not hasattr(Handle, name):
                setattr(Handle, name, function)
    for name in INPLACE:
        function = getattr(ops, name, None)
        if function is not None:
            setattr(Tensor, f"{name}_", inplace(name, function))
    for name in WRITERS:
        setattr(Tensor, name, getattr(random_fill, name))
    for name in ("copy_", "detach_", "requires_grad_", "cpu", "cuda"):
        setattr(Tensor, name, getattr(convert, name))
    Tensor.type = convert.type_
    Tensor.index_put_ = index.index_put_
    Tensor.resize_as_ = relayout.resize_as_
    for name, method in relayout.RELAYOUTS.items():
        setattr(Tensor, name, method)
    for function in OWN:
        setattr(Tensor, function.__name__, function)
    Tensor.retains_grad = property(retains_grad)
    Tensor.storage, Tensor.untyped_storage = storages.storage, storages.untyped_storage


def bind_facts() -> None:
    """Short questions about a tensor, and conversions named after dtypes."""
    t: Any = Tensor
    t.dim = t.ndimension = lambda self: self.handle.ndim
    t.numel = t.nelement = lambda self: self.handle.numel()
    t.element_size = lambda self: self.dtype.itemsize
    t.storage_offset = lambda self: self.handle.offset
    t.is_contiguous = lambda self, memory_format=None: convert.lies_in(self.handle, memory_format)
    t.is_floating_point = lambda self: kind(self.dtype) == 2
    t.is_complex = lambda self: kind(self.dtype) == 3
    t.is_signed = lambda self: self.dtype.is_signed
    t.get_device = lambda self: -1 if self.handle.backend == "cpu" else 0
    t.is_conj = t.is_neg = t.is_inference = lambda self: False
    t.is_shared = lambda self: False
    t.is_pinned = lambda self, device=None: False
    t.pin_memory = lambda self, device=None: self
    t.is_set_to = lambda self, other: (
        self.handle.storage_id == other.handle.storage_id and self.stride() == other.stride()
    )
    t.is_cuda = property(lambda self: self.handle.backend != "cpu")
    t.is_cpu = property(lambda self: self.handle.backend == "cpu")
    t.is_sparse = t.is_quantized = t.is_meta = t.is_mps = t.is_xpu = t.is_nested = t.is_mkldnn = False
    t.layout = property(lambda self: STRIDED)
    t.itemsize = property(lambda self: self.dtype.itemsize)
    t.nbytes = property(lambda self: self.dtype.itemsize * self.handle.numel())
    t.names = property(lambda self: (None,) * self.handle.ndim)
    t.mT = property(matrix_transpose)
    t.H, t.mH = property(hermitian), property(ops.adjoint)
    t.real = property(ops.real, lambda self, value: overwrite_part(self.real, value))
    t.imag = property(ops.imag, lambda self, value: overwrite_part(self.imag, value))
    t.T = property(lambda self: self.permute(*range(self.ndim - 1, -1, -1)))
    t.new = lambda self, *args: (
        ops.tensor(args[0], dtype=self.dtype, device=self.device)
        if args and not isinstance(args[0], int)
        else ops.empty(args or [0], dtype=self.dtype, device=self.device)
    )
    names = {
        "float": "float32",
        "double": "float64",
        "half": "float16",
        "bfloat16": "bfloat16",
        "long": "int64",
        "int": "int32",
        "short": "int16",
        "char": "int8",
        "byte": "uint8",
        "bool": "bool",
        "cfloat": "complex64",
        "cdouble": "complex128",
    }
    for name, own in names.items():
        setattr(t, name, conversion(getattr(_core, own)))


def conversion(dtype: Any) -> Callable:
    """The method named after a dtype."""
    return lambda self, memory_format=None: convert.to(self, dtype, memory_format=memory_format)


class layout:
    """How a tensor's elements are stored; only `strided` is built."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return f"pyrite.{self.name}"

    def __reduce__(self) -> str:
        return "strided" if self.name == "strided" else self.name


STRIDED = layout("strided")


def bind() -> None:
    """Binds everything; called once, when the package is imported."""
    bind_operators()
    bind_protocols()
    bind_methods()
    bind_facts()

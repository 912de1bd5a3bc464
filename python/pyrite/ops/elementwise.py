"""Elementwise functions: each is a row of the core's table with the gradient of every argument beside it.

In a rule ``g`` is the gradient of the result, ``out`` the result, ``x``, ``y``, ``z`` the arguments in order. Of
complex numbers it is the conjugate Wirtinger derivative, as in PyTorch: a rule multiplies `g` by the conjugate of the
slope.
"""

from __future__ import annotations

import cmath
import math
from collections.abc import Callable
from typing import Any

from pyrite import _core
from pyrite.autograd.graph import next_number
from pyrite.autograd.mode import mode
from pyrite.autograd.operation import Operation, operation
from pyrite.dtype import complex64, complex128
from pyrite.ops.parts import imaginary_part, real_part
from pyrite.tensor import Handle, Tensor, new, wrap

ROWS = _core.ops()
_NAMES = ("x", "y", "z")
NUMBERS = frozenset((int, float, bool, complex))


def elementwise(row: str, *rules: Callable | None, label: str | None = None) -> Callable:
    """The function of a table row; `rules` give its gradients, none at all make it not differentiable.

    It takes tensors or numbers, broadcasts, and promotes dtypes as PyTorch does. On core handles it gives a handle.
    """
    code, arity = ROWS[row]
    named = {n: rule for n, rule in zip(_NAMES, rules) if rule is not None}
    operation = Operation(row, _NAMES[:arity], named, tensors=_NAMES[:arity], label=label)
    function = (_unary, _binary, _ternary)[arity - 1](code, operation)
    function.__name__ = function.__qualname__ = row
    function.operation = operation
    function.code = code
    return function


def _unary(code: int, operation: Operation) -> Callable:
    run = _core.unary
    plan = operation.plan((True,)) if operation.rules else None
    keeps_x = plan is not None and plan.names == ("x",)
    keeps_out = plan is not None and plan.names == ("out",)
    node_type = operation.node_type

    def call(x: Any) -> Any:
        if type(x) is Handle:
            return run(code, x)
        try:
            h = x.handle
        except AttributeError:
            name = operation.name
            raise TypeError(f"{name}(): argument 'input' (position 1) must be Tensor, not {type(x).__name__}") from None
        o = run(code, h)
        out = wrap(o)
        if x.node is None or plan is None or not mode.enabled:
            return out
        out.node = node = new(node_type)
        node.number = next_number()
        node.plan = plan
        node.edges = ((x.node, x.output),)
        node.spread = node.extras = None
        if keeps_x:
            node.saved = (h.snapshot(),)
        elif keeps_out:
            node.saved = (o.snapshot(),)
        else:
            node.saved = tuple([{"x": h, "out": o}[n].snapshot() for n in plan.names])
        node.shape, node.type = o.shape, o.dtype
        return out

    return call


def _save(names: tuple[str, ...], x: Any, y: Any, o: Any) -> tuple:
    saved = []
    for name in names:
        value = x if name == "x" else y if name == "y" else o
        saved.append(value.snapshot() if type(value) is Handle else value)
    return tuple(saved)


def _binary(code: int, operation: Operation) -> Callable:
    run = _core.binary
    differentiable = bool(operation.rules)
    node_type = operation.node_type

    def call(x: Any, y: Any) -> Any:
        if type(x) is Tensor and (type(y) is Tensor or type(y) in NUMBERS):
            xh, nx = x.handle, x.node
            yh, ny = (y.handle, y.node) if type(y) is Tensor else (y, None)
        elif isinstance(x, Tensor) or isinstance(y, Tensor):
            xh, nx = (x.handle, x.node) if isinstance(x, Tensor) else (x, None)
            yh, ny = (y.handle, y.node) if isinstance(y, Tensor) else (y, None)
        else:
            return run(code, x, y)
        o = run(code, xh, yh)
        out = wrap(o)
        if (nx is None and ny is None) or not differentiable:
            return out
        if not mode.enabled:
            return out
        out.node = node = new(node_type)
        node.number = next_number()
        node.plan = plan = operation.plan((nx is not None, ny is not None))
        node.edges = (None if nx is None else (nx, x.output), None if ny is None else (ny, y.output))
        node.spread = node.extras = None
        node.saved = _save(plan.names, xh, yh, o) if plan.names else ()
        node.shape, node.type = o.shape, o.dtype
        return out

    return call


def _ternary(code: int, operation: Operation) -> Callable:
    run = _core.ternary

    def call(x: Any, y: Any, z: Any) -> Any:
        args = (x, y, z)
        handles = tuple(a.handle if isinstance(a, Tensor) else a for a in args)
        o = run(code, *handles)
        if not any(isinstance(a, Tensor) for a in args):
            return o
        out = wrap(o)
        if not (operation.rules and mode.enabled):
            return out
        places = dict(zip(operation.arguments, args))
        edges = [
            (t.node, t.output) if isinstance(t := places[n], Tensor) and t.node is not None else None
            for n in operation.differentiable
        ]
        if any(edges):
            values = dict(zip(operation.arguments, handles), out=o)
            out.node = operation.record(values, edges, tuple(e is not None for e in edges), None)
            out.node.shape, out.node.type = o.shape, o.dtype
        return out

    return call


def constant(like: Any, shape: Any, value: Any) -> Any:
    """A tensor of one value with the dtype of `like`: a handle where that is one."""
    out = like.filled(list(shape), value, like.dtype)
    return out if type(like) is Handle else wrap(out)


def is_complex(x: Any) -> bool:
    """Whether a tensor or handle is complex."""
    d = x.dtype
    return d is complex64 or d is complex128


def conj(x: Any) -> Any:
    """The conjugate of a tensor, handle or number; what is real as it is."""
    if type(x) in NUMBERS:
        return x.conjugate()
    return conj_of(x) if is_complex(x) else x


def nothing(g: Any) -> Any:
    """The gradient of what is constant almost everywhere."""
    return constant(g, g.shape, 0)


def not_zero(x: Any) -> Any:
    """x with 1 in the place of 0, for a quotient that is not used there."""
    return select(eq(x, 0), 1.0, x)


def refused(function: str, argument: str) -> Callable:
    """The rule of an argument in which PyTorch has no derivative either."""

    def rule(g: Any) -> Any:
        raise NotImplementedError(f"the derivative for '{function}: {argument}' is not implemented.")

    return rule


LN2, LN10 = math.log(2), math.log(10)

# Arithmetic
copy = elementwise("copy", lambda g: g, label="CloneBackward0")
add = elementwise("add", lambda g: g, lambda g: g)
sub = elementwise("sub", lambda g: g, lambda g: -g)
mul = elementwise("mul", lambda g, y: g * conj(y), lambda g, x: g * conj(x))
div = elementwise("div", lambda g, y: g / conj(y), lambda g, x, y: -g * conj((x / y) / y))
floor_divide = elementwise("floor_divide")
trunc_divide = elementwise("trunc_divide")
div_floor = elementwise("floor_divide", nothing, nothing, label="DivBackward1")
div_trunc = elementwise("trunc_divide", nothing, nothing, label="DivBackward1")
remainder = elementwise("remainder", lambda g: g, lambda g, x, y: -g * floor_divide(x, y))
fmod = elementwise("fmod", lambda g: g, lambda g, x, y: -g * div_trunc(x, y))
pow = elementwise(
    "pow",
    lambda g, x, y: _pow_gradient(g, x, y),
    lambda g, x, y, out: g * conj(_pow_slope_of_exponent(x, y, out)),
)
neg = elementwise("neg", lambda g: -g)
magnitude = elementwise("abs", lambda g, x: g * sign(x))
modulus = operation("abs", lambda x: hypot(real_part(x), imaginary_part(x)), x=lambda g, x: g * sgn(x))


def abs(x: Any) -> Any:
    """|x|, which of complex numbers is real."""
    return modulus(x) if is_complex(x) else magnitude(x)


sign = elementwise("sign", nothing)
sgn = elementwise("sgn", lambda g, x, out: _sgn_slope(g, x, out))
conj_of = elementwise("conj", lambda g: conj(g), label="ConjBackward0")
maximum = elementwise(
    "maximum",
    lambda g, x, y: select(eq(x, y), g / 2, select(gt(x, y), g, 0.0)),
    lambda g, x, y: select(eq(x, y), g / 2, select(gt(y, x), g, 0.0)),
)
minimum = elementwise(
    "minimum",
    lambda g, x, y: select(eq(x, y), g / 2, select(lt(x, y), g, 0.0)),
    lambda g, x, y: select(eq(x, y), g / 2, select(lt(y, x), g, 0.0)),
)
fmax = elementwise(
    "fmax",
    lambda g, x, y: select(logical_or(ge(x, y), isnan(y)), g, 0.0),
    lambda g, x, y: select(logical_or(ge(x, y), isnan(y)), 0.0, g),
)
fmin = elementwise(
    "fmin",
    lambda g, x, y: select(logical_or(le(x, y), isnan(y)), g, 0.0),
    lambda g, x, y: select(logical_or(le(x, y), isnan(y)), 0.0, g),
)
gcd = elementwise("gcd")
lcm = elementwise("lcm")
square = elementwise("square", lambda g, x: g * conj(x * 2), label="PowBackward0")
reciprocal = elementwise("reciprocal", lambda g, out: -g * conj(out * out))

# Comparison and selection
eq = elementwise("eq")
ne = elementwise("ne")
lt = elementwise("lt")
le = elementwise("le")
gt = elementwise("gt")
ge = elementwise("ge")
select = elementwise(
    "select", None, lambda g, x: _where(x, g, 0.0), lambda g, x: _where(x, 0.0, g), label="WhereBackward0"
)
heaviside = elementwise("heaviside", refused("heaviside", "self"), refused("heaviside", "values"))

# Logic
logical_and = elementwise("logical_and")
logical_or = elementwise("logical_or")
logical_xor = elementwise("logical_xor")
logical_not = elementwise("logical_not")
bitwise_and = elementwise("bitwise_and")
bitwise_or = elementwise("bitwise_or")
bitwise_xor = elementwise("bitwise_xor")
bitwise_not = elementwise("bitwise_not")
bitwise_left_shift = elementwise("shift_left")
bitwise_right_shift = elementwise("shift_right")
isnan = elementwise("isnan")
isinf = elementwise("isinf")
isfinite = elementwise("isfinite")
signbit = elementwise("signbit")

# Rounding
floor = elementwise("floor", nothing)
ceil = elementwise("ceil", nothing)
round = elementwise("round", nothing)
trunc = elementwise("trunc", nothing)
frac = elementwise("frac", lambda g: g)

# Powers and logarithms
exp = elementwise("exp", lambda g, out: g * conj(out))
exp2 = elementwise("exp2", lambda g, out: g * conj(out) * LN2)
expm1 = elementwise("expm1", lambda g, out: g * (conj(out) + 1))
log = elementwise("log", lambda g, x: g / conj(x))
log2 = elementwise("log2", lambda g, x: g / (conj(x) * LN2))
log10 = elementwise("log10", lambda g, x: g / (conj(x) * LN10))
log1p = elementwise("log1p", lambda g, x: g / (conj(x) + 1))
sqrt = elementwise("sqrt", lambda g, out: g / (conj(out) * 2))
pow_half = elementwise("sqrt", lambda g, out: g / (conj(out) * 2), label="PowBackward0")
rsqrt = elementwise("rsqrt", lambda g, out: -0.5 * g * conj(out * out * out))
hypot = elementwise("hypot", lambda g, x, out: g * (x / out), lambda g, y, out: g * (y / out))
logaddexp = elementwise("logaddexp", lambda g, x, out: g * exp(x - out), lambda g, y, out: g * exp(y - out))
logaddexp2 = elementwise("logaddexp2", lambda g, x, out: g * exp2(x - out), lambda g, y, out: g * exp2(y - out))
xlogy = elementwise(
    "xlogy", lambda g, x, y: g * select(logical_and(eq(x, 0), le(y, 0)), 0.0, _log(y)), lambda g, x, y: g * (x / y)
)

xlog1py = elementwise(
    "xlog1py",
    lambda g, x, y: g * select(logical_and(eq(x, 0), le(y, -1)), 0.0, _log1p(y)),
    lambda g, x, y: g * (x / (y + 1)),
)

# Trigonometry
sin = elementwise("sin", lambda g, x: g * conj(cos(x)))
cos = elementwise("cos", lambda g, x: -g * conj(sin(x)))
tan = elementwise("tan", lambda g, out: g * conj(out * out + 1))
asin = elementwise("asin", lambda g, x: g * conj(rsqrt(1 - x * x)))
acos = elementwise("acos", lambda g, x: -g * conj(rsqrt(1 - x * x)))
atan = elementwise("atan", lambda g, x: g / conj(x * x + 1))
atan2 = elementwise(
    "atan2", lambda g, x, y: g * (y / not_zero(x * x + y * y)), lambda g, x, y: g * (-x / not_zero(x * x + y * y))
)
sinh = elementwise("sinh", lambda g, x: g * conj(cosh(x)))
cosh = elementwise("cosh", lambda g, x: g * conj(sinh(x)))
tanh = elementwise("tanh", lambda g, out: g * conj(1 - out * out))
asinh = elementwise("asinh", lambda g, x: g * conj(rsqrt(x * x + 1)))
acosh = elementwise("acosh", lambda g, x: g * conj(_acosh_slope(x)))
atanh = elementwise("atanh", lambda g, x: g / conj(1 - x * x))

# Special functions
erf = elementwise("erf", lambda g, x: g * (exp(-(x * x)) * (2 / math.sqrt(math.pi))))
erfc = elementwise("erfc", lambda g, x: g * (exp(-(x * x)) * (-2 / math.sqrt(math.pi))))
erfinv = elementwise("erfinv", lambda g, out: g * (exp(out * out) * (math.sqrt(math.pi) / 2)))
lgamma = elementwise("lgamma", lambda g, x: g * digamma(x))
digamma = elementwise("digamma", lambda g, x: g * zeta(2, x))
i0 = elementwise("i0", lambda g, x: g * i1(x))
i1 = elementwise("i1", lambda g, x, out: g * select(eq(x, 0), 0.5, i0(x) - out / not_zero(x)))
erfcx = elementwise("erfcx", lambda g, x, out: g * (2 * x * out - 2 / math.sqrt(math.pi)))
ndtri = elementwise("ndtri", lambda g, out: g * (exp(out * out / 2) * math.sqrt(2 * math.pi)))
zeta = elementwise("zeta", refused("special_zeta", "self"), lambda g, x, y: g * (-x * zeta(x + 1, y)))
igamma = elementwise("igamma", refused("igamma", "input"), lambda g, x, y: g * _gamma_density(x, y))
igammac = elementwise("igammac", refused("igammac", "input"), lambda g, x, y: -g * _gamma_density(x, y))
i0e = elementwise("i0e", lambda g, x, out: g * (i1e(x) - sign(x) * out))
i1e = elementwise(
    "i1e", lambda g, x, out: g * select(eq(x, 0), 0.5, i0e(x) - out * (sign(x) + reciprocal(not_zero(x))))
)
bessel_j0 = elementwise("bessel_j0", lambda g, x: -g * bessel_j1(x))
bessel_j1 = elementwise("bessel_j1", lambda g, x, out: g * select(eq(x, 0), 0.5, bessel_j0(x) - out / not_zero(x)))
bessel_y0 = elementwise("bessel_y0", lambda g, x: -g * bessel_y1(x))
bessel_y1 = elementwise("bessel_y1", lambda g, x, out: g * (bessel_y0(x) - out / x))
spherical_bessel_j0 = elementwise(
    "spherical_bessel_j0", lambda g, x, out: g * select(eq(x, 0), 0.0, (cos(x) - out) / not_zero(x))
)
modified_bessel_k0 = elementwise("modified_bessel_k0", lambda g, x: -g * modified_bessel_k1(x))
modified_bessel_k1 = elementwise("modified_bessel_k1", lambda g, x, out: -g * (modified_bessel_k0(x) + out / x))
scaled_modified_bessel_k0 = elementwise(
    "scaled_modified_bessel_k0", lambda g, x, out: g * (out - scaled_modified_bessel_k1(x))
)
scaled_modified_bessel_k1 = elementwise(
    "scaled_modified_bessel_k1", lambda g, x, out: g * (out - scaled_modified_bessel_k0(x) - out / x)
)
airy_ai = elementwise("airy_ai", refused("special_airy_ai", "x"))

# Orthogonal polynomials


def polynomial(name: str) -> Callable:
    return elementwise(name, refused(f"special_{name}", "x"), refused(f"special_{name}", "n"))


chebyshev_polynomial_t = polynomial("chebyshev_polynomial_t")
chebyshev_polynomial_u = polynomial("chebyshev_polynomial_u")
chebyshev_polynomial_v = polynomial("chebyshev_polynomial_v")
chebyshev_polynomial_w = polynomial("chebyshev_polynomial_w")
shifted_chebyshev_polynomial_t = polynomial("shifted_chebyshev_polynomial_t")
shifted_chebyshev_polynomial_u = polynomial("shifted_chebyshev_polynomial_u")
shifted_chebyshev_polynomial_v = polynomial("shifted_chebyshev_polynomial_v")
shifted_chebyshev_polynomial_w = polynomial("shifted_chebyshev_polynomial_w")
hermite_polynomial_h = polynomial("hermite_polynomial_h")
hermite_polynomial_he = polynomial("hermite_polynomial_he")
laguerre_polynomial_l = polynomial("laguerre_polynomial_l")
legendre_polynomial_p = polynomial("legendre_polynomial_p")

# Bits of a float
copysign = elementwise("copysign", lambda g, x, out: g * select(eq(x, 0), 0.0, out / not_zero(x)), nothing)
nextafter = elementwise("nextafter", lambda g, x, y: select(eq(x, y), 0.0, g), nothing)
frexp_mantissa = elementwise("frexp_mantissa", lambda g, x: g * exp2(-frexp_exponent(x)))
frexp_exponent = elementwise("frexp_exponent")

# Combinations with three inputs
lerp = elementwise("lerp", lambda g, z: g * (1 - z), lambda g, z: g * z, lambda g, x, y: g * (y - x))
add_scaled = elementwise(
    "add_scaled", lambda g: g, lambda g, z: g * conj(z), lambda g, y: g * conj(y), label="AddBackward0"
)

# Activations
relu = elementwise("relu", lambda g, out: threshold_backward(g, out, 0))
threshold_backward = elementwise("threshold_backward", lambda g, y, z: threshold_backward(g, y, z), None, None)
sigmoid = elementwise("sigmoid", lambda g, out: g * ((1 - out) * out))
silu = elementwise("silu", lambda g, x: g * _silu_slope(x, sigmoid(x)))
gelu = elementwise(
    "gelu", lambda g, x: g * (0.5 * erfc(x * -math.sqrt(0.5)) + x * exp(-0.5 * (x * x)) / math.sqrt(2 * math.pi))
)
gelu_tanh = elementwise("gelu_tanh", lambda g, x: g * _gelu_tanh_slope(x), label="GeluBackward0")
softplus = elementwise("softplus", lambda g, x: g * sigmoid(x))
log_sigmoid = elementwise("log_sigmoid", lambda g, x: g * sigmoid(-x), label="LogSigmoidBackward0")


def _pow_gradient(g: Any, x: Any, y: Any) -> Any:
    """The gradient of x^y in x, 0 where y is 0."""
    if isinstance(y, Tensor | Handle):
        return select(eq(y, 0), 0.0, g * conj(y * pow(x, y - 1)))
    return nothing(g) if y == 0 else g if y == 1 else g * conj(x * 2) if y == 2 else g * conj(pow(x, y - 1) * y)


def _pow_slope_of_exponent(x: Any, y: Any, out: Any) -> Any:
    """The derivative of x^y in y, 0 where x is 0 and y is not negative."""
    if isinstance(x, Tensor | Handle):
        return select(logical_and(eq(x, 0), _is_not_negative(y)), 0.0, out * log(x + 0j if is_complex(out) else x))
    return select(_is_not_negative(y), 0.0, out * -math.inf) if x == 0 else out * _log(x)


def _is_not_negative(x: Any) -> Any:
    """Whether the real part is at least 0."""
    if type(x) in NUMBERS:
        return x.real >= 0
    return ge(real_part(x) if is_complex(x) else x, 0)


def _sgn_slope(g: Any, x: Any, out: Any) -> Any:
    """What turns x: the part of the gradient across `out`, over |x|."""
    if not is_complex(x):
        return nothing(g)
    across = g - out * real_part(g * conj(out))
    return select(eq(x, 0), 0.0, across / abs(x))


def _acosh_slope(x: Any) -> Any:
    return rsqrt(x - 1) * rsqrt(x + 1) if is_complex(x) else rsqrt(x * x - 1)


def _log(x: Any) -> Any:
    if isinstance(x, Tensor | Handle):
        return log(x)
    if type(x) is complex:
        return cmath.log(x)
    return math.log(x) if x > 0 else -math.inf if x == 0 else math.nan


def _log1p(x: Any) -> Any:
    if isinstance(x, Tensor | Handle):
        return log1p(x)
    return math.log1p(x) if x > -1 else -math.inf if x == -1 else math.nan


def _gamma_density(a: Any, x: Any) -> Any:
    """The derivative of the regularized lower incomplete gamma function in x."""
    return exp((a - 1) * log(x) - x - lgamma(a))


def _where(condition: Any, x: Any, y: Any) -> Any:
    """`select` in the dtype of the gradient, whichever branch it stands in."""
    return select(condition, x, y)


def _silu_slope(x: Any, s: Any) -> Any:
    return s * (x * (1 - s) + 1)


def _gelu_tanh_slope(x: Any) -> Any:
    a, b = math.sqrt(2 / math.pi), 0.044715
    t = tanh(a * (x + b * (x * x * x)))
    return 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * (a * (1 + 3 * b * (x * x)))

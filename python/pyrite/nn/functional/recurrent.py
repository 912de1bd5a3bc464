"""One step of a recurrent network, from an input (N, in) and a state (N, hidden), and whole layers made of such steps.

Weights are (gates x hidden, in) and (gates x hidden, hidden), the gates in PyTorch's order.
"""

from collections.abc import Callable, Sequence
from typing import Any

from pyrite import _core, ops
from pyrite.autograd.operation import joint, operation
from pyrite.nn.functional.linear import linear
from pyrite.ops import elementwise as rows
from pyrite.ops.fast import fast
from pyrite.ops.join import cat_along
from pyrite.ops.shape import slice_axis
from pyrite.tensor import Handle, Tensor


def _tanh_step(gates: Tensor, hx: Tensor, w_hh: Tensor, b_hh: Tensor | None) -> Tensor:
    return (gates + linear(hx, w_hh, b_hh)).tanh()


def _relu_step(gates: Tensor, hx: Tensor, w_hh: Tensor, b_hh: Tensor | None) -> Tensor:
    return ops.relu(gates + linear(hx, w_hh, b_hh))


def _by_gate(x: Any, count: int) -> list[Any]:
    """The parts of the last dimension that belong to each gate."""
    size = x.shape[-1] // count
    return [slice_axis(x, x.ndim - 1, i * size, size, 1) for i in range(count)]


def _gru_gates(gates: Any, hidden: Any) -> tuple[Any, Any, Any, Any]:
    """The reset, update and new gates, and what the hidden state gives to the new one."""
    (reset, update, new), (hidden_reset, hidden_update, hidden_new) = _by_gate(gates, 3), _by_gate(hidden, 3)
    reset, update = rows.sigmoid(reset + hidden_reset), rows.sigmoid(update + hidden_update)
    return reset, update, rows.tanh(new + reset * hidden_new), hidden_new


@fast(_core.fast_gru)
def _gru_moved(gates: Handle, hidden: Handle, hx: Handle) -> Handle:
    _, update, new, _ = _gru_gates(gates, hidden)
    return new + update * (hx - new)


@fast(_core.fast_gru_slopes)
def _gru_slopes(g: Any, gates: Any, hidden: Any, hx: Any) -> list:
    """The gradients of gates, hidden and hx."""
    reset, update, new, hidden_new = _gru_gates(gates, hidden)
    to_new = g * (1 - update) * (1 - new * new)
    to_update = g * (hx - new) * (update * (1 - update))
    to_reset = to_new * hidden_new * (reset * (1 - reset))
    to_gates = cat_along([to_reset, to_update, to_new], -1)
    return [to_gates, cat_along([to_reset, to_update, to_new * reset], -1), g * update]


@joint
def _gru_slope(g: Any, gates: Any, hidden: Any, hx: Any) -> list:
    return _gru_slopes(g, gates, hidden, hx)


gru_combine = operation(
    "gru_cell",
    lambda gates, hidden, hx: _gru_moved(gates, hidden, hx),
    gates=_gru_slope,
    hidden=_gru_slope,
    hx=_gru_slope,
)


def _gru_step(gates: Tensor, hx: Tensor, w_hh: Tensor, b_hh: Tensor | None) -> Tensor:
    return gru_combine(gates, linear(hx, w_hh, b_hh), hx)


def _lstm_gates(gates: Any, cx: Any) -> tuple[Any, Any, Any, Any, Any]:
    """The input, forget, cell and output gates, and tanh of the new cell state."""
    admit, forget, cell, show = _by_gate(gates, 4)
    admit, forget, cell, show = rows.sigmoid(admit), rows.sigmoid(forget), rows.tanh(cell), rows.sigmoid(show)
    return admit, forget, cell, show, forget * cx + admit * cell


def _lstm_forward(gates: Handle, cx: Handle) -> tuple[Handle, Handle]:
    _, _, _, show, new = _lstm_gates(gates, cx)
    return show * rows.tanh(new), new


@fast(_core.fast_lstm_slopes)
def _lstm_slopes(gh: Any, gc: Any, gates: Any, cx: Any) -> list:
    """The gradients of gates and cx."""
    admit, forget, cell, show, new = _lstm_gates(gates, cx)
    seen = rows.tanh(new)
    to_new = gc + gh * show * (1 - seen * seen)
    parts = [
        to_new * cell * (admit * (1 - admit)),
        to_new * cx * (forget * (1 - forget)),
        to_new * admit * (1 - cell * cell),
        gh * seen * (show * (1 - show)),
    ]
    return [cat_along(parts, -1), to_new * forget]


@joint
def _lstm_slope(g: Sequence[Any], gates: Any, cx: Any) -> list:
    return _lstm_slopes(g[0], g[1], gates, cx)


lstm_combine = operation("lstm_cell", _lstm_forward, gates=_lstm_slope, cx=_lstm_slope)


def _lstm_step(
    gates: Tensor, state: Sequence[Tensor], w_hh: Tensor, b_hh: Tensor | None, w_hr: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    hx, cx = state
    hx, cx = lstm_combine(gates + linear(hx, w_hh, b_hh), cx)
    return (hx if w_hr is None else linear(hx, w_hr)), cx


STEPS: dict[str, Callable] = {"RNN_TANH": _tanh_step, "RNN_RELU": _relu_step, "GRU": _gru_step}


def rnn_tanh_cell(
    input: Tensor, hx: Tensor, w_ih: Tensor, w_hh: Tensor, b_ih: Tensor | None = None, b_hh: Tensor | None = None
) -> Tensor:
    """tanh(W_ih x + b_ih + W_hh h + b_hh)."""
    return _tanh_step(linear(input, w_ih, b_ih), hx, w_hh, b_hh)


def rnn_relu_cell(
    input: Tensor, hx: Tensor, w_ih: Tensor, w_hh: Tensor, b_ih: Tensor | None = None, b_hh: Tensor | None = None
) -> Tensor:
    """relu(W_ih x + b_ih + W_hh h + b_hh)."""
    return _relu_step(linear(input, w_ih, b_ih), hx, w_hh, b_hh)


def gru_cell(
    input: Tensor, hx: Tensor, w_ih: Tensor, w_hh: Tensor, b_ih: Tensor | None = None, b_hh: Tensor | None = None
) -> Tensor:
    """A gated recurrent unit: reset, update and new gates (Cho et al., 2014)."""
    return _gru_step(linear(input, w_ih, b_ih), hx, w_hh, b_hh)


def lstm_cell(
    input: Tensor,
    hx: Sequence[Tensor],
    w_ih: Tensor,
    w_hh: Tensor,
    b_ih: Tensor | None = None,
    b_hh: Tensor | None = None,
) -> tuple[Tensor, Tensor]:
    """A long short-term memory: input, forget, cell and output gates; the new (h, c) (Hochreiter and Schmidhuber,
    1997)."""
    return _lstm_step(linear(input, w_ih, b_ih), hx, w_hh, b_hh)


def _advance(old: Tensor, new: Tensor) -> Tensor:
    """The states with the first rows replaced by new ones."""
    return new if new.size(0) == old.size(0) else ops.cat([new, old[new.size(0) :]])


def run_direction(
    mode: str,
    input: Tensor,
    batch_sizes: Sequence[int],
    state: tuple[Tensor, ...],
    weights: Sequence[Any],
    reverse: bool,
) -> tuple[Tensor, tuple[Tensor, ...]]:
    """One direction of one layer over a packed input (sum of batch sizes, in); the packed output and the last states.

    Step t reads the next `batch_sizes[t]` rows and moves the states of as many sequences, the longest first. Weights
    are (W_ih, W_hh, b_ih, b_hh, W_hr), where the biases and W_hr may be None.
    """
    w_ih, w_hh, b_ih, b_hh, w_hr = weights
    if mode != "GRU" and b_ih is not None and b_hh is not None:
        b_ih, b_hh = b_ih + b_hh, None
    steps = linear(input, w_ih, b_ih).split(list(batch_sizes))
    outputs = []
    for gates in reversed(steps) if reverse else steps:
        active = gates.size(0)
        rows = state if state[0].size(0) == active else tuple(s[:active] for s in state)
        if mode == "LSTM":
            moved: tuple[Tensor, ...] = _lstm_step(gates, rows, w_hh, b_hh, w_hr)
        else:
            moved = (STEPS[mode](gates, *rows, w_hh, b_hh),)
        outputs.append(moved[0])
        state = tuple(_advance(old, new) for old, new in zip(state, moved, strict=True))
    return ops.cat(outputs[::-1] if reverse else outputs), state

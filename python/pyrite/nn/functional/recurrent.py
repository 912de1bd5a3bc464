"""One step of a recurrent network, from an input (N, in) and a state (N, hidden), and whole layers made of such steps.

Weights are (gates x hidden, in) and (gates x hidden, hidden), the gates in PyTorch's order.
"""

from collections.abc import Callable, Sequence

from pyrite import ops
from pyrite.nn.functional.linear import linear
from pyrite.tensor import Tensor


def _tanh_step(gates: Tensor, hx: Tensor, w_hh: Tensor, b_hh: Tensor | None) -> Tensor:
    return (gates + linear(hx, w_hh, b_hh)).tanh()


def _relu_step(gates: Tensor, hx: Tensor, w_hh: Tensor, b_hh: Tensor | None) -> Tensor:
    return ops.relu(gates + linear(hx, w_hh, b_hh))


def _gru_step(gates: Tensor, hx: Tensor, w_hh: Tensor, b_hh: Tensor | None) -> Tensor:
    reset, update, new = gates.chunk(3, 1)
    hidden_reset, hidden_update, hidden_new = linear(hx, w_hh, b_hh).chunk(3, 1)
    reset, update = (reset + hidden_reset).sigmoid(), (update + hidden_update).sigmoid()
    new = (new + reset * hidden_new).tanh()
    return new + update * (hx - new)


def _lstm_step(
    gates: Tensor, hx: Tensor, cx: Tensor, w_hh: Tensor, b_hh: Tensor | None, w_hr: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    admit, forget, cell, show = (gates + linear(hx, w_hh, b_hh)).chunk(4, 1)
    cx = forget.sigmoid() * cx + admit.sigmoid() * cell.tanh()
    hx = show.sigmoid() * cx.tanh()
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
    return _lstm_step(linear(input, w_ih, b_ih), *hx, w_hh, b_hh)


def _advance(old: Tensor, new: Tensor) -> Tensor:
    """The states with the first rows replaced by new ones."""
    return new if new.size(0) == old.size(0) else ops.cat([new, old[new.size(0) :]])


def run_direction(
    mode: str,
    input: Tensor,
    batch_sizes: Sequence[int],
    state: tuple[Tensor, ...],
    weights: Sequence[Tensor | None],
    reverse: bool,
) -> tuple[Tensor, tuple[Tensor, ...]]:
    """One direction of one layer over a packed input (sum of batch sizes, in); the packed output and the last states.

    Step t reads the next `batch_sizes[t]` rows and moves the states of as many sequences, the longest first. Weights
    are (W_ih, W_hh, b_ih, b_hh, W_hr).
    """
    w_ih, w_hh, b_ih, b_hh, w_hr = weights
    steps = linear(input, w_ih, b_ih).split(list(batch_sizes))
    outputs = []
    for gates in reversed(steps) if reverse else steps:
        active = gates.size(0)
        rows = state if state[0].size(0) == active else tuple(s[:active] for s in state)
        if mode == "LSTM":
            moved = _lstm_step(gates, *rows, w_hh, b_hh, w_hr)
        else:
            moved = (STEPS[mode](gates, *rows, w_hh, b_hh),)
        outputs.append(moved[0])
        state = tuple(_advance(old, new) for old, new in zip(state, moved, strict=True))
    return ops.cat(outputs[::-1] if reverse else outputs), state

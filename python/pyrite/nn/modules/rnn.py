"""Recurrent layers: plain, LSTM and GRU, of several layers and one or two directions, and their single steps."""

import math
import warnings
from numbers import Number
from typing import Any

from pyrite import ops
from pyrite.nn import functional as F
from pyrite.nn import init
from pyrite.nn.functional.recurrent import gru_cell, lstm_cell, rnn_relu_cell, rnn_tanh_cell, run_direction
from pyrite.nn.module import Module
from pyrite.nn.parameter import Parameter
from pyrite.nn.utils.rnn import PackedSequence
from pyrite.ops.room import require_objects
from pyrite.tensor import Tensor

GATES = {"RNN_TANH": 1, "RNN_RELU": 1, "GRU": 3, "LSTM": 4}


class RNNBase(Module):
    """Settings and weights of a recurrent network; all weights start uniform on +-1 / sqrt(hidden_size).

    Inputs are (L, N, in), (N, L, in) with `batch_first`, (L, in), or a PackedSequence; states (layers x directions, N,
    hidden).
    """

    def __init__(
        self,
        mode: str,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        proj_size: int = 0,
        device=None,
        dtype=None,
    ) -> None:
        super().__init__()
        self.mode = mode
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.num_layers = num_layers
        self.bias = bias
        self.batch_first = batch_first
        self.bidirectional = bidirectional
        self.proj_size = proj_size
        self.dropout = dropout
        self._check_settings()
        self.dropout = float(dropout)
        self._all_weights = []
        require_objects(type(self).__name__, num_layers)
        for layer in range(num_layers):
            for direction in range(self.num_directions):
                self._make_weights(layer, "_reverse" if direction else "", device, dtype)
        self.reset_parameters()

    @property
    def num_directions(self) -> int:
        """2 if bidirectional, else 1."""
        return 2 if self.bidirectional else 1

    @property
    def all_weights(self) -> list[list[Parameter]]:
        """The weights of each layer and direction."""
        return [[getattr(self, name) for name in names] for names in self._all_weights]

    def _check_settings(self) -> None:
        dropout = self.dropout
        if not isinstance(dropout, Number) or isinstance(dropout, bool) or not 0 <= dropout <= 1:
            raise ValueError(
                "dropout should be a number in range [0, 1] representing the probability of an element being zeroed"
            )
        if dropout > 0 and self.num_layers == 1:
            warnings.warn(
                "dropout option adds dropout after all but last recurrent layer, so non-zero dropout expects "
                f"num_layers greater than 1, but got dropout={dropout} and num_layers={self.num_layers}",
                stacklevel=4,
            )
        for name, kind in (("bias", bool), ("batch_first", bool), ("input_size", int), ("hidden_size", int)):
            value = getattr(self, name)
            if not isinstance(value, kind):
                raise TypeError(f"{name} should be of type {kind.__name__}, got: {type(value).__name__}")
        for name in ("input_size", "hidden_size", "num_layers"):
            if getattr(self, name) <= 0:
                raise ValueError(f"{name} must be greater than zero")
        if self.proj_size < 0:
            raise ValueError("proj_size should be a positive integer or zero to disable projections")
        if self.proj_size >= self.hidden_size:
            raise ValueError("proj_size has to be smaller than hidden_size")
        if self.mode not in GATES:
            raise ValueError("Unrecognized RNN mode: " + self.mode)

    def _make_weights(self, layer: int, suffix: str, device, dtype) -> None:
        width = self.proj_size or self.hidden_size
        inputs = self.input_size if layer == 0 else width * self.num_directions
        gates = GATES[self.mode] * self.hidden_size
        shapes: dict[str, tuple[int, ...]] = {"weight_ih": (gates, inputs), "weight_hh": (gates, width)}
        if self.bias:
            shapes |= {"bias_ih": (gates,), "bias_hh": (gates,)}
        if self.proj_size > 0:
            shapes["weight_hr"] = (self.proj_size, self.hidden_size)
        names = []
        for kind, shape in shapes.items():
            names.append(f"{kind}_l{layer}{suffix}")
            setattr(self, names[-1], Parameter(ops.empty(shape, device=device, dtype=dtype)))
        self._all_weights.append(names)

    def reset_parameters(self) -> None:
        """Draws the initial weights again."""
        bound = 1.0 / math.sqrt(self.hidden_size)
        for weight in self.parameters():
            init.uniform_(weight, -bound, bound)

    def flatten_parameters(self) -> None:
        """Does nothing: weights need not lie next to each other here."""

    def extra_repr(self) -> str:
        parts = [str(self.input_size), str(self.hidden_size)]
        usual = {
            "proj_size": 0,
            "num_layers": 1,
            "bias": True,
            "batch_first": False,
            "dropout": 0,
            "bidirectional": False,
        }
        parts += [f"{k}={getattr(self, k)}" for k, default in usual.items() if getattr(self, k) != default]
        return ", ".join(parts)

    # The forward pass runs on packed rows, for which a padded batch is the case of equal lengths.

    def _state_sizes(self) -> tuple[int, ...]:
        return (self.proj_size or self.hidden_size,)

    def forward(self, input: Any, hx: Any = None) -> Any:
        """The output of the last layer for each step, (L, N, directions x hidden) or as the input came (a
        PackedSequence too), and the last states."""
        if isinstance(input, PackedSequence):
            return self._forward_packed(input, hx)
        if input.dim() not in (2, 3):
            raise ValueError(f"{self._get_name()}: Expected input to be 2D or 3D, got {input.dim()}D instead")
        batched = input.dim() == 3
        states = None if hx is None else self._as_states(hx, batched)
        if not batched:
            input = input.unsqueeze(1)
            states = None if states is None else tuple(s.unsqueeze(1) for s in states)
        elif self.batch_first:
            input = input.transpose(0, 1)
        self._check_input(input)
        steps, batch = input.shape[:2]
        states = self._checked_states(states, batch, input)
        rows, last = self._run(input.reshape(steps * batch, input.size(2)), [batch] * steps, states)
        output = rows.reshape(steps, batch, -1)
        if not batched:
            return output.squeeze(1), self._as_result(s.squeeze(1) for s in last)
        return (output.transpose(0, 1) if self.batch_first else output), self._as_result(last)

    def _forward_packed(self, input: PackedSequence, hx) -> tuple:
        data, batch_sizes, sorted_indices, unsorted_indices = input
        self._check_input(data)
        sizes = batch_sizes.tolist()
        states = None if hx is None else self._as_states(hx, True)
        if states is not None and sorted_indices is not None:
            states = tuple(s.index_select(1, sorted_indices) for s in states)
        rows, last = self._run(data, sizes, self._checked_states(states, sizes[0], data))
        if unsorted_indices is not None:
            last = tuple(s.index_select(1, unsorted_indices) for s in last)
        return PackedSequence(rows, batch_sizes, sorted_indices, unsorted_indices), self._as_result(last)

    def _as_states(self, hx, batched: bool) -> tuple[Tensor, ...]:
        dims = 3 if batched else 2
        if hx.dim() != dims:
            kind = "batched" if batched else "unbatched"
            raise RuntimeError(f"For {kind} {dims}-D input, hx should also be {dims}-D but got {hx.dim()}-D tensor")
        return (hx,)

    def _as_result(self, states) -> Tensor | tuple[Tensor, ...]:
        (hx,) = states
        return hx

    def _check_input(self, input: Tensor) -> None:
        dtype = getattr(self, self._all_weights[0][0]).dtype
        if input.dtype != dtype:
            raise ValueError(
                f"RNN input dtype ({input.dtype}) does not match weight dtype ({dtype}). "
                f"Convert input: input.to({dtype}), or convert model: model.to({input.dtype})"
            )
        if input.size(-1) != self.input_size:
            raise RuntimeError(
                f"input.size(-1) must be equal to input_size. Expected {self.input_size}, got {input.size(-1)}"
            )

    def _checked_states(self, states: tuple[Tensor, ...] | None, batch: int, like: Tensor) -> tuple[Tensor, ...]:
        lead = (self.num_layers * self.num_directions, batch)
        shapes = [(*lead, size) for size in self._state_sizes()]
        if states is None:
            return tuple(ops.zeros(*shape, dtype=like.dtype, device=like.device) for shape in shapes)
        for state, shape, name in zip(states, shapes, ("hidden", "cell"), strict=False):
            if tuple(state.shape) != shape:
                which = f"hidden[{0 if name == 'hidden' else 1}]" if len(states) > 1 else "hidden"
                raise RuntimeError(f"Expected {which} size {shape}, got {list(state.shape)}")
        return states

    def _run(self, rows: Tensor, sizes: list[int], states: tuple[Tensor, ...]) -> tuple[Tensor, tuple[Tensor, ...]]:
        last = []
        for layer in range(self.num_layers):
            outputs = []
            for direction in range(self.num_directions):
                i = layer * self.num_directions + direction
                start = tuple(s[i] for s in states)
                output, end = run_direction(self.mode, rows, sizes, start, self._weights(i), direction == 1)
                outputs.append(output)
                last.append(end)
            rows = outputs[0] if len(outputs) == 1 else ops.cat(outputs, 1)
            if self.dropout > 0 and self.training and layer < self.num_layers - 1:
                rows = F.dropout(rows, self.dropout)
        return rows, tuple(ops.stack(column) for column in zip(*last, strict=True))

    def _weights(self, i: int) -> list[Tensor | None]:
        given = [getattr(self, name) for name in self._all_weights[i]]
        projection = given.pop() if self.proj_size > 0 else None
        return [*given, *([] if self.bias else [None, None]), projection]


class RNN(RNNBase):
    """h = tanh(W_ih x + b_ih + W_hh h + b_hh), or relu with `nonlinearity="relu"` (Elman, 1990).

    Takes (input_size, hidden_size, num_layers=1, nonlinearity="tanh", bias, batch_first, dropout, bidirectional).
    """

    def __init__(self, *args, **kwargs) -> None:
        if "proj_size" in kwargs:
            raise ValueError("proj_size argument is only supported for LSTM, not RNN or GRU")
        if len(args) > 3:
            self.nonlinearity = args[3]
            args = args[:3] + args[4:]
        else:
            self.nonlinearity = kwargs.pop("nonlinearity", "tanh")
        if self.nonlinearity not in ("tanh", "relu"):
            raise ValueError(f"Unknown nonlinearity '{self.nonlinearity}'. Select from 'tanh' or 'relu'.")
        super().__init__(f"RNN_{self.nonlinearity.upper()}", *args, **kwargs)


class GRU(RNNBase):
    """Gated recurrent units: see `functional.recurrent.gru_cell`.

    Takes (input_size, hidden_size, num_layers=1, bias, batch_first, dropout, bidirectional).
    """

    def __init__(self, *args, **kwargs) -> None:
        if "proj_size" in kwargs:
            raise ValueError("proj_size argument is only supported for LSTM, not RNN or GRU")
        super().__init__("GRU", *args, **kwargs)


class LSTM(RNNBase):
    """Long short-term memory: see `functional.recurrent.lstm_cell`; the states are a pair (h, c).

    Takes (input_size, hidden_size, num_layers=1, bias, batch_first, dropout, bidirectional, proj_size): with a
    projection h has `proj_size` elements.
    """

    def __init__(self, *args, **kwargs) -> None:
        super().__init__("LSTM", *args, **kwargs)

    def _state_sizes(self) -> tuple[int, ...]:
        return (self.proj_size or self.hidden_size, self.hidden_size)

    def _as_states(self, hx, batched: bool) -> tuple[Tensor, ...]:
        dims = 3 if batched else 2
        if hx[0].dim() != dims or hx[1].dim() != dims:
            kind = "batched" if batched else "unbatched"
            raise RuntimeError(
                f"For {kind} {dims}-D input, hx and cx should also be {dims}-D but got "
                f"({hx[0].dim()}-D, {hx[1].dim()}-D) tensors"
            )
        return tuple(hx)

    def _as_result(self, states) -> tuple[Tensor, ...]:
        return tuple(states)


class RNNCellBase(Module):
    """Weights of one recurrent step, uniform on +-1 / sqrt(hidden_size)."""

    def __init__(self, input_size: int, hidden_size: int, bias: bool, num_chunks: int, device=None, dtype=None) -> None:
        super().__init__()
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.bias = bias
        gates = num_chunks * hidden_size
        shapes = {
            "weight_ih": (gates, input_size),
            "weight_hh": (gates, hidden_size),
            "bias_ih": (gates,),
            "bias_hh": (gates,),
        }
        for name, shape in shapes.items():
            wanted = bias or name.startswith("weight")
            self.register_parameter(name, Parameter(ops.empty(shape, device=device, dtype=dtype)) if wanted else None)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draws the initial weights again."""
        bound = 1.0 / math.sqrt(self.hidden_size) if self.hidden_size > 0 else 0
        for weight in self.parameters():
            init.uniform_(weight, -bound, bound)

    def extra_repr(self) -> str:
        parts = [str(self.input_size), str(self.hidden_size)]
        parts += [] if self.bias else [f"bias={self.bias}"]
        unusual = getattr(self, "nonlinearity", "tanh") != "tanh"
        return ", ".join(parts + ([f"nonlinearity={self.nonlinearity}"] if unusual else []))

    def _check(self, input: Tensor, states: tuple[Tensor, ...]) -> None:
        name = self._get_name()
        if input.dim() not in (1, 2):
            raise ValueError(f"{name}: Expected input to be 1D or 2D, got {input.dim()}D instead")
        for i, state in enumerate(states):
            which = f"hx[{i}]" if len(states) > 1 else "hidden"
            if state.dim() not in (1, 2):
                raise ValueError(f"{name}: Expected {which} to be 1D or 2D, got {state.dim()}D instead")
            if state.size(-1) != self.hidden_size:
                raise RuntimeError(
                    f"{which} has inconsistent hidden_size: got {state.size(-1)}, expected {self.hidden_size}"
                )
            if state.dim() == input.dim() == 2 and state.size(0) != input.size(0):
                raise RuntimeError(f"Input batch size {input.size(0)} doesn't match {which} batch size {state.size(0)}")
        if input.size(-1) != self.input_size:
            raise RuntimeError(f"input has inconsistent input_size: got {input.size(-1)} expected {self.input_size}")

    def _step(self, function, input: Tensor, states: tuple[Tensor, ...] | None, count: int) -> tuple[Tensor, ...]:
        """The new states from (N, in) and states (N, hidden), or from both without N."""
        self._check(input, states or ())
        batched = input.dim() == 2
        rows = input if batched else input.unsqueeze(0)
        if states is None:
            zeros = ops.zeros(rows.size(0), self.hidden_size, dtype=input.dtype, device=input.device)
            states = (zeros,) * count
        elif not batched:
            states = tuple(s.unsqueeze(0) for s in states)
        hx = states[0] if count == 1 else states
        moved = function(rows, hx, self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh)
        moved = (moved,) if count == 1 else moved
        return moved if batched else tuple(s.squeeze(0) for s in moved)


class RNNCell(RNNCellBase):
    """One step of an RNN: input (N, in) or (in), state (N, hidden) or (hidden); returns the new state."""

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        nonlinearity: str = "tanh",
        device=None,
        dtype=None,
    ) -> None:
        super().__init__(input_size, hidden_size, bias, 1, device, dtype)
        self.nonlinearity = nonlinearity

    def forward(self, input: Tensor, hx: Tensor | None = None) -> Tensor:
        functions = {"tanh": rnn_tanh_cell, "relu": rnn_relu_cell}
        if self.nonlinearity not in functions:
            raise RuntimeError(f"Unknown nonlinearity: {self.nonlinearity}")
        return self._step(functions[self.nonlinearity], input, None if hx is None else (hx,), 1)[0]


class GRUCell(RNNCellBase):
    """One step of a GRU: input (N, in) or (in), state (N, hidden) or (hidden); returns the new state."""

    def __init__(self, input_size: int, hidden_size: int, bias: bool = True, device=None, dtype=None) -> None:
        super().__init__(input_size, hidden_size, bias, 3, device, dtype)

    def forward(self, input: Tensor, hx: Tensor | None = None) -> Tensor:
        return self._step(gru_cell, input, None if hx is None else (hx,), 1)[0]


class LSTMCell(RNNCellBase):
    """One step of an LSTM: input (N, in) or (in), states (h, c); returns the new pair."""

    def __init__(self, input_size: int, hidden_size: int, bias: bool = True, device=None, dtype=None) -> None:
        super().__init__(input_size, hidden_size, bias, 4, device, dtype)

    def forward(self, input: Tensor, hx: tuple[Tensor, Tensor] | None = None) -> tuple[Tensor, Tensor]:
        h, c = self._step(lstm_cell, input, None if hx is None else tuple(hx), 2)
        return h, c

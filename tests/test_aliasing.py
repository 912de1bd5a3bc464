"""A state machine whose model is NumPy: views, in-place writes, exported and imported arrays, deferred reads, in any
order.

Every live tensor has a NumPy twin that shares memory with other twins exactly as the tensor shares storage with other
tensors. Only exactly rounded operations take part, so after every run tensor and twin are equal bit for bit.
"""

import threading

import numpy as np
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, multiple, rule

import pyrite

# Around the size up to which results are computed at once, and far below it.
SHAPES = st.sampled_from([(), (0,), (1,), (3,), (2, 3), (4, 4), (2, 3, 4), (1, 5), (70, 60), (4200,), (65, 65)])
NUMBERS = st.integers(-3, 3).map(float)
BINARY = {"add": np.add, "sub": np.subtract, "mul": np.multiply, "maximum": np.maximum, "minimum": np.minimum}
UNARY = {"neg": np.negative, "abs": np.abs, "square": np.square, "relu": lambda x: np.maximum(x, np.float32(0))}


class Pair:
    """A tensor and its NumPy twin."""

    def __init__(self, tensor, twin):
        self.tensor, self.twin = tensor, twin


def same(tensor, twin):
    got = np.frombuffer(tensor.handle.tobytes(), np.float32).reshape(tuple(tensor.shape))
    return got.shape == twin.shape and np.array_equal(got, twin, equal_nan=True)


def dense_span(array):
    """First and last byte of an array whose elements lie densely, else None."""
    axes = sorted((a for a in range(array.ndim) if array.shape[a] != 1), key=lambda a: array.strides[a])
    step = array.itemsize
    for a in axes:
        if array.strides[a] != step:
            return None
        step *= array.shape[a]
    start = array.__array_interface__["data"][0]
    return start, start + array.nbytes


def refused(target, source):
    """Whether PyTorch refuses an in-place operation on `target` with `source` as an operand."""
    a, b = dense_span(target), dense_span(source)
    if target.size == 0 or source.size == 0 or a is None or b is None:
        return False
    if a == b:
        relevant = [t.strides[i] for t in (target, source) for i in range(t.ndim)]
        return target.shape != source.shape or relevant[: target.ndim] != relevant[target.ndim :]
    return a[0] < b[1] and b[0] < a[1]


def repeats(array):
    """Whether two elements of an array are at one place."""
    return any(n > 1 and s == 0 for n, s in zip(array.shape, array.strides))


class Aliasing(RuleBasedStateMachine):
    pairs = Bundle("pairs")
    arrays = Bundle("arrays")

    def __init__(self):
        super().__init__()
        self.live = []

    def keep(self, tensor, twin):
        pair = Pair(tensor, np.asarray(twin, np.float32))
        self.live.append(pair)
        return pair

    @rule(target=pairs, shape=SHAPES, seed=st.integers(0, 9))
    def make(self, shape, seed):
        values = np.random.default_rng(seed).integers(-4, 5, shape).astype(np.float32)
        return self.keep(pyrite.tensor(values), values.copy())

    @rule(target=pairs, shape=SHAPES, value=NUMBERS)
    def fill(self, shape, value):
        return self.keep(pyrite.full(shape, value), np.full(shape, value, np.float32))

    # Views

    @rule(target=pairs, p=pairs, data=st.data())
    def view(self, p, data):
        t, n = p.tensor, p.twin
        kind = data.draw(
            st.sampled_from(["slice", "transpose", "reshape", "diagonal", "expand", "select", "unsqueeze"])
        )
        if kind == "unsqueeze" or n.ndim == 0:
            return self.keep(t.unsqueeze(0), n[None])
        if kind == "slice":
            axis = data.draw(st.integers(0, n.ndim - 1))
            start = data.draw(st.integers(0, n.shape[axis]))
            stop = data.draw(st.integers(start, n.shape[axis]))
            key = (slice(None),) * axis + (slice(start, stop, data.draw(st.integers(1, 3))),)
            return self.keep(t[key], n[key])
        if kind == "select" and n.shape[0] > 0:
            i = data.draw(st.integers(-n.shape[0], n.shape[0] - 1))
            return self.keep(t[i], n[i, ...])
        if kind == "diagonal" and n.ndim > 1:
            twin = np.lib.stride_tricks.as_strided(
                n, (*n.shape[2:], min(n.shape[:2])), (*n.strides[2:], n.strides[0] + n.strides[1])
            )
            return self.keep(t.diagonal(), twin)
        if kind == "expand":
            twin = np.lib.stride_tricks.as_strided(n, (2, *n.shape), (0, *n.strides))
            return self.keep(t.expand(2, *n.shape), twin)
        if kind == "reshape" and n.flags.c_contiguous:
            return self.keep(t.view(-1), n.reshape(-1))
        axes = data.draw(st.permutations(range(n.ndim)))
        return self.keep(t.permute(*axes), n.transpose(axes))

    @rule(target=pairs, p=pairs)
    def detach(self, p):
        return self.keep(p.tensor.detach(), p.twin)

    @rule(target=pairs, p=pairs)
    def clone(self, p):
        return self.keep(p.tensor.clone(), p.twin.copy(order="K"))

    # Operations that make new tensors

    @rule(target=pairs, p=pairs, name=st.sampled_from(sorted(UNARY)))
    def unary(self, p, name):
        return self.keep(getattr(p.tensor, name)(), UNARY[name](p.twin))

    @rule(target=pairs, p=pairs, q=pairs, name=st.sampled_from(sorted(BINARY)))
    def binary(self, p, q, name):
        try:
            twin = BINARY[name](p.twin, q.twin)
        except ValueError:
            return multiple()
        if twin.size > 1 << 20:
            return multiple()
        return self.keep(getattr(p.tensor, name)(q.tensor), twin)

    @rule(target=pairs, p=pairs, value=NUMBERS, times=st.integers(2, 40))
    def chain(self, p, value, times):
        t, n = p.tensor, p.twin
        for _ in range(times):
            t, n = (t + value).maximum(p.tensor), np.maximum(n + np.float32(value), p.twin)
        return self.keep(t, n)

    @rule(target=pairs, p=pairs)
    def flip(self, p):
        if p.twin.ndim == 0:
            return multiple()
        return self.keep(p.tensor.flip(0), p.twin[::-1].copy())

    @rule(target=pairs, p=pairs)
    def reshape_copy(self, p):
        shape = (-1, 2) if p.twin.size % 2 == 0 and p.twin.size else (-1,)
        twin = p.twin.reshape(shape)
        shared = np.shares_memory(twin, p.twin)
        return (
            self.keep(p.tensor.reshape(shape), twin)
            if shared == (p.tensor.handle.view(list(shape)) is not None)
            else multiple()
        )

    # Writes

    @rule(p=pairs, value=NUMBERS, name=st.sampled_from(["add", "sub", "mul"]))
    def write_number(self, p, value, name):
        self.write(
            p, lambda: getattr(p.tensor, f"{name}_")(value), None, lambda: BINARY[name](p.twin, np.float32(value))
        )

    @rule(p=pairs, q=pairs, name=st.sampled_from(sorted(["add", "sub", "mul", "copy"])))
    def write_tensor(self, p, q, name):
        try:
            shape = np.broadcast_shapes(p.twin.shape, q.twin.shape)
        except ValueError:
            shape = None
        if shape != p.twin.shape:
            return
        compute = (lambda: q.twin.copy()) if name == "copy" else (lambda: BINARY[name](p.twin, q.twin))
        self.write(p, lambda: getattr(p.tensor, f"{name}_")(q.tensor), q, compute)

    @rule(p=pairs, value=NUMBERS)
    def write_fill(self, p, value):
        self.write(p, lambda: p.tensor.fill_(value), None, lambda: np.float32(value))

    @rule(p=pairs, value=NUMBERS, data=st.data())
    def write_item(self, p, value, data):
        if p.twin.ndim == 0 or p.twin.shape[0] == 0 or repeats(p.twin):
            return
        i = data.draw(st.integers(0, p.twin.shape[0] - 1))
        p.tensor[i] = value
        p.twin[i] = value

    def write(self, p, run, source, compute):
        must_refuse = repeats(p.twin) and p.twin.size > 0
        if source is not None and source is not p and source.tensor is not p.tensor:
            must_refuse = must_refuse or refused(p.twin, source.twin)
        if must_refuse:
            try:
                run()
            except RuntimeError:
                return
            raise AssertionError("an ambiguous write was accepted")
        result = compute()
        run()
        p.twin[...] = result

    # Arrays

    @rule(target=arrays, p=pairs)
    def export(self, p):
        return Pair(p.tensor.numpy(), p.twin)

    @rule(target=pairs, shape=SHAPES, seed=st.integers(0, 9))
    def import_temporary(self, shape, seed):
        values = np.random.default_rng(seed).integers(-4, 5, shape).astype(np.float32)
        return self.keep(pyrite.from_numpy(np.array(values)), values)

    @rule(target=arrays, shape=SHAPES, seed=st.integers(0, 9))
    def import_array(self, shape, seed):
        values = np.random.default_rng(seed).integers(-4, 5, shape).astype(np.float32)
        twin = values.copy()
        self.keep(pyrite.from_numpy(values[:1] if values.ndim else values), twin[:1] if values.ndim else twin)
        return Pair(values, twin)

    @rule(a=arrays, value=NUMBERS)
    def write_array(self, a, value):
        if repeats(a.twin):
            return
        a.tensor[...] = value
        a.twin[...] = value

    # Life

    @rule(p=consumes(pairs))
    def drop(self, p):
        self.live.remove(p)

    @rule(a=consumes(arrays))
    def drop_array(self, a):
        pass

    @rule(p=pairs)
    def evaluate(self, p):
        p.tensor.data_ptr()

    @rule(p=pairs)
    def read_elsewhere(self, p):
        seen = []
        thread = threading.Thread(target=lambda: seen.append(same(p.tensor, p.twin)))
        thread.start()
        thread.join()
        assert seen == [True]

    @invariant()
    def shapes_agree(self):
        for p in self.live:
            assert tuple(p.tensor.shape) == p.twin.shape

    def teardown(self):
        for p in self.live:
            assert same(p.tensor, p.twin)


Aliasing.TestCase.settings = settings(
    max_examples=150,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
TestAliasing = Aliasing.TestCase

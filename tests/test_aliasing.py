"""A state machine whose model is NumPy: views, in-place writes, exported and imported arrays, deferred reads, in any
order.

Every live tensor has a NumPy twin that shares memory with other twins exactly as the tensor shares storage with other
tensors, and so has every array that tensors share memory with. Only exactly rounded operations take part, so after
every run tensors, arrays and twins are equal bit for bit.

Broken cores that it has caught: a buffer donated that others hold, or that is read out of order; inner values not kept;
shared memory read late.
"""

import threading

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, multiple, rule

import pyrite

# Around the size up to which results are computed at once, and far below it.
SMALL = [(), (0,), (1,), (3,), (2, 3), (4, 4), (2, 3, 4), (1, 5)]
LARGE = [(70, 60), (4200,), (65, 65), (2, 66, 66)]
SHAPES = st.sampled_from(SMALL + LARGE * 2)
NUMBERS = st.integers(-3, 3).map(float)
BINARY = {"add": np.add, "sub": np.subtract, "mul": np.multiply, "maximum": np.maximum, "minimum": np.minimum}
WRITES = st.sampled_from(["add", "sub", "mul", "copy"])
UNARY = {"neg": np.negative, "abs": np.abs, "square": np.square, "relu": lambda x: np.maximum(x, np.float32(0))}


SIGN = -(2**31)


def with_signs_changed(tensor):
    """Through the same bytes as integers."""
    return (tensor.view(pyrite.int32) ^ SIGN).view(pyrite.float32)


def twin_with_signs_changed(array):
    return (array.view(np.int32) ^ np.int32(SIGN)).view(np.float32)


class Pair:
    """A tensor, or an array that shares memory with one, and its NumPy twin. Tensors of one storage have one origin."""

    def __init__(self, tensor, twin, origin=None):
        self.tensor, self.twin, self.origin = tensor, twin, origin or object()


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
    a, b = dense_span(target.twin), dense_span(source.twin)
    if target.twin.size == 0 or source.twin.size == 0 or a is None or b is None:
        return False
    if a == b:
        # The tensors' own strides: NumPy has others for dimensions of one element, which PyTorch compares as well.
        return target.tensor.stride() != source.tensor.stride()
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
        self.arrays_alive = []

    def keep(self, tensor, twin, origin=None):
        pair = Pair(tensor, np.asarray(twin, np.float32), origin)
        self.live.append(pair)
        return pair

    def keep_array(self, array, twin):
        self.arrays_alive.append(Pair(array, twin))
        return self.arrays_alive[-1]

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
            return self.keep(t.unsqueeze(0), n[None], p.origin)
        if kind == "slice":
            axis = data.draw(st.integers(0, n.ndim - 1))
            start = data.draw(st.integers(0, n.shape[axis]))
            stop = data.draw(st.integers(start, n.shape[axis]))
            key = (slice(None),) * axis + (slice(start, stop, data.draw(st.integers(1, 3))),)
            return self.keep(t[key], n[key], p.origin)
        if kind == "select" and n.shape[0] > 0:
            i = data.draw(st.integers(-n.shape[0], n.shape[0] - 1))
            return self.keep(t[i], n[i, ...], p.origin)
        if kind == "diagonal" and n.ndim > 1:
            twin = np.lib.stride_tricks.as_strided(
                n, (*n.shape[2:], min(n.shape[:2])), (*n.strides[2:], n.strides[0] + n.strides[1])
            )
            return self.keep(t.diagonal(), twin, p.origin)
        if kind == "expand":
            twin = np.lib.stride_tricks.as_strided(n, (2, *n.shape), (0, *n.strides))
            return self.keep(t.expand(2, *n.shape), twin, p.origin)
        if kind == "reshape" and n.flags.c_contiguous:
            return self.keep(t.view(-1), n.reshape(-1), p.origin)
        axes = data.draw(st.permutations(range(n.ndim)))
        return self.keep(t.permute(*axes), n.transpose(axes), p.origin)

    @rule(target=pairs, p=pairs)
    def detach(self, p):
        return self.keep(p.tensor.detach(), p.twin, p.origin)

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
    def negate_bits(self, p):
        return self.keep(with_signs_changed(p.tensor), twin_with_signs_changed(p.twin))

    @rule(p=pairs, times=st.integers(6, 12))
    def record(self, p, times):
        """Every result of a chain stays alive."""
        t, n = p.tensor, p.twin
        for i in range(times):
            name = ("add", "mul", "sub")[i % 3]
            t, n = getattr(t, name)(float(i)), BINARY[name](n, np.float32(i))
            self.keep(t, n)

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
            self.keep(p.tensor.reshape(shape), twin, p.origin if shared else None)
            if shared == (p.tensor.handle.view(list(shape)) is not None)
            else multiple()
        )

    # Writes

    @rule(p=pairs, value=NUMBERS, name=st.sampled_from(["add", "sub", "mul"]))
    def write_number(self, p, value, name):
        self.write(
            p, lambda: getattr(p.tensor, f"{name}_")(value), None, lambda: BINARY[name](p.twin, np.float32(value))
        )

    @rule(p=pairs, q=pairs, name=WRITES)
    def write_tensor(self, p, q, name):
        self.write_from(p, q, name)

    def write_from(self, p, q, name):
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

    @rule(p=pairs)
    def write_bits(self, p):
        change = p.tensor.view(pyrite.int32).bitwise_xor_
        self.write(p, lambda: change(SIGN), None, lambda: twin_with_signs_changed(p.twin))

    @rule(p=pairs, name=WRITES, step=st.integers(2, 3))
    def write_shifted(self, p, name, step):
        """Reads elements that the same write changes."""
        if p.twin.ndim == 0 or p.twin.shape[0] < step:
            return
        target = Pair(p.tensor[::step], p.twin[::step], p.origin)
        count = target.twin.shape[0]
        self.write_from(target, Pair(p.tensor[:count], p.twin[:count], p.origin), name)

    def write(self, p, run, source, compute):
        must_refuse = repeats(p.twin) and p.twin.size > 0
        if source is not None and source.tensor is not p.tensor and source.origin is p.origin:
            must_refuse = must_refuse or refused(p, source)
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
        return self.keep_array(p.tensor.numpy(), p.twin)

    @rule(target=pairs, shape=SHAPES, seed=st.integers(0, 9))
    def import_temporary(self, shape, seed):
        values = np.random.default_rng(seed).integers(-4, 5, shape).astype(np.float32)
        return self.keep(pyrite.from_numpy(np.array(values)), values)

    @rule(target=arrays, shape=SHAPES, seed=st.integers(0, 9))
    def import_array(self, shape, seed):
        values = np.random.default_rng(seed).integers(-4, 5, shape).astype(np.float32)
        twin = values.copy()
        self.keep(pyrite.from_numpy(values[:1] if values.ndim else values), twin[:1] if values.ndim else twin)
        return self.keep_array(values, twin)

    @rule(target=pairs, a=arrays, data=st.data())
    def import_again(self, a, data):
        """A second tensor over memory that others know as well."""
        axes = data.draw(st.permutations(range(a.twin.ndim)))
        part = (slice(data.draw(st.integers(0, 1)), None), ...) if a.twin.ndim else (...,)
        return self.keep(pyrite.from_numpy(a.tensor[part].transpose(axes)), a.twin[part].transpose(axes))

    @rule(a=arrays, value=NUMBERS)
    def write_array(self, a, value):
        if repeats(a.twin):
            return
        a.tensor[...] = value
        a.twin[...] = value

    @rule(p=pairs, value=NUMBERS)
    def write_exported(self, p, value):
        """Through an array, beside a result that has read the old content."""
        if repeats(p.twin):
            return
        self.keep(p.tensor + 1, p.twin + np.float32(1))
        p.tensor.numpy()[...] = value
        p.twin[...] = value

    @rule(a=arrays, name=st.sampled_from(["copy", "copy", "add"]))
    def write_within_array(self, a, name):
        """Between two tensors over one array, into elements that are read."""
        if a.twin.ndim == 0 or a.twin.shape[0] < 2 or repeats(a.twin):
            return
        target = Pair(pyrite.from_numpy(a.tensor[1:]), a.twin[1:])
        self.write_from(target, Pair(pyrite.from_numpy(a.tensor[:-1]), a.twin[:-1]), name)

    # Life

    @rule(p=consumes(pairs))
    def drop(self, p):
        self.live.remove(p)

    @rule(a=consumes(arrays))
    def drop_array(self, a):
        self.arrays_alive.remove(a)

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
        for a in self.arrays_alive:
            assert np.array_equal(a.tensor, a.twin, equal_nan=True)


Aliasing.TestCase.settings = settings(
    max_examples=250,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
TestAliasing = Aliasing.TestCase


STEPS = ["square", "permute", "reshape", "bits", "combine", "combine", "combine", "evaluate", "keep", "keep"]


@settings(max_examples=500, deadline=None)
@given(shape=st.sampled_from([(4, 4), (2, 3, 4), (65, 65), (2, 66, 66)]), data=st.data())
@np.errstate(over="ignore", invalid="ignore")
def test_values_that_only_programs_hold(shape, data):
    """Intermediate results die or stay at will, and are read in several orders."""
    start = np.arange(np.prod(shape), dtype=np.float32).reshape(shape) % 7 - 3
    terms, kept = [(pyrite.tensor(start), start)], []
    for step in data.draw(st.lists(st.sampled_from(STEPS), min_size=2, max_size=10)):
        t, n = terms[-1]
        if step == "square":
            terms.append((t.square(), np.square(n)))
        elif step == "permute":
            axes = data.draw(st.permutations(range(n.ndim)))
            terms.append((t.permute(*axes), n.transpose(axes)))
        elif step == "reshape":
            other = data.draw(st.sampled_from([(-1,), shape, shape[::-1]]))
            terms.append((t.reshape(other), n.reshape(other)))
        elif step == "bits":
            terms.append((with_signs_changed(t), twin_with_signs_changed(n)))
        elif step == "combine":
            name = data.draw(st.sampled_from(sorted(BINARY)))
            alike = [i for i, term in enumerate(terms) if term[1].shape == n.shape]
            other = data.draw(st.sampled_from(alike))
            terms.append((getattr(t, name)(terms[other][0]), BINARY[name](n, terms[other][1])))
        elif step == "evaluate":
            t.data_ptr()
        elif step == "keep":
            kept.append((t, n))
    kept.append(terms[-1])
    del t, terms
    assert all(same(*pair) for pair in reversed(kept))

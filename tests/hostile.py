"""Hostile calls: seeded expressions over the public surface, run in workers whose death or silence names the call.

Every call is a line of Python, so that a finding can be pasted into a test. ``python tests/hostile.py --help`` runs
more of them than the test does.
"""

from __future__ import annotations

import argparse
import contextlib
import faulthandler
import functools
import importlib
import inspect
import io
import json
import os
import pickle
import random
import re
import resource
import subprocess
import sys
import tempfile
import time
import traceback
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

DEADLINE = 20.0
"""Seconds that one call may take."""
MEMORY = 3 << 30
"""Bytes of address space of a worker."""
DEVICE_MEMORY = 1 << 30
"""Bytes of a GPU that a worker may take."""
TOUCHED = 20_000
"""Elements up to which a result is read back."""

MODULES = (
    "pyrite pyrite.nn.functional pyrite.linalg pyrite.special pyrite.signal.windows pyrite.nn.init pyrite.nn.utils "
    "pyrite.nn.utils.rnn pyrite.autograd pyrite.autograd.functional pyrite.nn pyrite.optim pyrite.optim.lr_scheduler "
    "pyrite.utils.data pyrite.random pyrite.serialization"
).split()
#: What ends or blocks a worker by design, or changes what later calls mean.
SKIPPED = {
    "operation",
    "to_dtype",
    "set_num_threads",
    "add_safe_globals",
    "clear_safe_globals",
    "set_num_interop_threads",
    "set_rng_state",
}

WHOLE = "0 1 2 -1 -2 3 7 64".split()
HUGE = "2**31 2**62 2**63 2**64 -2**31 -2**63 -2**63-1 2**63-1 10**30 65 70 -7".split()
FLOATS = "0.5 -0.5 0.0 1e-300 1e300 float('nan') float('inf') -float('inf') 3.0 1e10".split()
ODD = (
    "None True False 'x' '' b'x' () [] {} set() object() pyrite nested deep lambda:0 ... NotImplemented 1j "
    "slice(None) slice(2**63,None,-1) slice(None,None,0) range(3) (1,'a') [None] (True,False) (2**40,2**40) "
    "(2**62,4) (2**31,2**31,2**31) (0,2**62) (0,2**62,2**62) (1,)*70 (-1,-1) (2**64,) (2.5,) (-2**63,) ((1,2),(3,)) "
    "Raises('__index__') Raises('__float__') Raises('__array__') Raises('__len__') Raises('__iter__') "
    "Raises('__bool__') Raises('__getitem__') Length(-1) Index(2**63) Index('a') np.float32(1) "
    "np.int64(3) np.array([1.,2.]) np.zeros((0,3)) np.array(['a']) np.array([None]) np.ones(4)[::-1] "
    "np.ones(4,'>f4') bytearray(7) memoryview(b'abcd') pyrite.float32 pyrite.bool pyrite.complex64 "
    "pyrite.device('cpu') 'cuda:99' 'meta' pyrite.Size((2,3)) pyrite.Tensor pyrite.nn.ReLU() pyrite.Generator() "
    "pyrite.channels_last iter([1]) {'a':x} type Exception"
).split(" ")
TENSORS = (
    "x y b i pyrite.ones(2,3) pyrite.ones(3,3) pyrite.ones(2,3,4) pyrite.ones(1,2,5,5) pyrite.ones(2,2,3,4,5) "
    "pyrite.zeros(0) pyrite.zeros(2,0,3) pyrite.zeros(0,3) pyrite.tensor(1.5) pyrite.tensor(float('nan')) "
    "pyrite.tensor(3) pyrite.tensor(True) pyrite.tensor([2**63-1,-2**63]) pyrite.tensor([-1,7,2**40]) "
    "pyrite.tensor([float('inf'),-float('inf'),float('nan')]) pyrite.ones(1).expand(4,3) pyrite.ones(3,1).expand(3,3) "
    "pyrite.ones(4,4).t()[1:] pyrite.ones(8)[::2] pyrite.ones(6).as_strided((3,3),(1,1)) "
    "pyrite.ones(2,3,dtype=pyrite.float64) pyrite.ones(3,dtype=pyrite.float16) pyrite.ones(3,dtype=pyrite.bfloat16) "
    "pyrite.ones(2,2,dtype=pyrite.complex64) pyrite.ones(3,dtype=pyrite.bool) pyrite.ones(3,dtype=pyrite.uint8) "
    "pyrite.zeros(3,dtype=pyrite.int32) pyrite.ones(2,3,requires_grad=True) (pyrite.ones(3,requires_grad=True)*2) "
    "pyrite.ones((1,)*20) pyrite.empty(2**62,0) pyrite.from_numpy(np.ones((2,3))) x[1:] x[:,:2] x.t() "
    "pyrite.zeros(1).expand(2**16) pyrite.nn.Parameter(pyrite.ones(3)) pyrite.ones(2,3).expand(2,2,3)"
).split(" ")
SIZES = (
    "(2,3) (3,) [2,3] () (0,) 3 (2,-1) (-1,) (6,) (3,2) (2**31,) (2**62,) (2**63,) (2**32,2**32) (2**31,2**31,2**31) "
    "(0,2**62,2**62) (-1,2**62) (-2,) (2**40,2**40) (1,)*65 (2.0,3) (True,2) (x,) (pyrite.tensor(2),) 2**45 2**33 "
    "(None,) ('a',) (-1,-1) (2**63-1,) (-2**63,)"
).split(" ")
INDICES = (
    "0 -1 5 -9 2**63 2**64 -2**63 None ... True False 'a' 1.5 slice(None) slice(1,None,2) slice(None,None,-1) "
    "slice(None,None,0) slice(2**70,-2**70) slice('a',None) slice(1.5,2) [0,1] [] [True,False] [[0,1],[1,0]] [5] "
    "[2**63] [None] ['a'] [1.5] (0,0) (0,0,0) (...,...) (None,)*70 (slice(None),[0,1]) ([0,1],[0,1,2]) (b,) (b,b) b i "
    "(i,i) i.float() pyrite.tensor([7]) pyrite.tensor([-9]) pyrite.tensor(1) pyrite.tensor(True) "
    "pyrite.tensor([2**63-1]) pyrite.tensor([],dtype=pyrite.long) pyrite.ones(3,3,dtype=pyrite.bool) "
    "pyrite.ones(0,dtype=pyrite.bool) np.array([0,1]) np.array([True,False]) np.array([1.5]) np.int64(1) "
    "np.bool_(True) range(2) nested Raises('__index__') Index(2**63) Index(1) {} object() (x,) x "
    "(slice(None),)*3 (0,...,0,None,b) "
    "pyrite.zeros(2,dtype=pyrite.uint8) slice(i,None) slice(pyrite.tensor(1),None) (slice(2**62,2**63,2**62),)"
).split(" ")
DTYPES = (
    "pyrite.float32 pyrite.float64 pyrite.int64 pyrite.uint8 pyrite.bool pyrite.complex64 pyrite.float16 "
    "pyrite.bfloat16 None"
).split()

#: Calls that no signature suggests; @t a tensor, @n a number, @s sizes, @k an index, @o something odd, @a any of these.
TEMPLATES = """
x[@k]
x[@k] = @a
@t[@k]
@t[@k][@k]
@t[@k] = @t
@t[@k, @k]
@t[@k] += @a
del x[@k]
x += @a
x -= x[@k]
x.add_(x[1:])
x.t().copy_(x)
x[1:].copy_(x[:-1])
x.set_(@a)
x.set_(@t)
x.set_(x.untyped_storage(), @n, @s, @s)
x.resize_(@s)
x.resize_(@s).fill_(1)
x.data = @a
x.grad = @a
x.requires_grad = @a
x.requires_grad_().add_(1)
x.as_strided(@s, @s, @n)
x.as_strided(@s, @s).add_(1)
x.expand(@s)
x.expand(@s) + 1
x.expand(@s).add_(1)
pyrite.ones(1).expand(2**62) + 1
pyrite.ones(1).expand(2**31, 2**31, 2**31)
pyrite.ones(1).expand(2**40).contiguous()
pyrite.ones(1).expand(2**40).tolist()
pyrite.ones(1).expand(2**40).numpy() is None
pyrite.empty(2**62, 0).sum(@n)
pyrite.empty(2**62, 0).t() @ pyrite.empty(2**62, 0)
pyrite.empty(0, 2**62).repeat(@n, @n)
pyrite.ones(2**20, 1) @ pyrite.ones(1, 2**20)
pyrite.ones(2**20, 1) + pyrite.ones(1, 2**20)
pyrite.@c(@s)
pyrite.@c(@s, dtype=@d)
pyrite.@c(@a, @a)
pyrite.full(@s, @a)
pyrite.full(@s, @a, dtype=@d)
pyrite.tensor(@a)
pyrite.tensor(@a, dtype=@d)
pyrite.tensor([@a, @a])
pyrite.tensor([[@n], @a])
pyrite.arange(@n, @n, @n)
pyrite.linspace(@n, @n, @n)
pyrite.eye(@n, @n)
pyrite.empty_strided(@s, @s)
pyrite.from_numpy(@o)
pyrite.frombuffer(@o, dtype=@d, count=@n, offset=@n)
pyrite.frombuffer(bytearray(16), dtype=@d, count=@n, offset=@n)
pyrite.cat([@t, @t], @n)
pyrite.cat(@a)
pyrite.stack([@t, @a], dim=@n)
pyrite.einsum(@a, @t, @t)
pyrite.einsum('ij,jk', @t, @t)
pyrite.einsum('i...,...j->i', @t, @t)
pyrite.where(@t, @a, @a)
pyrite.view_as_complex(@t)
pickle.loads(pickle.dumps(@t))
pickle.loads(pickle.dumps(pyrite.ones(2))[:-@n] + b'garbage')
pyrite.load(io.BytesIO(garbage(@n)))
pyrite.load(io.BytesIO(corrupt(@n)))
pyrite.load(@a)
pyrite.load(io.BytesIO(corrupt(@n)), weights_only=False)
pyrite.save(@a, io.BytesIO())
pyrite.save(@t, @o)
nn.Linear(2, 3).load_state_dict(@o)
nn.Linear(2, 3).load_state_dict({'weight': @a, 'bias': @a})
nn.Linear(2, 3).load_state_dict({'weight': @t})
optim.SGD([pyrite.ones(3, requires_grad=True)], lr=0.1).load_state_dict(@o)
optim.SGD(@a, lr=@n)
optim.SGD([{'params': @a}, {'params': [x]}], lr=@a)
step(optim.@p([pyrite.ones(3, requires_grad=True)], @a))
step(optim.@p([pyrite.ones(3, requires_grad=True)], lr=@n, weight_decay=@n))
list(data.DataLoader(range(6), @a))
list(data.DataLoader(@a, batch_size=@n))
list(data.DataLoader([@a, @a, @a], batch_size=2))
list(data.DataLoader(data.TensorDataset(x, x), batch_size=@n, shuffle=@a, drop_last=@a))
list(data.DataLoader(range(6), sampler=@a, batch_sampler=@a, collate_fn=@a))
list(data.DataLoader(data.TensorDataset(x, x), num_workers=1, collate_fn=@a))
data.TensorDataset(@t, @t)[@k]
data.random_split(range(10), @a)
list(data.RandomSampler(range(3), num_samples=@n, replacement=@a))
@t.backward(@a)
(@t * 2).sum().backward(@a)
pyrite.autograd.grad(@a, @a)
pyrite.autograd.grad((w * 2).sum(), @a, @a)
pyrite.autograd.grad((w * w).sum(), w, create_graph=True)[0].backward(@a)
twice((w * w).sum())
(w * 2).add_(w[0]).sum().backward()
w.exp().mul_(@a).sum().backward()
w.register_hook(@a)
called(lambda g: @a)
Function(@a).apply(w).sum().backward()
pyrite.utils.data.default_collate(@a)
nn.Sequential(@a)(x)
nn.ModuleList(@a)
nn.ModuleDict(@a)
nn.ParameterList(@a)
nn.Module().register_buffer(@a, @a)
nn.Module().register_parameter(@a, @a)
nn.Linear(2, 3).to(@a)
nn.Linear(2, 3).apply(@a)
nn.Linear(@n, @n)
nn.Linear(3, 2)(@a)
nn.Embedding(@n, @n)
nn.Embedding(3, 2)(@a)
nn.Conv2d(@n, @n, @a)
nn.Conv2d(2, 4, 3, @a, @a, @a, @a)(pyrite.ones(1, 2, 5, 5))
F.conv2d(@t, @t, @a, @a, @a, @a, @a)
F.conv2d(pyrite.ones(1, 2, 5, 5), pyrite.ones(2, 2, 3, 3), None, @a, @a, @a, @a)
F.conv_transpose2d(pyrite.ones(1, 2, 5, 5), pyrite.ones(2, 2, 3, 3), None, @a, @a, @a, @a, @a)
F.conv1d(pyrite.ones(1, 2, 5), pyrite.ones(2, 2, 3), None, @n, @n, @n, @n)
F.max_pool2d(pyrite.ones(1, 2, 5, 5), @a, @a, @a, @a, @a)
F.avg_pool2d(pyrite.ones(1, 2, 5, 5), @a, @a, @a, @a, @a, @a)
F.max_pool1d(pyrite.ones(1, 2, 5), @n, @n, @n, @n)
F.adaptive_avg_pool2d(@t, @s)
F.adaptive_max_pool2d(pyrite.ones(1, 2, 5, 5), @s)
F.max_unpool2d(pyrite.ones(1, 1, 2, 2), @t, @a, @a, @a, @a)
F.unfold(pyrite.ones(1, 2, 5, 5), @a, @a, @a, @a)
F.fold(pyrite.ones(1, 8, 4), @a, @a, @a, @a, @a)
F.pad(@t, @a, @o, @a)
F.pad(pyrite.ones(1, 2, 5, 5), (@n, @n, @n, @n), 'reflect')
F.pad(pyrite.ones(1, 2, 5, 5), (@n, @n), 'circular')
F.interpolate(pyrite.ones(1, 2, 5, 5), @a, @a, mode='bilinear')
F.interpolate(pyrite.ones(1, 2, 5, 5), @s, mode='bicubic')
F.grid_sample(pyrite.ones(1, 2, 5, 5), @t)
F.cross_entropy(@t, @t, @a)
F.cross_entropy(pyrite.ones(2, 3), pyrite.tensor([@n, @n]), ignore_index=@n, label_smoothing=@n)
F.nll_loss(pyrite.ones(2, 3), pyrite.tensor([@n, @n]), ignore_index=@n)
F.ctc_loss(pyrite.ones(5, 1, 3).log_softmax(2), pyrite.tensor([[@n, @n]]), @a, @a, @n)
F.ctc_loss(pyrite.ones(5, 1, 3).log_softmax(2), pyrite.tensor([[1, 2]]), (@n,), (@n,))
F.embedding(@t, @t, @a, @a, @a)
F.embedding(pyrite.tensor([@n]), x, @n, @n)
F.embedding_bag(@t, @t, @a, @a, @a)
F.embedding_bag(pyrite.tensor([0, 1, 0]), x, pyrite.tensor([@n, @n]), mode=@o)
F.one_hot(pyrite.tensor([@n, @n]), @n)
F.layer_norm(@t, @s)
F.group_norm(pyrite.ones(2, 6, 3), @n)
F.batch_norm(@t, @t, @t, @a, @a, @a)
F.batch_norm(pyrite.ones(2, 3), None, None, training=@a, momentum=@a, eps=@n)
F.multi_head_attention_forward(@t, @t, @t, @n, @n, @t, @t, None, None, False, @n, @t, @t)
F.scaled_dot_product_attention(@t, @t, @t, @a, @n, @a)
F.pixel_shuffle(@t, @n)
F.dropout(@t, @n)
F.gumbel_softmax(@t, @n)
nn.LSTM(@n, @n, @n)(x)
nn.LSTM(3, 4)(@a, @a)
nn.GRU(3, 4, bidirectional=@a)(x, @a)
nn.MultiheadAttention(@n, @n)
nn.MultiheadAttention(4, 2)(@t, @t, @t, @a)
nn.Transformer(@n, @n)
nn.BatchNorm2d(@n)(@t)
nn.utils.rnn.pack_padded_sequence(pyrite.ones(4, 2, 3), @a)
nn.utils.rnn.pad_sequence(@a)
nn.utils.clip_grad_norm_(@a, @a)
pyrite.gather(@t, @n, @t)
@t.scatter_(@n, @t, @a)
@t.scatter_add_(@n, @t, @t)
@t.scatter_reduce_(@n, @t, @t, @o)
@t.index_add_(@n, @t, @t)
@t.index_copy_(@n, @t, @t)
@t.index_fill_(@n, @t, @a)
@t.index_put_((@a, @a), @a)
@t.masked_fill_(@t, @a)
@t.masked_scatter_(@t, @t)
@t.index_select(@n, @t)
pyrite.take_along_dim(@t, @t, @n)
x.put_(@t, @t)
x.take(@t)
pyrite.bincount(@t, @t, @n)
pyrite.bincount(pyrite.tensor([2**62]))
pyrite.histc(@t, @n, @n, @n)
pyrite.bucketize(@t, @t)
pyrite.searchsorted(@t, @t, sorter=@t)
pyrite.multinomial(@t, @n, @a)
pyrite.randperm(@n)
pyrite.randint(@n, @n, @s)
pyrite.normal(@a, @a, @a)
pyrite.topk(@t, @n, @n)
pyrite.kthvalue(@t, @n, @n)
pyrite.quantile(@t, @a, @a)
pyrite.tril_indices(@n, @n, @n)
pyrite.combinations(@t, @n)
pyrite.cartesian_prod(@t, @t)
pyrite.repeat_interleave(@t, @a, @a)
pyrite.repeat_interleave(pyrite.tensor([2**62, 2**62]))
pyrite.vander(@t, @n)
pyrite.block_diag(@a, @a)
pyrite.tensordot(@t, @t, @a)
pyrite.diag_embed(@t, @n, @n, @n)
pyrite.diagonal(@t, @n, @n, @n)
pyrite.diag(@t, @n)
pyrite.tile(@t, @s)
x.repeat(@s)
x.unfold(@n, @n, @n)
x.view(@s)
x.view(@d)
x.reshape(@s)
x.unflatten(@n, @s)
x.flatten(@n, @n)
x.split(@a, @n)
x.chunk(@n, @n)
x.tensor_split(@a, @n)
x.roll(@a, @a)
x.rot90(@n, @a)
x.movedim(@a, @a)
x.permute(@a)
x.narrow(@n, @a, @n)
x.select(@n, @n)
x.to(@a)
x.to(@a, @a)
x.type(@a)
x.new_full(@s, @a)
x.new_empty(@s)
x.pow(@a)
@t ** @a
@t // @a
@t % @a
@t << @a
@t @ @a
@a @ @t
@a - @t
x.sum(@a)
x.norm(@a, @a)
x.std(@a, correction=@a)
x.var(correction=@n)
x.max(@a)
x.logsumexp(@a)
x.cumsum(@a)
x.sort(@a, @a)
x.clamp(@a, @a)
x.item()
x.__array__(@a)
float(@t)
int(@t)
len(@t)
bool(@t)
list(@t)
operator.index(@t)
range(@t)
repr(@t)
format(@t, 'd')
hash(@t)
copy.deepcopy(@t)
@t.apply_(@a)
@t.map_(@t, @a)
@t.numpy()[...].flags.writeable
np.asarray(@t)
pyrite.linalg.matrix_power(@t, @n)
pyrite.linalg.norm(@t, @a, @a)
pyrite.linalg.multi_dot(@a)
pyrite.linalg.vander(@t, N=@n)
pyrite.set_printoptions(precision=@a, threshold=@a); repr(x)
pyrite.set_default_dtype(@a)
pyrite.manual_seed(@a)
pyrite.set_rng_state(@a)
pyrite.Generator().set_state(@t)
pyrite.rand(@s, generator=@a)
pyrite.Size(@a)
pyrite.device(@a, @a)
pyrite.finfo(@a)
pyrite.broadcast_shapes(@a, @a)
pyrite.broadcast_tensors(@a, @t)
pyrite.meshgrid(@t, @a)
pyrite.autograd.gradcheck(lambda v: @a, (w.double(),))
pyrite.autograd.functional.jacobian(@a, @a)
pyrite.Tensor(@a)
pyrite.Tensor(@a, @a)
pyrite.Tensor.add(@o, @o)
pyrite.BoolTensor(@a)
x.untyped_storage()[@k]
x.storage_offset()
x.data_ptr()
x.stride(@a)
x.size(@a)
""".strip().splitlines()
CREATION = "zeros ones empty rand randn randint full arange eye".split()
OPTIMIZERS = "SGD Adam AdamW RMSprop Adagrad Adadelta Adamax NAdam RAdam ASGD Rprop LBFGS".split()

#: Sensible values by the name of a parameter, so that a call with one hostile argument gets beyond the first check.
SENSIBLE = {
    "dim": WHOLE[:5], "axis": WHOLE[:5], "dims": ["0", "(0,1)", "-1"], "size": SIZES[:4], "shape": SIZES[:4],
    "kernel_size": ["2", "(2,2)", "1"], "stride": ["1", "2", "(1,2)"], "padding": ["0", "1"], "dilation": ["1", "2"],
    "groups": ["1", "2"], "weight": TENSORS[:8], "bias": ["None", "True", "pyrite.ones(2)"], "index": ["i", "b"],
    "target": ["i", "x", "pyrite.tensor([0,1])"], "mask": ["b", "x>0"], "p": ["0.5", "2", "1"], "eps": ["1e-5"],
    "reduction": ["'mean'", "'sum'", "'none'"], "n": ["2", "3"], "k": ["1", "2"], "steps": ["3"], "dtype": DTYPES,
    "tensors": ["[x,x]", "(x,y)"], "params": ["[w]", "[pyrite.ones(3,requires_grad=True)]"], "lr": ["0.1"],
    "optimizer": ["optim.SGD([pyrite.ones(3,requires_grad=True)],lr=0.1)"], "keepdim": ["True", "False"],
    "in_features": ["3"], "out_features": ["2"], "in_channels": ["2"], "out_channels": ["4"],
    "num_features": ["2", "3"], "num_embeddings": ["4"], "embedding_dim": ["3"],
    "d_model": ["4"], "nhead": ["2"], "num_heads": ["2"],
    "embed_dim": ["4"], "input_size": ["3"], "hidden_size": ["4"], "normalized_shape": ["3", "(3,)"],
    "num_groups": ["1", "2"], "num_channels": ["2"], "device": ["'cpu'", "None"], "dataset": ["range(5)"],
    "mode": ["'nearest'", "'constant'", "'sum'"], "repeats": ["2"], "chunks": ["2"], "sections": ["2"],
    "module": ["nn.Linear(3,2)"], "func": ["lambda *a: a[0]*2"], "outputs": ["(w*2).sum()"], "inputs": ["w", "x"],
    "output_size": ["(2,2)", "2"], "M": ["5"], "num_layers": ["1"], "factor": ["2"], "upscale_factor": ["2"],
    "step_size": ["2"], "gamma": ["0.9"], "milestones": ["[1,2]"], "lr_lambda": ["lambda e: 1.0"], "T_max": ["3"],
}  # fmt: skip


class Raises:
    """An object whose special method raises KeyError, as code of a user's own might."""

    def __new__(cls, name: str) -> Any:
        def fail(self: Any, *args: Any) -> Any:
            raise KeyError("raised by the argument")

        return object.__new__(type("Raises", (cls,), {name: fail}))


class Length:
    """A sequence that lies about its length."""

    def __init__(self, length: int) -> None:
        self.length = length

    def __len__(self) -> int:
        return self.length

    def __getitem__(self, at: int) -> float:
        if at > 3:
            raise IndexError(at)
        return 1.0


class Index:
    def __init__(self, value: Any) -> None:
        self.value = value

    def __index__(self) -> int:
        return self.value


def any_of(rng: random.Random) -> str:
    return rng.choice(rng.choices([WHOLE, HUGE, FLOATS, ODD, TENSORS, SIZES, INDICES], [3, 2, 2, 4, 4, 2, 1])[0])


def number(rng: random.Random) -> str:
    return rng.choice(rng.choices([WHOLE, HUGE, FLOATS], [5, 3, 1])[0])


HOLES = {
    "t": lambda rng: rng.choice(TENSORS),
    "n": number,
    "s": lambda rng: rng.choice(SIZES),
    "k": lambda rng: rng.choice(INDICES),
    "o": lambda rng: rng.choice(ODD),
    "a": any_of,
    "d": lambda rng: rng.choice(DTYPES),
    "c": lambda rng: rng.choice(CREATION),
    "p": lambda rng: rng.choice(OPTIMIZERS),
}


def of_template(rng: random.Random) -> str:
    parts = rng.choice(TEMPLATES).split("@")
    out = parts[0]
    for part in parts[1:]:
        hole = HOLES.get(part[:1])
        out += f"@{part}" if hole is None else f"{hole(rng)}{part[1:]}"
    return out


@functools.cache
def surface() -> list[tuple[str, Any]]:
    """The public callables, each as the expression that names it."""
    found: dict[str, Any] = {}
    for name in MODULES:
        module = importlib.import_module(name)
        for key in sorted(getattr(module, "__all__", None) or dir(module)):
            value = getattr(module, key)
            own = (getattr(value, "__module__", None) or "").startswith("pyrite")
            if not key.startswith("_") and callable(value) and own and key not in SKIPPED:
                found[f"{name}.{key}"] = value
    tensor = found["pyrite.Tensor"]
    for key in sorted(dir(tensor)):
        value = getattr(tensor, key)
        if not key.startswith("_") and callable(value):
            found[f"pyrite.Tensor.{key}"] = value
    return list(found.items())


@functools.cache
def parameters(name: str, function: Any) -> list[inspect.Parameter]:
    try:
        return [p for p in inspect.signature(function).parameters.values() if p.name != "self"]
    except (TypeError, ValueError):
        return []


def argument(rng: random.Random, parameter: inspect.Parameter, tame: bool) -> str:
    if not tame:
        return any_of(rng)
    if parameter.name in SENSIBLE:
        return rng.choice(SENSIBLE[parameter.name])
    annotation = str(parameter.annotation)
    if annotation.startswith("bool"):
        return rng.choice(["True", "False"])
    if annotation.startswith("int"):
        return rng.choice(WHOLE[:4])
    if annotation.startswith("float"):
        return rng.choice(FLOATS[:2])
    return rng.choice(TENSORS)


def of_signature(rng: random.Random) -> str:
    """A call of a public name with mostly sensible arguments."""
    name, function = rng.choice(surface())
    tameness = rng.choice([0.0, 0.5, 0.8, 0.8])
    args: list[str] = []
    method = name.startswith("pyrite.Tensor.")
    known = parameters(name, function)
    if method:
        args.append(rng.choice(TENSORS))
        known = known[1:] if known and known[0].kind == known[0].POSITIONAL_OR_KEYWORD else known
    keyword = False
    for p in known:
        optional = p.default is not p.empty
        if optional and rng.random() < 0.6:
            keyword = True
            continue
        value = argument(rng, p, rng.random() < tameness)
        if p.kind == p.VAR_POSITIONAL:
            args += [value] + [any_of(rng) for _ in range(rng.randrange(3))]
            keyword = True
        elif p.kind == p.VAR_KEYWORD:
            continue
        else:
            args.append(f"{p.name}={value}" if keyword or p.kind == p.KEYWORD_ONLY else value)
            keyword = keyword or p.kind == p.KEYWORD_ONLY
    if rng.random() < 0.03:
        args.append(rng.choice(["unknown=1", f"out={any_of(rng)}"]))
    call = f"{name}({', '.join(args)})"
    if isinstance(function, type) and name.startswith("pyrite.nn."):
        inputs = ", ".join(
            any_of(rng) if rng.random() < 0.3 else rng.choice(TENSORS) for _ in range(rng.choice([1, 1, 2]))
        )
        call += f"({inputs})"
    if name.startswith("pyrite.optim.") and isinstance(function, type):
        call = f"step({call})"
    return call


def call_of(seed: int, at: int) -> str:
    """The call number `at` of a seed."""
    rng = random.Random(f"{seed}/{at}")
    return of_template(rng) if rng.random() < 0.45 else of_signature(rng)


@functools.cache
def endless() -> tuple[list, list]:
    """A list that contains itself, and one nested deeper than a tensor may be."""
    nested: list[Any] = []
    nested.append(nested)
    deep: list[Any] = []
    for _ in range(300):
        deep = [deep]
    return nested, deep


class On:
    """The package, with what it creates made on a device."""

    FACTORIES = {*CREATION, "tensor", "linspace", "randperm", "empty_strided"}

    def __init__(self, package: Any, device: str) -> None:
        self.package, self.device = package, device

    def __getattr__(self, name: str) -> Any:
        value = getattr(self.package, name)
        return functools.partial(value, device=self.device) if name in self.FACTORIES else value


def namespace(device: str) -> dict[str, Any]:
    """What a call can name; made anew for each call, so that none sees what another did."""
    import copy
    import operator

    import numpy as np

    import pyrite
    from pyrite import nn, optim
    from pyrite.nn import functional as F
    from pyrite.utils import data

    nested, deep = endless()

    def garbage(n: int) -> bytes:
        return random.Random(n).randbytes(64)

    def corrupt(n: int) -> bytes:
        out = io.BytesIO()
        pyrite.save({"a": pyrite.ones(3), "b": [1, "x"]}, out)
        raw = bytearray(out.getvalue())
        rng = random.Random(n)
        for _ in range(rng.randrange(1, 6)):
            raw[rng.randrange(len(raw))] = rng.randrange(256)
        return bytes(raw[: rng.choice([len(raw), len(raw), rng.randrange(len(raw))])])

    def step(made: Any) -> Any:
        with contextlib.suppress(AttributeError):
            for group in made.param_groups:
                for p in group["params"]:
                    p.grad = pyrite.ones_like(p)
        return made.step() if hasattr(made, "step") else made

    def twice(loss: Any) -> None:
        loss.backward()
        loss.backward()

    def called(hook: Any) -> None:
        v = pyrite.ones(3, requires_grad=True)
        v.register_hook(hook)
        (v * 2).sum().backward()

    def function(answer: Any) -> Any:
        class Answers(pyrite.autograd.Function):
            @staticmethod
            def forward(ctx: Any, v: Any) -> Any:
                return v * 1

            @staticmethod
            def backward(ctx: Any, g: Any) -> Any:
                return answer

        return Answers

    x = pyrite.arange(6, dtype=pyrite.float32).reshape(2, 3).to(device)
    return {
        **locals(), "pyrite": pyrite if device == "cpu" else On(pyrite, device),
        "Raises": Raises, "Length": Length, "Index": Index, "Function": function, "io": io, "operator": operator,
        "copy": copy, "pickle": pickle, "y": x + 1, "b": pyrite.tensor([True, False]).to(device),
        "i": pyrite.tensor([0, 1]).to(device), "w": pyrite.ones(3, device=device, requires_grad=True), "np": np,
        "F": F, "nn": nn, "optim": optim, "data": data,
    }  # fmt: skip


def touch(result: Any, depth: int = 0) -> None:
    """Computes what a result has deferred, and goes back through what was recorded."""
    from pyrite import Tensor

    if isinstance(result, Tensor) and result.numel() <= TOUCHED:
        repr(result)
        if result.requires_grad and result.is_floating_point():
            result.sum().backward()
    elif isinstance(result, tuple | list) and depth < 2:
        for part in result[:8]:
            touch(part, depth + 1)


def restore() -> None:
    """Undoes what a call may have set for the process."""
    import pyrite

    pyrite.set_default_dtype(pyrite.float32)
    pyrite.set_grad_enabled(True)
    pyrite.set_printoptions(profile="default")


def run(call: str, device: str) -> None:
    scope = namespace(device)
    try:
        code = compile(call, "<call>", "eval")
    except SyntaxError:
        exec(compile(call, "<call>", "exec"), scope)
    else:
        touch(eval(code, scope))


ORDINARY = (TypeError, ValueError, ArithmeticError, LookupError, RuntimeError, OSError, BufferError, AttributeError)
#: Python's own words for a mistake inside of a function, which tell a caller nothing.
INTERNAL = (
    "referenced before assignment", "not associated with a value", "is not defined", "division by zero",
    "modulo by zero", "list index out of range", "tuple index out of range", "maximum recursion", "pop from empty",
    "list assignment index", "cannot unpack non-iterable", "to unpack (expected",
)  # fmt: skip


#: Functions that PyTorch writes in C++, which check the types of all their arguments.
TYPED = re.compile(
    r"(pyrite\.(Tensor\.|linalg\.|special\.|nn\.functional\.)?(?!load|save|sigmoid\(|tanh\(|tanhshrink)[a-z]\w*|F\.(?!sigmoid|tanh)\w+|[xywbi]\.\w+)\("
)


def judge(error: BaseException, call: str) -> str | None:
    """What is wrong with an exception, or None where a caller could expect it."""
    name = type(error).__name__
    if "raised by the argument" in str(error):
        return None
    frames = traceback.extract_tb(error.__traceback__)
    inside = bool(frames) and f"{os.sep}pyrite{os.sep}" in frames[-1].filename
    if isinstance(error, AssertionError | pickle.PickleError | SyntaxError | EOFError | StopIteration):
        return None if str(error) else name
    if not isinstance(error, ORDINARY) or isinstance(error, RecursionError | ZeroDivisionError):
        return name
    if inside and isinstance(error, AttributeError) and not (frames[-1].line or "").startswith("raise AttributeError"):
        missing = error.obj is None and "None" not in call
        return "AttributeError, internal" if missing or TYPED.match(call) else None
    if inside and (frames[-1].line or "").startswith("raise ") and "refused(" not in (frames[-1].line or ""):
        return None
    if (
        inside
        and (TYPED.match(call) or isinstance(error, ZeroDivisionError))
        and any(text in str(error) for text in INTERNAL)
    ):
        return f"{name}, internal"
    if inside and TYPED.match(call) and isinstance(error, KeyError) and "raise" not in (frames[-1].line or ""):
        return "KeyError, internal"
    return None


def place(error: BaseException) -> str:
    """Where an exception comes from: the last lines of the package."""
    frames = [f for f in traceback.extract_tb(error.__traceback__) if f"{os.sep}pyrite{os.sep}" in f.filename]
    return " < ".join(f"{f.filename.rsplit('pyrite' + os.sep, 1)[1]}:{f.lineno}" for f in frames[:-4:-1])


def follow_inputs(device: str) -> None:
    """Bounds the GPU's memory, and lets modules go where their inputs are."""
    import pyrite
    from pyrite.nn.modules.module import register_module_forward_pre_hook

    _, total = pyrite.accelerator.get_memory_info()
    pyrite.cuda.set_per_process_memory_fraction(min(1.0, DEVICE_MEMORY / total))
    register_module_forward_pre_hook(lambda module, _: module.to(device) and None)


def bound_next_call() -> None:
    """Bounds what one call may take beside a driver, which keeps what it compiles."""
    with open("/proc/self/statm") as file:
        used = int(file.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + DEVICE_MEMORY + MEMORY, resource.RLIM_INFINITY))


def work(seed: int, start: int, count: int, seconds: float, device: str) -> None:
    """Runs calls and writes one line before and one after each."""
    import pyrite

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if device == "cpu":
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, resource.RLIM_INFINITY))
    else:
        follow_inputs(device)
    warnings.simplefilter("ignore")
    pyrite.ones(100_000).sin().sum().item()
    say = functools.partial(print, flush=True, file=os.fdopen(os.dup(1), "w"))
    sys.stdout = io.StringIO()
    until = time.monotonic() + seconds
    for at in range(start, start + count):
        if time.monotonic() > until:
            break
        call = call_of(seed, at)
        say(json.dumps([at, call]))
        faulthandler.dump_traceback_later(DEADLINE, exit=True)
        if device != "cpu":
            bound_next_call()
        try:
            run(call, device)
        except BaseException as error:
            wrong = judge(error, call)
            if wrong is not None:
                say(json.dumps([at, wrong, str(error)[:300], place(error)]))
            del error
        finally:
            faulthandler.cancel_dump_traceback_later()
        restore()
    say(json.dumps(["end"]))


@dataclass
class Finding:
    """A call that went wrong, how, in which words, and where in the package."""

    at: int
    call: str
    wrong: str
    text: str
    place: str

    def __str__(self) -> str:
        return f"{self.wrong}: {self.call}\n    {self.text}\n    {self.place}"


def attack(seed: int, start: int, count: int, seconds: float, device: str = "cpu") -> Iterator[Finding]:
    """What goes wrong in some calls of a seed; a worker that dies or hangs is replaced by one that goes on after it."""
    end, until = start + count, time.monotonic() + seconds
    while start < end and time.monotonic() < until:
        args = [str(x) for x in (seed, start, end - start, until - time.monotonic(), device)]
        with tempfile.TemporaryDirectory() as folder:
            process = subprocess.run(
                [sys.executable, os.path.abspath(__file__), "work", *args], capture_output=True, text=True, cwd=folder,
                env={**os.environ, "PYTHONFAULTHANDLER": "1", "RUST_BACKTRACE": "1"},
            )  # fmt: skip
        lines = [json.loads(line) for line in process.stdout.splitlines()]
        calls = {line[0]: line[1] for line in lines if len(line) == 2}
        yield from (Finding(line[0], calls[line[0]], *line[1:]) for line in lines if len(line) == 4)
        if lines and lines[-1] == ["end"]:
            return
        if not calls:
            raise RuntimeError(f"the worker did not start: {process.stderr[-2000:]}")
        start = max(calls)
        how = "hang" if "Timeout (" in process.stderr else f"exit status {process.returncode}"
        yield Finding(start, calls[start], how, process.stderr[-1500:], "")
        start += 1


def main() -> None:
    if sys.argv[1:2] == ["work"]:
        seed, start, count, seconds, device = sys.argv[2:]
        work(int(seed), int(start), int(count), float(seconds), device)
        return
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--start", type=int, default=0)
    parser.add_argument("--count", type=int, default=10**9)
    parser.add_argument("--device", default="cpu")
    options = parser.parse_args()
    for finding in attack(options.seed, options.start, options.count, options.seconds, options.device):
        print(finding, flush=True)


if __name__ == "__main__":
    main()

"""Tensors larger than what a kernel may see: the CPU's results, or an error that names op, size and limit."""

import json
import os
import subprocess
import sys

import pytest
from large import FORWARD, REFUSED, WITH_GRADIENTS, drawn
from needs import needs_gpu

#: Prints what differs from the CPU, where 64-bit floats are only stored.
MOVES = """
import math, pyrite
x = pyrite.arange(6, dtype=pyrite.float64).reshape(2, 3).cuda()
mask = (pyrite.arange(3) > 0).cuda()
calls = [
    lambda d: pyrite.zeros(2, 3, dtype=pyrite.float64, device=d),
    lambda d: pyrite.full((2, 3), 0.1, dtype=pyrite.float64, device=d).t().contiguous(),
    lambda d: pyrite.full((3000,), math.nan, dtype=pyrite.float64, device=d),
    lambda d: pyrite.full((2, 3), 0.1 - 2j, dtype=pyrite.complex128, device=d),
    lambda d: pyrite.ones(2, dtype=pyrite.complex128, device=d),
    lambda d: pyrite.eye(3, dtype=pyrite.float64, device=d),
    lambda d: pyrite.zeros_like(x.to(d)),
    lambda d: x.to(d).clone().t().fill_(-0.0),
    lambda d: x.to(d).clone()[:, 1:].copy_(x.to(d)[:, :2]),
    lambda d: pyrite.nn.functional.pad(x.to(d), (1, 2), value=math.inf),
    lambda d: x.to(d).masked_fill(mask.to(d) ^ True, 0.3),
    lambda d: pyrite.where(mask.to(d), x.to(d).flip(0), 2.5),
    lambda d: pyrite.cat([x.to(d), pyrite.ones(1, 3, dtype=pyrite.float64, device=d)]),
]
for k, call in enumerate(calls):
    there, here = call("cuda").cpu().contiguous(), call("cpu").contiguous()
    if there.numpy().tobytes() != here.numpy().tobytes():
        print(k, there, here)
"""
LARGE = os.path.join(os.path.dirname(__file__), "large.py")


def under(limits):
    """What becomes of each row under these limits."""
    environment = {**os.environ, "PYRITE_GPU_LIMITS": limits}
    done = subprocess.run([sys.executable, "-W", "ignore", LARGE], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def is_clear(error, most):
    return error.startswith("RuntimeError: gpu: ") and f"bytes are more than the {most} that a kernel can see" in error


@needs_gpu
@pytest.mark.parametrize(("limits", "most"), [("binding:16KiB", 16384), ("webgpu,binding:4KiB", 4096)])
def test_what_kernels_do_not_see_at_once_is_taken_in_parts_or_refused(limits, most):
    told, numbers = under(limits)
    refused = {name: error for name, error in told.items() if error != "same"}
    assert all(is_clear(error, most) for error in refused.values()), refused
    assert set(refused) >= REFUSED and (most < 16384 or set(refused) == REFUSED), set(refused) ^ REFUSED
    assert set(told) == {*FORWARD, *WITH_GRADIENTS}
    assert numbers == drawn()


@needs_gpu
def test_64_bit_floats_are_made_and_moved_where_they_are_not_computed():
    environment = {**os.environ, "PYRITE_GPU_LIMITS": "webgpu"}
    done = subprocess.run([sys.executable, "-c", MOVES], env=environment, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, ""), done.stdout + done.stderr

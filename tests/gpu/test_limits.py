"""Tensors larger than what a kernel may see: the CPU's results, or an error that names op, size and limit."""

import json
import os
import subprocess
import sys

import pytest
from large import FORWARD, REFUSED, WITH_GRADIENTS, drawn
from needs import needs_gpu

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

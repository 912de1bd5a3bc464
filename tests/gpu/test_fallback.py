"""What the GPU does not compute: an error that names it or, where that is asked for, the CPU's result and a warning."""

import os
import subprocess
import sys

import pytest
from needs import needs_gpu

import pyrite

PROGRAM = """
import warnings
import pyrite
with warnings.catch_warnings(record=True) as told:
    warnings.simplefilter("always")
    def results(device):
        z = pyrite.tensor([1 + 2j, -3j, 0.5 + 0j]).to(device)
        d = pyrite.tensor([0.5, 1.5, 2.5], dtype=pyrite.float64).to(device)
        table = pyrite.zeros(4, 2, dtype=pyrite.complex64).to(device)
        table[pyrite.tensor([1, 3]).to(device)] = z[:2].unsqueeze(1)
        z2 = z.clone()
        z2[1:] *= 2
        return [z * z + 1, z2, z.sum(), z.exp().abs(), d.exp() + d.sum(), table, z.reshape(1, 3) @ z.reshape(3, 1)]
    for _ in range(2):
        for a, b in zip(results("cuda"), results("cpu"), strict=True):
            assert a.is_cuda and pyrite.allclose(a.cpu(), b), (a, b)
texts = [str(w.message) for w in told]
assert texts and len(texts) == len(set(texts)) and all(t.startswith("computed on the CPU: gpu: ") for t in texts), texts
assert any("exp of float64" in t for t in texts), texts
"""


@needs_gpu
def test_what_is_not_built_is_named():
    with pytest.raises(NotImplementedError, match="exp of float64 is not available"):
        pyrite.ones(3, dtype=pyrite.float64, device="cuda").exp().cpu()


@needs_gpu
def test_the_cpu_computes_it_where_asked():
    environment = {**os.environ, "PYRITE_GPU_FALLBACK": "1"}
    done = subprocess.run([sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr

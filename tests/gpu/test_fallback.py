"""What the GPU does not compute: an error that names it or, where that is asked for, the CPU's result and a warning."""

import os
import subprocess
import sys

from needs import needs_gpu

PROGRAM = """
import warnings
import pyrite
with warnings.catch_warnings(record=True) as told:
    warnings.simplefilter("always")
    def results(device):
        z = pyrite.tensor([1 + 2j, -3j, 0.5 + 0j], dtype=pyrite.complex128).to(device)
        d = pyrite.tensor([0.5, 1.5, 2.5], dtype=pyrite.float64).to(device)
        table = pyrite.zeros(4, 2, dtype=pyrite.complex128).to(device)
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


REFUSAL = """
import pyrite
for dtype in (pyrite.float64, pyrite.complex128):
    name = str(dtype).removeprefix("pyrite.")
    try:
        pyrite.ones(3, dtype=dtype).to("cuda").exp().cpu()
        raise AssertionError(name)
    except NotImplementedError as error:
        assert f"exp of {name} is not available on" in str(error), error
"""


def run_without_float64(program: str, **environment: str) -> None:
    """Runs a program where the device has no more than every device of WebGPU's, which has no 64-bit floats."""
    environment = {**os.environ, "PYRITE_GPU_LIMITS": "webgpu", **environment}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr


@needs_gpu
def test_what_the_device_does_not_compute_is_named():
    run_without_float64(REFUSAL)


@needs_gpu
def test_the_cpu_computes_it_where_asked():
    run_without_float64(PROGRAM, PYRITE_GPU_FALLBACK="1")

"""`pyrite.cuda` and `pyrite.accelerator`: what they say of the GPU, and what they say where there is none."""

import re

import pytest
from needs import needs_gpu

import pyrite


@pytest.mark.skipif(pyrite.cuda.is_available(), reason="there is a GPU")
def test_without_a_gpu():
    assert not pyrite.accelerator.is_available() and pyrite.accelerator.current_accelerator(True) is None
    assert pyrite.cuda.device_count() == pyrite.cuda.memory_allocated() == 0 and pyrite.cuda.memory_stats() == {}
    pyrite.cuda.empty_cache()
    pyrite.cuda.manual_seed_all(3)
    for ask in (pyrite.cuda.current_device, pyrite.accelerator.synchronize, pyrite.cuda.mem_get_info):
        with pytest.raises(RuntimeError, match=r"no GPU was found|computes on the CPU only"):
            ask()


@needs_gpu
@pytest.mark.parametrize("name", ["cuda", "cuda:0", "gpu", "mps", "xpu", "vulkan:0", 0])
def test_every_name_of_a_gpu_is_the_one_there_is(name):
    assert str(pyrite.zeros(2, device=name).device) == str(pyrite.ones(1).to(name).device) == "cuda:0"


@needs_gpu
def test_there_is_one_device():
    assert pyrite.accelerator.current_device_index() == pyrite.cuda.current_device() == 0
    assert str(pyrite.accelerator.current_accelerator()) == "cuda"
    pyrite.accelerator.set_device_index(0)
    with pyrite.cuda.device(0), pyrite.accelerator.device_index(None), pyrite.cuda.stream(pyrite.cuda.current_stream()):
        assert pyrite.ones(2, device="cuda").is_cuda
    with pytest.raises(RuntimeError, match="one GPU"):
        pyrite.cuda.set_device(1)
    with pytest.raises(ValueError, match="Expected a cuda device"):
        pyrite.cuda.get_device_name("cpu")


@needs_gpu
def test_properties():
    known = pyrite.cuda.get_device_properties()
    assert known.name == pyrite.cuda.get_device_name() and known.backend and "float32" in known.dtypes
    assert known.limits["threads_of_a_workgroup"] >= 256
    assert re.fullmatch("none|8x8|16x16", known.cooperative_matrices), known.cooperative_matrices
    assert pyrite.float32 in pyrite.accelerator.get_device_capability()["supported_dtypes"]
    with pytest.raises(RuntimeError, match="no CUDA compute capability"):
        pyrite.cuda.get_device_capability()


@needs_gpu
def test_memory_is_counted():
    pyrite.cuda.reset_peak_memory_stats()
    before = pyrite.cuda.memory_allocated()
    x = pyrite.ones(1 << 20, device="cuda")
    x.cpu()
    held = pyrite.cuda.memory_allocated()
    assert held - before >= 4 << 20
    del x
    assert pyrite.cuda.memory_allocated() < held <= pyrite.cuda.max_memory_allocated()
    assert pyrite.cuda.memory_reserved() >= pyrite.cuda.memory_allocated()
    pyrite.cuda.empty_cache()
    pyrite.accelerator.reset_peak_memory_stats()
    assert pyrite.accelerator.max_memory_allocated() == pyrite.cuda.memory_allocated()
    assert "tensors" in pyrite.cuda.memory_summary()


@needs_gpu
def test_memory_has_an_end():
    free, total = pyrite.accelerator.get_memory_info()
    assert 0 <= free <= total
    with pytest.raises(ValueError, match="fraction"):
        pyrite.cuda.set_per_process_memory_fraction(2)
    pyrite.cuda.empty_cache()
    pyrite.cuda.set_per_process_memory_fraction((pyrite.cuda.memory_reserved() + (1 << 20)) / total)
    try:
        with pytest.raises(pyrite.cuda.OutOfMemoryError, match="out of memory"):
            pyrite.zeros(4 << 20, device="cuda").cpu()
    finally:
        pyrite._core.gpu_set_memory_limit(total)
    assert issubclass(pyrite.cuda.OutOfMemoryError, RuntimeError)


@needs_gpu
def test_events_time_what_lies_between_them():
    start, end = (pyrite.cuda.Event(enable_timing=True) for _ in range(2))
    with pytest.raises(RuntimeError, match="must be recorded"):
        start.elapsed_time(end)
    start.record()
    pyrite.ones(1000, 1000, device="cuda").sum()
    end.record(pyrite.cuda.current_stream())
    end.synchronize()
    assert start.elapsed_time(end) > 0 > end.elapsed_time(start)
    with pytest.raises(ValueError, match="enable_timing"):
        start.elapsed_time(pyrite.cuda.Event())
    assert pyrite.cuda.Stream() == pyrite.cuda.current_stream() and pyrite.cuda.Stream().record_event().query()


@needs_gpu
def test_a_step_over_many_parameters_stays_within_the_buffers_of_a_kernel():
    parameters = [pyrite.ones(n + 1, device="cuda", requires_grad=True) for n in range(20)]
    optimizer = pyrite.optim.AdamW(parameters, lr=0.5, weight_decay=0.0)
    for _ in range(2):
        optimizer.zero_grad()
        sum((p * p).sum() for p in parameters).backward()
        optimizer.step()
    assert all(pyrite.allclose(p.cpu(), pyrite.zeros(n + 1), atol=0.1) for n, p in enumerate(parameters))

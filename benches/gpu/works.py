"""What is timed, written once for every library that speaks PyTorch: each work says how many bytes it must move and how
many floating-point operations it must do."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any


@dataclass
class Work:
    """One line of the table. `run` starts the work; `moved` and `computed` are what no implementation can avoid."""

    name: str
    run: Callable[[], Any]
    moved: float = 0.0
    computed: float = 0.0


def works(torch: Any, is_small: bool) -> Iterator[Work]:
    """The works on the GPU of a library; sizes that a software adapter can do where `is_small`. The first is the copy
    whose bandwidth the others are compared with."""
    n = (1 << 20) if is_small else (1 << 26)
    yield from _elementwise(torch, n)
    yield from _rows(torch, n)
    yield from _products(torch, [128, 256] if is_small else [256, 1024, 4096, 8192])
    yield from _layers(torch, is_small)
    yield from _small(torch)
    yield from _training(torch, is_small)


def _elementwise(torch: Any, n: int) -> Iterator[Work]:
    x, y = (torch.randn(n, device="cuda") for _ in range(2))
    half = x.half()
    size = f"{n / 2**20:g} Mi"
    yield Work(f"copy {size}", lambda: x.clone().data_ptr(), moved=8 * n)
    yield Work(f"add {size}", lambda: (x + y).data_ptr(), moved=12 * n)
    yield Work(f"add float16 {size}", lambda: (half + half).data_ptr(), moved=4 * n)
    yield Work(f"gelu {size}", lambda: torch.nn.functional.gelu(x).data_ptr(), moved=8 * n)
    yield Work(f"chain of 6 {size}", lambda: (((x * 2 + y).tanh() - x).abs() * y).data_ptr(), moved=12 * n)
    yield Work(f"transpose {size}", lambda: x.reshape(1024, -1).t().contiguous().data_ptr(), moved=8 * n)
    yield Work(f"rand {size}", lambda: torch.rand(n, device="cuda").data_ptr(), moved=4 * n)
    yield Work(f"float32 to float16 {size}", lambda: x.half().data_ptr(), moved=6 * n)


def _rows(torch: Any, n: int) -> Iterator[Work]:
    F = torch.nn.functional
    x = torch.randn(n // 1024, 1024, device="cuda")
    indices = torch.randint(0, n // 1024, (n // 1024,), device="cuda")
    size = f"{n // 1024} x 1024"
    yield Work(f"sum {size}", lambda: x.sum().data_ptr(), moved=4 * n)
    yield Work(f"sum of rows {size}", lambda: x.sum(1).data_ptr(), moved=4 * n)
    yield Work(f"sum of columns {size}", lambda: x.sum(0).data_ptr(), moved=4 * n)
    yield Work(f"argmax of rows {size}", lambda: x.argmax(1).data_ptr(), moved=4 * n)
    yield Work(f"softmax {size}", lambda: F.softmax(x, 1).data_ptr(), moved=8 * n)
    yield Work(f"layer norm {size}", lambda: F.layer_norm(x, (1024,)).data_ptr(), moved=8 * n)
    yield Work(f"cumsum {size}", lambda: x.cumsum(1).data_ptr(), moved=8 * n)
    yield Work(f"sort of rows {size}", lambda: x.sort(1).values.data_ptr(), moved=16 * n)
    yield Work(f"embedding {size}", lambda: F.embedding(indices, x).data_ptr(), moved=8 * n)


def _products(torch: Any, sides: list[int]) -> Iterator[Work]:
    for dtype in (torch.float32, torch.float16, torch.bfloat16):
        name = str(dtype).rpartition(".")[2]
        for side in sides:
            a, b = (torch.randn(side, side, device="cuda").to(dtype) for _ in range(2))
            run = _product(a, b)
            moved = 3 * side**2 * a.element_size()
            yield Work(f"matmul {side} {name}", run, moved=moved, computed=2 * side**3)
    side = sides[-1]
    a, v = torch.randn(side, side, device="cuda"), torch.randn(side, 1, device="cuda")
    yield Work(f"matrix by vector {side}", _product(a, v), moved=4 * side**2, computed=2 * side**2)


def _product(a: Any, b: Any) -> Callable[[], Any]:
    return lambda: (a @ b).data_ptr()


def _layers(torch: Any, is_small: bool) -> Iterator[Work]:
    F = torch.nn.functional
    batch, channels, side = (2, 8, 16) if is_small else (32, 64, 56)
    x = torch.randn(batch, channels, side, side, device="cuda")
    w = torch.randn(channels, channels, 3, 3, device="cuda")
    computed = 2 * 9 * batch * channels**2 * side**2
    name = f"convolution 3x3 {batch}x{channels}x{side}x{side}"
    yield Work(name, lambda: F.conv2d(x, w, padding=1).data_ptr(), moved=8 * x.numel(), computed=computed)
    batch, heads, length, width = (1, 2, 64, 32) if is_small else (8, 16, 1024, 64)
    q, k, v = (torch.randn(batch, heads, length, width, device="cuda") for _ in range(3))
    computed = 4 * batch * heads * length**2 * width
    name = f"attention {batch}x{heads}x{length}x{width}"
    yield Work(
        name, lambda: F.scaled_dot_product_attention(q, k, v).data_ptr(), moved=16 * q.numel(), computed=computed
    )


def _small(torch: Any) -> Iterator[Work]:
    tiny = torch.zeros(64, device="cuda")
    yield Work("a small kernel", lambda: (tiny + 1).data_ptr())
    yield Work("a number read back", lambda: (tiny[0] + 1).item())


def _training(torch: Any, is_small: bool) -> Iterator[Work]:
    width, rows = (64, 32) if is_small else (2048, 512)
    nn = torch.nn
    layers = (nn.Linear(width, 4 * width), nn.GELU(), nn.LayerNorm(4 * width), nn.Linear(4 * width, 10))
    model = nn.Sequential(*layers).to("cuda")
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    x, y = torch.randn(rows, width, device="cuda"), torch.randint(0, 10, (rows,), device="cuda")

    def step() -> None:
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(model(x), y).backward()
        optimizer.step()

    yield Work(f"training step, {width} wide", step, computed=6 * rows * 4 * width * (width + 10))

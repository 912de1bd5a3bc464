"""How many kernels does a module start? `python benches/gpu/dispatches.py` prints, for common modules, losses and
optimizers, the dispatches of a forward and of a backward pass: where a composite takes many, a kernel of its own is
worth most.
"""

import argparse
import re
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pyrite
from pyrite import nn
from pyrite.nn import functional as F

Case = tuple[str, Callable[..., Any], tuple[int, ...]]


def modules() -> Iterator[Case]:
    """Modules, each with the shape of its input."""
    yield "Linear", nn.Linear(8, 6), (5, 8)
    yield "Conv1d", nn.Conv1d(4, 6, 3, padding=1), (2, 4, 12)
    yield "Conv2d", nn.Conv2d(4, 6, 3, padding=1), (2, 4, 12, 12)
    yield "Conv3d", nn.Conv3d(2, 4, 3), (2, 2, 6, 6, 6)
    yield "ConvTranspose2d", nn.ConvTranspose2d(4, 6, 3, stride=2), (2, 4, 6, 6)
    yield "BatchNorm2d", nn.BatchNorm2d(4), (2, 4, 6, 6)
    yield "LayerNorm", nn.LayerNorm(8), (5, 8)
    yield "RMSNorm", nn.RMSNorm(8), (5, 8)
    yield "GroupNorm", nn.GroupNorm(2, 4), (2, 4, 6, 6)
    yield "InstanceNorm2d", nn.InstanceNorm2d(4), (2, 4, 6, 6)
    yield "LocalResponseNorm", nn.LocalResponseNorm(3), (2, 4, 6, 6)
    yield "MaxPool2d", nn.MaxPool2d(2), (2, 4, 6, 6)
    yield "AvgPool2d", nn.AvgPool2d(2), (2, 4, 6, 6)
    yield "LPPool2d", nn.LPPool2d(2, 2), (2, 4, 6, 6)
    yield "AdaptiveAvgPool2d to 1", nn.AdaptiveAvgPool2d(1), (2, 4, 7, 7)
    yield "AdaptiveAvgPool2d to 3", nn.AdaptiveAvgPool2d(3), (2, 4, 7, 7)
    yield "AdaptiveMaxPool2d to 3", nn.AdaptiveMaxPool2d(3), (2, 4, 7, 7)
    yield "MaxUnpool2d", _unpooled, (2, 4, 6, 6)
    for mode in ("nearest", "bilinear", "bicubic", "area"):
        yield f"Upsample {mode}", nn.Upsample(size=(9, 10), mode=mode), (2, 4, 6, 6)
    yield "Upsample trilinear", nn.Upsample(scale_factor=2, mode="trilinear"), (2, 2, 3, 4, 5)
    yield "interpolate antialias", lambda x: F.interpolate(x, (3, 4), mode="bilinear", antialias=True), (2, 4, 6, 6)
    yield "grid_sample", _sampled, (2, 4, 6, 6)
    yield "PixelShuffle", nn.PixelShuffle(2), (2, 4, 6, 6)
    yield "Unfold", nn.Unfold(3), (2, 4, 6, 6)
    yield "ReflectionPad2d", nn.ReflectionPad2d(2), (2, 4, 6, 6)
    yield "Dropout", nn.Dropout(0.5), (5, 8)
    yield "Bilinear", _with_itself(nn.Bilinear(8, 8, 6)), (5, 8)
    indices = pyrite.randint(0, 10, (5, 3)).cuda()
    yield "Embedding", _of(nn.Embedding(10, 8), indices), (1,)
    for mode in ("sum", "mean", "max"):
        yield f"EmbeddingBag {mode}", _of(nn.EmbeddingBag(10, 8, mode=mode), indices), (1,)
    for cell in (nn.RNN, nn.LSTM, nn.GRU):
        yield f"{cell.__name__}, 4 steps", cell(8, 6), (4, 3, 8)
    attention = nn.MultiheadAttention(8, 2)
    yield "MultiheadAttention", lambda x: attention.cuda()(x, x, x, need_weights=False), (5, 2, 8)
    yield "MultiheadAttention, weights", lambda x: attention.cuda()(x, x, x), (5, 2, 8)
    yield "TransformerEncoderLayer", nn.TransformerEncoderLayer(8, 2, 16), (5, 2, 8)
    yield "TransformerDecoderLayer", _with_itself(nn.TransformerDecoderLayer(8, 2, 16)), (5, 2, 8)
    for (
        name
    ) in "ReLU GELU SiLU Mish ELU Softplus Hardswish LeakyReLU PReLU GLU Softmax LogSoftmax Tanhshrink RReLU".split():
        yield name, getattr(nn, name)(**({"dim": -1} if "Softmax" in name else {})), (5, 8)


def losses() -> Iterator[Case]:
    """Losses of scores of 5 rows."""
    classes, signs = pyrite.randint(0, 8, (5,)).cuda(), pyrite.ones(5).cuda()
    rows = pyrite.rand(5, 8).cuda()
    yield "CrossEntropyLoss", lambda x: F.cross_entropy(x, classes), (5, 8)
    yield "CrossEntropyLoss, smoothed", lambda x: F.cross_entropy(x, classes, label_smoothing=0.1), (5, 8)
    yield "CrossEntropyLoss, shares", lambda x: F.cross_entropy(x, rows), (5, 8)
    yield "NLLLoss", lambda x: F.nll_loss(x, classes), (5, 8)
    for (
        name
    ) in "MSELoss L1Loss SmoothL1Loss HuberLoss BCEWithLogitsLoss PoissonNLLLoss SoftMarginLoss KLDivLoss".split():
        yield name, _against(getattr(nn, name)(), rows), (5, 8)
    yield "BCELoss", lambda x: F.binary_cross_entropy(x.sigmoid(), rows), (5, 8)
    yield "MultiMarginLoss", lambda x: F.multi_margin_loss(x, classes), (5, 8)
    yield "CosineEmbeddingLoss", lambda x: F.cosine_embedding_loss(x, rows, signs), (5, 8)
    yield "TripletMarginLoss", lambda x: F.triplet_margin_loss(x, rows, rows.flip(0)), (5, 8)
    target, lengths = pyrite.randint(1, 8, (2, 3)).cuda(), (pyrite.tensor([6, 6]), pyrite.tensor([3, 2]))
    yield "CTCLoss", lambda x: F.ctc_loss(x.log_softmax(-1), target, *lengths), (6, 2, 8)


OPTIMIZERS = "SGD Adam AdamW NAdam RAdam Adamax Adagrad Adadelta RMSprop Rprop ASGD Adafactor Muon LBFGS".split()


def _unpooled(x: Any) -> Any:
    return F.max_unpool2d(*F.max_pool2d(x, 2, return_indices=True), 2)


def _sampled(x: Any) -> Any:
    grid = pyrite.rand(2, 5, 5, 2, generator=pyrite.Generator().manual_seed(0)).cuda() * 2 - 1
    return F.grid_sample(x, grid, align_corners=False)


def _with_itself(module: Any) -> Callable[[Any], Any]:
    module.cuda()
    return lambda x: module(x, x)


def _of(module: Any, given: Any) -> Callable[[Any], Any]:
    module.cuda()
    return lambda x: module(given)


def _against(loss: Any, target: Any) -> Callable[[Any], Any]:
    return lambda x: loss(x, target)


def counted(run: Callable[[], Any]) -> tuple[int, Any]:
    """The dispatches of a computation that is not deferred any longer, and its result."""
    pyrite.cuda.synchronize()
    before = pyrite.cuda.memory_stats()["dispatches"]
    result = run()
    pyrite.cuda.synchronize()
    return pyrite.cuda.memory_stats()["dispatches"] - before, result


def finished(result: Any) -> Any:
    """The first tensor of a result, whatever was pending in it computed."""
    tensors = [result] if isinstance(result, pyrite.Tensor) else list(result)
    flat = [t for t in tensors if isinstance(t, pyrite.Tensor)]
    for tensor in flat:
        tensor.detach().data_ptr()
    return flat[0]


def passes(module: Any, shape: tuple[int, ...]) -> tuple[int, int]:
    """The dispatches of a second forward and backward pass: the first may prepare what later ones find."""
    if isinstance(module, nn.Module):
        module.cuda()
    counts = (0, 0)
    for _ in range(2):
        x = pyrite.randn(*shape).cuda().requires_grad_()
        forward, y = counted(lambda x=x: finished(module(x)))
        g = pyrite.ones_like(y)
        g.data_ptr()

        def backward(x=x, y=y, g=g) -> None:
            y.backward(g)
            parameters = list(module.parameters()) if isinstance(module, nn.Module) else []
            for leaf in (x, *parameters):
                if leaf.grad is not None:
                    leaf.grad.data_ptr()

        counts = forward, counted(backward)[0]
    return counts


def steps(name: str) -> int:
    """The dispatches of an optimizer's third step over six parameters."""
    weights = [pyrite.randn(4, 4).cuda().requires_grad_() for _ in range(6)]
    optimizer = getattr(pyrite.optim, name)(weights)
    count = 0
    for _ in range(3):
        for weight in weights:
            weight.grad = pyrite.ones_like(weight)
            weight.grad.data_ptr()

        closure = (lambda: sum(w.sum() for w in weights)) if name == "LBFGS" else None
        count = counted(lambda closure=closure: optimizer.step(closure))[0]
    return count


def main() -> int:
    parser = argparse.ArgumentParser(prog="python benches/gpu/dispatches.py", description=__doc__)
    parser.add_argument("--only", default="", help="a regular expression that the names match")
    wanted = re.compile(parser.parse_args().only).search
    missing = pyrite._core.gpu_missing()
    if missing is not None:
        print(f"skipped: {missing}")
        return 0
    print(f"{'':<28} {'forward':>8} {'backward':>8}")
    for name, module, shape in (*modules(), *losses()):
        if wanted(name):
            forward, backward = passes(module, shape)
            print(f"{name:<28} {forward:>8} {backward:>8}", flush=True)
    for name in filter(wanted, OPTIMIZERS):
        print(f"{name + ', a step':<28} {steps(name):>8}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())

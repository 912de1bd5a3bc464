"""Whole programs on the GPU: the CPU's results with only the device changed, and how many kernels they take.

Random tensors are drawn on the CPU and moved, since a device draws numbers of its own.
"""

import copy
import functools

import pytest
from needs import needs_gpu

import pyrite
import pyrite.nn.functional as F
from pyrite import nn
from pyrite.demo import __main__ as demo
from pyrite.demo import training
from pyrite.demo.model import DigitNet

pytestmark = needs_gpu


def count(name):
    """How many `dispatches` or `submits` there were so far."""
    return pyrite.cuda.memory_stats()[name]


def two_matrices(device):
    pyrite.manual_seed(0)
    x, y = pyrite.randn(8, 20).to(device), pyrite.randn(8, 3).to(device)
    w1 = pyrite.randn(20, 10).to(device).requires_grad_()
    w2 = pyrite.randn(10, 3).to(device).requires_grad_()
    losses = []
    for _ in range(20):
        loss = (x.mm(w1).clamp(min=0).mm(w2) - y).pow(2).sum()
        losses.append(loss.item())
        loss.backward()
        with pyrite.no_grad():
            for w in (w1, w2):
                w -= 1e-4 * w.grad
                w.grad.zero_()
    return losses


def trained(model, optimizer, batches):
    """The losses of a model over batches of inputs and classes."""
    losses = []
    for x, y in batches:
        optimizer.zero_grad()
        scores = model(x)
        loss = F.cross_entropy(scores.flatten(0, -2), y.flatten())
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def convolutional(device):
    pyrite.manual_seed(1)
    model = nn.Sequential(
        nn.Conv2d(1, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(64, 10)
    ).to(device)
    x, y = pyrite.randn(16, 1, 8, 8).to(device), pyrite.randint(0, 10, (16,)).to(device)
    return trained(model, pyrite.optim.Adam(model.parameters(), lr=1e-2), [(x, y)] * 5)


class TextClassifier(nn.Module):
    """Words, some of them padding, to the scores of classes: the state of an LSTM after the last word."""

    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(30, 8, padding_idx=0)
        self.lstm = nn.LSTM(8, 12, num_layers=2, batch_first=True, bidirectional=True)
        self.classify = nn.Linear(24, 3)

    def forward(self, words):
        lengths = (words != 0).sum(1).cpu()
        packed = nn.utils.rnn.pack_padded_sequence(self.embed(words), lengths, batch_first=True, enforce_sorted=False)
        _, (hidden, _) = self.lstm(packed)
        return self.classify(pyrite.cat([hidden[-2], hidden[-1]], 1))


def text(device):
    pyrite.manual_seed(2)
    model = TextClassifier().to(device)
    batches = []
    for _ in range(4):
        words = pyrite.randint(1, 30, (6, 9))
        words[1, 4:] = words[4, 7:] = 0
        batches.append((words.to(device), pyrite.randint(0, 3, (6,)).to(device)))
    optimizer = pyrite.optim.RMSprop(model.parameters(), lr=5e-3)
    return trained(model, optimizer, batches)


class LanguageModel(nn.Module):
    """Letters to the scores of the next: a transformer block that looks back only."""

    def __init__(self):
        super().__init__()
        self.embed, self.places = nn.Embedding(20, 16), nn.Parameter(pyrite.randn(7, 16) / 10)
        self.block = nn.TransformerEncoderLayer(16, 4, 32, dropout=0.0, activation="gelu", batch_first=True)
        self.norm, self.read = nn.LayerNorm(16), nn.Linear(16, 20, bias=False)

    def forward(self, letters):
        length = letters.shape[1]
        mask = nn.Transformer.generate_square_subsequent_mask(length).to(letters.device)
        x = self.embed(letters) + self.places[:length]
        return self.read(self.norm(self.block(x, src_mask=mask, is_causal=True)))


def transformer(device):
    pyrite.manual_seed(3)
    model = LanguageModel().to(device)
    letters = [pyrite.randint(0, 20, (4, 8)).to(device) for _ in range(5)]
    optimizer = pyrite.optim.AdamW(model.parameters(), lr=1e-2)
    return trained(model, optimizer, [(x[:, :-1], x[:, 1:]) for x in letters])


@pytest.mark.parametrize("program", [two_matrices, convolutional, text, transformer])
def test_training_gives_the_results_of_the_cpu(program):
    losses = program("cpu")
    assert losses[-1] != losses[0]
    assert program("cuda") == pytest.approx(losses, rel=1e-4)


def test_the_demo_gives_the_results_of_the_cpu(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(training, "DigitNet", functools.partial(DigitNet, dropout=0.0))
    histories, matrices = [], []
    for device in ("cpu", "cuda"):
        arguments = ["--epochs", "2", "--samples", "300", "--out", str(tmp_path / device), "--device", device]
        assert demo.main(arguments) == 0
        histories.append(training.load(tmp_path / device / "checkpoint.pt", "cpu")[1])
        matrices.append(capsys.readouterr().out.partition("true")[2].partition("\n\n")[0])
    for expected, actual in zip(*histories, strict=True):
        assert actual.training_loss == pytest.approx(expected.training_loss, rel=1e-3)
        assert actual.held_out_loss == pytest.approx(expected.held_out_loss, rel=1e-3)
        assert actual.accuracy == expected.accuracy
    assert matrices[0] == matrices[1]


def test_a_chain_of_ten_ops_is_one_kernel():
    x = pyrite.rand(10_000).cuda()
    x.cpu()
    before = count("dispatches")
    y = x
    for _ in range(5):
        y = (y * 1.5).tanh()
    y.cpu()
    assert count("dispatches") - before == 1


@pytest.mark.parametrize("optimizer", [pyrite.optim.Adam, pyrite.optim.AdamW, pyrite.optim.SGD, pyrite.optim.RMSprop])
def test_an_optimizer_steps_over_all_parameters_at_once(optimizer):
    model = nn.Sequential(*(layer for k in range(8) for layer in (nn.Linear(8 + k, 9 + k), nn.ReLU())))
    twin = copy.deepcopy(model).cuda()
    few = 4 * max(1, 16 // pyrite.cuda.get_device_properties().limits["buffers_of_a_kernel"])  # WebGPU's least is 8
    steps = [optimizer(m.parameters(), lr=0.01) for m in (model, twin)]
    for _ in range(3):
        for m, step in zip((model, twin), steps):
            for k, p in enumerate(m.parameters()):
                p.grad = (p.detach() + k).sin()
            pyrite.cuda.synchronize()
            before = count("dispatches")
            step.step()
        assert count("dispatches") - before <= few
    for p, q in zip(model.parameters(), twin.parameters()):
        assert pyrite.allclose(p, q.cpu(), atol=1e-6)


def test_a_training_step_of_a_perceptron_is_one_submit_of_few_kernels():
    pyrite.manual_seed(4)
    model = nn.Sequential(nn.Linear(20, 32), nn.ReLU(), nn.Linear(32, 32), nn.ReLU(), nn.Linear(32, 10)).cuda()
    optimizer = pyrite.optim.Adam(model.parameters())
    x, y = pyrite.randn(16, 20).cuda(), pyrite.randint(0, 10, (16,)).cuda()
    for _ in range(3):
        pyrite.cuda.synchronize()
        dispatches, submits = count("dispatches"), count("submits")
        optimizer.zero_grad()
        loss = F.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()
        loss.item()
    assert count("dispatches") - dispatches < 40
    assert count("submits") - submits == 1

"""The main job on a few digits: it learns, its files appear and load, and an interruption keeps what was done."""

import io
import subprocess
import sys
from collections import Counter

import pytest

import pyrite
from pyrite.demo import __main__ as program
from pyrite.demo import progress, training
from pyrite.demo.data import Digits, stratified_split
from pyrite.demo.model import DigitNet
from pyrite.demo.report import chosen, confusion_matrix
from pyrite.demo.training import Judgement

SHORT = ["--epochs", "4", "--samples", "500"]


def test_digits_are_whole():
    digits = Digits()
    assert len(digits) == 1797 and digits.images.shape == (1797, 1, 8, 8)
    assert digits.images.min().item() == 0 and digits.images.max().item() == 1
    assert Counter(digits.labels) == {0: 178, 1: 182, 2: 177, 3: 183, 4: 181, 5: 182, 6: 181, 7: 179, 8: 174, 9: 180}
    image, label = Digits(3)[2]
    assert image.shape == (1, 8, 8) and label == 2


def test_split_is_stratified_and_seeded():
    digits = Digits()
    kept, judged = stratified_split(digits, seed=4)
    assert sorted([*kept.indices, *judged.indices]) == list(range(1797))
    assert all(35 <= n <= 37 for n in Counter(digits.labels[i] for i in judged.indices).values())
    assert stratified_split(digits, seed=4)[1].indices == judged.indices
    assert stratified_split(digits, seed=5)[1].indices != judged.indices


def test_model_gives_ten_scores():
    assert DigitNet()(pyrite.zeros(3, 1, 8, 8)).shape == (3, 10)


def test_short_run(tmp_path, capsys):
    pytest.importorskip("matplotlib")
    assert program.main([*SHORT, "--out", str(tmp_path)]) == 0
    printed = capsys.readouterr().out
    assert printed.count("training loss") == 4 and "true \\ read" in printed
    model, history = training.load(tmp_path / "checkpoint.pt", "cpu")
    assert history[-1].training_loss < history[0].training_loss / 2 and history[-1].accuracy > 0.6
    held_out = stratified_split(Digits(500), seed=0)[1]
    verdict = training.judge(model, held_out, "cpu")
    assert verdict.accuracy == history[-1].accuracy and f"{100 * verdict.accuracy:.2f} %" in printed
    assert (tmp_path / "report.png").read_bytes().startswith(b"\x89PNG") and not list(tmp_path.glob("*.part"))


def test_without_matplotlib_it_says_so(tmp_path, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    assert program.main(["--epochs", "1", "--samples", "100", "--out", str(tmp_path)]) == 0
    assert "pip install 'pyrite[demo]'" in capsys.readouterr().out
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint.pt"]


@pytest.mark.parametrize(("last", "says"), [(1, "the checkpoint of epoch 1 stays in"), (0, "nothing was saved")])
def test_interruption_keeps_the_last_checkpoint(tmp_path, capsys, monkeypatch, last, says):
    def until(batches, label):
        if label == f"epoch {last + 1}/4":
            raise KeyboardInterrupt
        return iter(batches)

    monkeypatch.setattr(training, "progress", until)
    assert program.main([*SHORT, "--out", str(tmp_path)]) == program.INTERRUPTED
    assert says in capsys.readouterr().out
    assert (tmp_path / "checkpoint.pt").exists() == (last > 0)
    if last:
        assert len(training.load(tmp_path / "checkpoint.pt", "cpu")[1]) == last


def test_report_of_a_judgement():
    verdict = Judgement(0.1, labels=[3, 3, 1, 0], predictions=[3, 8, 1, 0])
    assert verdict.accuracy == 0.75
    rows = [line.split() for line in confusion_matrix(verdict).splitlines()]
    assert rows[4] == ["3", *("...1....1.")] and rows[0] == ["true", "\\", "read", *"0123456789"]
    assert chosen(verdict, 3) == [1, 0, 2] and chosen(verdict, 8) == [1, 0, 2, 3]


@pytest.mark.parametrize("watched", [True, False])
def test_plain_progress(monkeypatch, watched):
    screen = io.StringIO()
    screen.isatty = lambda: watched
    monkeypatch.setattr(sys, "stderr", screen)
    assert list(progress.plain([5, 6], "epoch 1/1")) == [5, 6]
    assert ("epoch 1/1: batch 2 of 2" in screen.getvalue()) == watched


def test_options_are_told_and_checked():
    run = subprocess.run([sys.executable, "-m", "pyrite.demo", "--help"], capture_output=True, text=True, check=True)
    assert all(option in run.stdout for option in ("--device", "--epochs", "--seed", "--out"))
    with pytest.raises(SystemExit):
        program.main(["--epochs", "0"])

"""The self-test tells what holds from what does not."""

import json

import pytest
from needs import needs_gpu

import pyrite
from pyrite.gpu_selftest import checks
from pyrite.gpu_selftest.__main__ import main

FAMILIES = {
    "right": (1e-6, {"sum": lambda device: pyrite.arange(5.0).to(device).sum()}),
    "wrong": (1e-6, {"far": lambda device: pyrite.tensor([1.0 if device == "cpu" else 1.5])}),
    "broken": (1e-6, {"raises": lambda device: pyrite.zeros(2).to(device)[5]}),
}


@needs_gpu
def test_failures_are_told(monkeypatch, capsys):
    monkeypatch.setattr(checks, "_families", lambda dtypes: FAMILIES)
    assert main(["--json", "--no-figures"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert [check["ok"] for check in report["checks"]] == [True, False, False]
    assert report["checks"][1]["difference"] == 0.25 and "IndexError" in report["checks"][2]["failures"][0]
    assert report["card"]["name"] == pyrite.cuda.get_device_name()


@needs_gpu
def test_every_family_holds(capsys):
    assert main(["--no-figures"]) == 0, capsys.readouterr().out
    assert "FAILED" not in capsys.readouterr().out


@pytest.mark.skipif(pyrite.cuda.is_available(), reason="there is a GPU")
def test_without_a_gpu_it_says_why(capsys):
    assert main([]) == 1 and "There is nothing to test" in capsys.readouterr().out

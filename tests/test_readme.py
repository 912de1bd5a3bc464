"""The README's programs run and print what it says; so do the examples in docstrings."""

import doctest
import importlib
import pathlib
import pkgutil
import re

import pytest

import pyrite

README = pathlib.Path(__file__).parent.parent / "README.md"
BLOCKS = re.findall(r"```python\n(.*?)```", README.read_text(), re.S)


def test_the_tour_prints_what_it_says():
    text = "".join(block for block in BLOCKS if ">>>" in block)
    assert text
    test = doctest.DocTestParser().get_doctest(text, {}, "README", str(README), 0)
    outcome = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE).run(test)
    assert outcome.failed == 0 and outcome.attempted > 5


@pytest.mark.parametrize("program", [b for b in BLOCKS if ">>>" not in b])
def test_programs_run(program):
    names = {}
    exec(program, names)
    assert float(names["loss"]) < 10


def modules():
    for module in pkgutil.walk_packages(pyrite.__path__, "pyrite."):
        if not module.name.endswith("__main__"):
            yield module.name


@pytest.mark.parametrize("name", sorted(modules()))
def test_docstring_examples(name):
    assert doctest.testmod(importlib.import_module(name)).failed == 0

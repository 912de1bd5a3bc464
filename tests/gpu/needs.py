"""The mark of tests that take a GPU."""

import pytest

import pyrite

needs_gpu = pytest.mark.skipif(not pyrite.cuda.is_available(), reason="no GPU, and no software adapter was asked for")

"""Nothing that is passed to a public function ends the process, hangs, panics or surfaces as a mistake of the package.

``PYRITE_HOSTILE_SECONDS`` runs that many seconds of calls of a seed of its own, ``PYRITE_HOSTILE_SEED`` names the seed.
"""

from __future__ import annotations

import os
import random

import pytest
from hostile import attack

SECONDS = float(os.environ.get("PYRITE_HOSTILE_SECONDS", 0))
SEED = int(os.environ.get("PYRITE_HOSTILE_SEED", 0)) or random.SystemRandom().randrange(1, 10**6)
SHARDS = 4
CALLS = 500


@pytest.mark.parametrize("shard", range(SHARDS))
@pytest.mark.timeout(SECONDS + 300)
def test_calls_end_with_a_result_or_an_ordinary_exception(shard: int) -> None:
    """A fixed list of calls, the same in every run."""
    found = list(attack(seed=1, start=shard * CALLS, count=CALLS, seconds=250))
    assert not found, "\n".join(map(str, found))


@pytest.mark.skipif(not SECONDS, reason="PYRITE_HOSTILE_SECONDS is not set")
@pytest.mark.timeout(SECONDS + 300)
def test_more_calls_of_another_seed() -> None:
    found = list(attack(SEED, start=0, count=10**9, seconds=SECONDS))
    assert not found, f"seed {SEED}\n" + "\n".join(map(str, found))

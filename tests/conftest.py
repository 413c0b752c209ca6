"""Hypothesis profiles by tier: `ci` (the same examples every time) and `long`; the tier is the variable SANGAO_TIER."""

import gc
import os
import sys
from pathlib import Path

from hypothesis import HealthCheck, settings

ROOT = str(Path(__file__).resolve().parent.parent)
if ROOT not in sys.path:  # `from tests.laws.random_packs import …`, whichever way pytest was started
    sys.path.insert(0, ROOT)

from sangao.engine.pack import kept  # noqa: E402

kept.MOST = 10_000  # the packs that tests write do not drive out the shipped ones

# Packs are hundreds of thousands of objects that stay; a process that opens all of them collects too often as set.
gc.set_threshold(50_000, 20, 50)

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]
settings.register_profile("ci", deadline=None, derandomize=True, max_examples=200, suppress_health_check=SLOW)
settings.register_profile("long", deadline=None, max_examples=3000, suppress_health_check=SLOW)
settings.load_profile("long" if os.environ.get("SANGAO_TIER") == "long" else "ci")

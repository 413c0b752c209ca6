"""Whole columns of numbers → the nearest grid step of each, where doubles prove which that is.

Two ways, same result: in C over Arrow's buffers where the kernel is built, else in numpy.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sangao.engine.native import ffi, is_native, lib
from sangao.engine.run.vectors import Array

LIMIT = 2.0**30  # steps from here on are left to exact numbers
SLACK = 0.5 - 2.0**-10  # how near to a step a product of doubles has to lie
WIDTHS = {16: 2.0**-10, 32: 2.0**-23, 64: 0.0}  # what a float of so many bits may be off the decimal it stands for


@dataclass(frozen=True, slots=True)
class Rounded:
    """Where a step is proved, and which (0 elsewhere); `left` is the number of known cells without one."""

    there: Array
    steps: Array
    left: int


def rounded(column: Any, factor: float, least: int, most: int, *, use_native: bool = True) -> Rounded:
    """Return the steps of an Arrow column of numbers that lie from `least` to `most`; `factor` is steps per number.

    >>> found = rounded(pa.array([1.5, None, 1.25, 99.0]), 10.0, 0, 100)
    >>> found.there.tolist(), found.steps.tolist(), found.left
    ([True, False, False, False], [15, 0, 0, 0], 2)
    """
    slope = WIDTHS[column.type.bit_width] if pa.types.is_floating(column.type) else 0.0
    limits = max(least, 1 - LIMIT), min(most, LIMIT - 1)
    numbers = pc.cast(column, pa.float64(), safe=False)
    if use_native and is_native() and len(column):
        return _in_c(numbers, factor, slope, *limits)
    return _in_numpy(numbers, factor, slope, *limits)


def _in_c(numbers: Any, factor: float, slope: float, least: float, most: float) -> Rounded:
    rows, (known, data) = len(numbers), numbers.buffers()
    there, steps = np.empty(rows, bool), np.empty(rows, np.int64)
    left = lib.sangao_steps(
        ffi.from_buffer("double[]", data),
        ffi.NULL if known is None else ffi.from_buffer("uint8_t[]", known),
        numbers.offset,
        rows,
        factor,
        SLACK,
        slope,
        least,
        most,
        ffi.from_buffer("uint8_t[]", there),
        ffi.from_buffer("int64_t[]", steps),
    )
    return Rounded(there, steps, left)


def _in_numpy(numbers: Any, factor: float, slope: float, least: float, most: float) -> Rounded:
    known = len(numbers) - numbers.null_count
    given = numbers.to_numpy(zero_copy_only=False)
    with np.errstate(all="ignore"):
        near = given * factor  # a blank is no number, and that is near nothing
        slack = SLACK - np.abs(near) * slope if slope else SLACK
        whole = np.rint(near)
        np.subtract(near, whole, out=near)
        good = np.abs(near, out=near) < slack
        good &= whole >= least
        good &= whole <= most
        value = np.zeros(len(numbers), np.int64)
        np.copyto(value, whole, where=good, casting="unsafe")
    return Rounded(good, value, known - int(np.count_nonzero(good)))

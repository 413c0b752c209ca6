"""Person keys as numbers of 64 bits that are equal where the keys are, for a whole column at once."""

from typing import Any

import numpy as np

LONGEST = 32  # bytes of a key that are taken in eights; longer ones are few and go through Python's own hash
WORD = 8
ODD = np.uint64(0x9E3779B97F4A7C15)
FIRST, SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)


def hashes(keys: Any) -> Any:
    """Return a number (int64) for each key of an Arrow column of texts that is not blank, in no special order.

    >>> import pyarrow as pa
    >>> a, b, c = hashes(pa.array(["P1", "", "P2", "P1"])).tolist()
    >>> a == c, a == b
    (True, False)
    """
    data, ends = bytes_of(keys)
    sizes = np.minimum(np.diff(ends), LONGEST + 1)
    different = [size for size in np.flatnonzero(np.bincount(sizes)).tolist() if size]
    found = [np.zeros(0, np.int64)]
    for size in different:
        if size > LONGEST:
            long = keys.take(np.flatnonzero(sizes == size)).to_pylist()
            found.append(np.array([hash(one) for one in long], np.int64))
        elif len(different) == 1:  # all letters stand in a row, whatever blanks lie between
            found.append(_mixed(data[ends[0] : ends[-1]].reshape(-1, size)))
        else:
            found.append(_mixed(data[ends[:-1][sizes == size][:, None] + np.arange(size)]))
    return np.concatenate(found)


def bytes_of(keys: Any) -> tuple[Any, Any]:
    """Return the bytes of an Arrow column of texts (`string`, no blanks) and where each text ends, from its start."""
    rows, start = len(keys), keys.offset
    _, ends, data = keys.buffers()
    if not rows:
        return np.zeros(0, np.uint8), np.zeros(1, np.int32)
    whole = np.zeros(0, np.uint8) if data is None else np.frombuffer(data, np.uint8)
    return whole, np.frombuffer(ends, np.int32)[start : start + rows + 1]


def _mixed(letters: Any) -> Any:
    """Return one number for each row of letters: eight of them after the other, each stirred in (as in SplitMix64)."""
    rows, size = letters.shape
    if size < WORD:
        short, letters = letters, np.zeros((rows, WORD), np.uint8)
        letters[:, :size] = short
    found, width = np.full(rows, size, np.uint64), letters.shape[1]
    last = width - WORD
    for at in (*range(0, last, WORD), last):  # the last eight may hold some of those before: it is the same for equals
        found ^= np.ndarray(rows, np.uint64, letters, at, (width,))
        found += ODD
        found ^= found >> np.uint64(30)
        found *= FIRST
        found ^= found >> np.uint64(27)
        found *= SECOND
        found ^= found >> np.uint64(31)
    return found.view(np.int64)

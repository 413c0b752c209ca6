"""Person keys that came as numbers, and texts that came as bytes: nothing of them may make two persons look one."""

from decimal import Decimal

EXACT = {64: 1e15, 32: 2.0**24, 16: 2.0**11}  # from here on a float of so many bits no longer tells neighbours apart


def exact(key: float | Decimal, bits: int = 64) -> bool:
    """Return whether a key is still the number it was; one that is no number (NaN) is a blank, not a rounded one.

    >>> exact(152.0), exact(1.2345678901234568e17), exact(16777217.0, 32), exact(float("nan"))
    (True, False, False, True)
    """
    return isinstance(key, Decimal) or key != key or abs(key) < EXACT[bits]


def spoken(cell: bytes) -> str:
    """Return bytes as text; what is no UTF-8 keeps its own bytes visible, so that it is refused and joins nobody.

    >>> spoken(b"152"), spoken(b"\\xd5\\xc5")
    ('152', '\\\\xd5\\\\xc5')
    """
    return cell.decode("utf-8", "backslashreplace")

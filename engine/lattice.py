"""The lattice of drug permission: contraindicated > stop > avoid > reduce > caution > allow > recommend.

>>> strictest(["recommend", None, "caution"]), freest(["avoid", "contraindicated"]), freest(["avoid", None])
('caution', 'avoid', None)
"""

from collections.abc import Iterable

LATTICE = ("contraindicated", "stop", "avoid", "reduce", "caution", "allow", "recommend")
FREE = LATTICE.index("allow")  # from here on nothing is limited


def strictest(permissions: Iterable[str | None]) -> str | None:
    """Return the strictest of some permissions; None says nothing."""
    return min((one for one in permissions if one is not None), key=LATTICE.index, default=None)


def freest(permissions: Iterable[str | None]) -> str | None:
    """Return the freest of some permissions; None, which limits nothing, is freest."""
    found = list(permissions)
    return None if None in found else max((one for one in found if one is not None), key=LATTICE.index, default=None)


def limits(permission: str | None) -> bool:
    """Return whether a permission limits anything."""
    return permission is not None and LATTICE.index(permission) < FREE


def stricter(one: str | None, other: str | None) -> bool:
    """Return whether `one` limits what `other` would allow."""
    return one is not None and limits(one) and (other is None or LATTICE.index(one) < LATTICE.index(other))

"""A result's name beside its code: what they say together. A name contradicts only where it surely names another fact.

Names are those of the national forms (`chinese.naming`); any other name is nobody's business.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import Final, NamedTuple

from sangao.adapters.chinese.naming import REFINED, called
from sangao.adapters.terms import book

GOAL: Final = "goal"
GLUCOSE: Final = frozenset({"fpg", "pg2h_meal", "pg_random"})
SAMPLED: Final = {"pg_capillary": GLUCOSE, "fpg_capillary": frozenset({"fpg"})}
"""Facts that tell apart only of which sample something is, which its name leaves out."""
PRESSURES: Final = ("sbp_", "dbp_")


class Meant(NamedTuple):
    """The fact of a result; what its name says instead: another fact, or that it is a goal; the arm its name tells."""

    fact: str
    other: str | None = None
    arm: str | None = None


def meant(fact: str, names: Iterable[str]) -> Meant:
    """Return which fact a result is, by the fact of its code and by its names.

    >>> meant("fpg", ["空腹血糖(mmol/L)"]), meant("fpg", ["餐后2小时血糖"]).other, meant("fpg", ["FBG", "葡萄糖"])
    (Meant(fact='fpg', other=None, arm=None), 'pg2h_meal', Meant(fact='fpg', other=None, arm=None))
    >>> meant("pg2h_ogtt", ["餐后2小时血糖"]).fact, meant("sbp_24h", ["收缩压"]).other, meant("ldl", ["目标血脂"]).other
    ('pg2h_meal', None, 'goal')
    """
    arm = None
    for name in names:
        named = _named(name)
        if named is None or named == fact or named in SAMPLED.get(fact, ()):
            continue
        if fact[:4] in PRESSURES and named[:4] == fact[:4]:
            arm = named[4:] if named[4:] in ("left", "right") else arm
        elif named in REFINED.get(fact, ()) and fact[:4] not in PRESSURES:
            fact = named
        else:
            return Meant(fact, named)
    return Meant(fact, arm=arm)


@lru_cache(2048)
def _named(name: str) -> str | None:
    found = called(name, book())
    return GOAL if found.goal else found.reads

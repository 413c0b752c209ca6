"""What the rules say of starting a drug that is being ordered: whoever is about to get it is a patient on that drug.

Rules are asked twice: of the chart as it stands, and of the chart as it is when the drafts are signed. What holds as it
stands holds; beside it counts what holds of somebody who takes the drug (a dose to lower, a drug for diabetes where no
diabetes is recorded), and what may hold: an advice that is held back until the drug is chosen waits no longer where it
would forbid it. A question about the effects of this very drug is none before the first dose.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from sangao.adapters.service.cds.offered import ORDER, Indicator
from sangao.adapters.service.cds.viewing import Seen, View
from sangao.engine.explain import later
from sangao.engine.pack import ir
from sangao.engine.run.advice import about_drugs
from sangao.engine.run.permission import Permission, State, permission
from sangao.engine.truth import FALSE, TRUE

FORBIDDING: Final = frozenset({"contraindicated", "stop", "avoid"})
LIMITS: Final[Mapping[str, Indicator]] = {
    "contraindicated": "critical",
    "stop": "critical",
    "avoid": "warning",
    "reduce": "warning",
    "caution": "warning",
}
"""What a limit on an ordered drug is worth, the strictest first; what is allowed makes no card."""


@dataclass(frozen=True, slots=True)
class Limit:
    """The strictest that may hold of starting a drug: whether it is certain, the advice it rests on, of which chart.

    `at_least`: what is certain where the strictest is not; `taken`: it holds of whoever takes the drug.
    """

    start: str
    certain: bool
    at_least: str | None
    ids: tuple[str, ...]
    seen: Seen
    taken: bool

    @property
    def indicator(self) -> Indicator:
        """Return the colour: of what only may hold one less, but never less than that of what is certain."""
        if self.certain:
            return LIMITS[self.start]
        lesser: Indicator = "warning" if LIMITS[self.start] == "critical" else "info"
        return max(lesser, LIMITS.get(self.at_least or "", lesser), key=ORDER.index)


def limit(view: View, seen: Seen, signed: Seen, classes: Sequence[str], own: Sequence[str]) -> Limit | None:
    """Return the strictest the rules say of starting a drug of these classes, None when nothing limits it.

    `seen`: the chart as it stands; `signed`: with the drug; `own`: the facts that the drug itself states.
    """
    kinds = view.pack.compiled.dictionary.classes
    told = list(_told(view, seen, signed, frozenset(own)))
    taken = {state[0] for state, later_on in told if later_on}
    states = about_drugs([state for state, _ in told])
    found = [(drug, one) for drug in classes if (one := permission(drug, states, kinds)).start in LIMITS]
    if not found:
        return None
    drug, worst = min(found, key=lambda one: (_rank(one[1].start), one[1].sure_start != one[1].start))
    start = str(worst.start)
    certain = worst.sure_start == start
    ids = _deciding(worst, drug, states, kinds, certain)
    ids = [one for one in ids if (one in taken) == (ids[0] in taken)]  # the reasons of one chart
    sure = min((one.sure_start for _, one in found if one.sure_start in LIMITS), key=_rank, default=None)
    hypothetical = ids[0] in taken
    return Limit(start, certain, None if certain else sure, tuple(ids), signed if hypothetical else seen, hypothetical)


def _rank(start: str | None) -> int:
    return list(LIMITS).index(start or "")


def _deciding(
    worst: Permission, drug: str, states: Sequence[State], kinds: Mapping[str, Sequence[str]], certain: bool
) -> list[str]:
    """Return what a limit rests on: of a certain one only what certainly holds, else first what is to be asked."""
    near = {drug, *kinds.get(drug, ()), *(name for name, held in kinds.items() if drug in held)}
    deciding = [one for one in worst.deciding if one[1].start == worst.start]
    if certain:
        held = [one for one in deciding if one[3] == TRUE]
        beside = [one for one in states if one[3] == TRUE and one[1].drug_class in near and one[1].start == worst.start]
        return [one[0] for one in held or beside]
    return [one[0] for one in sorted(deciding, key=lambda one: one[3] == TRUE)]


def _told(view: View, seen: Seen, signed: Seen, own: frozenset[str]) -> Iterator[tuple[State, bool]]:
    """Yield how every advice about drugs stands for the order, and whether that is so only with the drug."""
    pack = view.pack.compiled
    before, after = later.case_of(view.pack, seen.result.chart), later.case_of(view.pack, signed.result.chart)
    for one in pack.decisions.values():
        form = one.form
        if not isinstance(form, ir.Advice) or one.hidden or not form.drug_class:
            continue
        was, now = before.assumed[one.id], after.assumed[one.id]
        held = form.when_unknown == "hold"
        weighty = form.start in FORBIDDING if held else was == FALSE and not own & view.reads(one.id)
        asked = now not in (TRUE, FALSE) and weighty
        if was != TRUE and (now == TRUE or asked):
            form = replace(form, when_unknown="ask") if held else form
            yield (one.id, form, after.opened[one.id], now), was != now
        else:
            yield (one.id, form, before.opened[one.id], was), False

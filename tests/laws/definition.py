"""The definition, asked of many charts: a decision is worked out once for each set of things it looks at."""

from collections.abc import Mapping
from typing import Any

from sangao.engine.pack import ir
from sangao.engine.run import spec

Pass = Mapping[str, Any]
_MOST = 2_000  # remembered answers per decision: half-filled charts repeat themselves, full ones do not
_EVERY = 250  # one chart in so many is also put to the definition whole, which keeps `reads` and `asks` honest


class Definition:
    """Answers as `spec.evaluate`: a decision depends on what it `reads` and `asks` in both passes, and on no more."""

    def __init__(self, pack: ir.Pack) -> None:
        self.pack = pack
        self.kept: dict[str, dict[tuple[Any, ...], tuple[Any, Any]]] = {one: {} for one in pack.decisions}
        documents = {one: pack.words[one].document for one in pack.decisions if one in pack.words}
        self.brought = frozenset(one for one, document in documents.items() if document not in ("", pack.meta.document))
        self.asked = 0

    def evaluate(
        self, open_values: Pass, assumed_values: Pass, told: tuple[Pass, Pass] | None = None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return what every decision allows, in the open and the assumed pass.

        With `told`, decisions that were brought in from another pack are taken from there: their own pack asks them.
        """
        opened: dict[str, Any] = {}
        assumed: dict[str, Any] = {}
        for decision in self.pack.decisions.values():
            if told is not None and decision.id in self.brought:
                opened[decision.id], assumed[decision.id] = told[0][decision.id], told[1][decision.id]
                continue
            key = (
                *((open_values[one], assumed_values[one]) for one in decision.reads),
                *((opened[one], assumed[one]) for one in decision.asks),
            )
            kept = self.kept[decision.id]
            found = kept.get(key)
            if found is None:
                found = (
                    spec.form_of(decision, spec.Env(open_values, opened)),
                    spec.assume(self.pack, decision, open_values, assumed_values, assumed),
                )
                if len(kept) < _MOST:
                    kept[key] = found
            opened[decision.id], assumed[decision.id] = found
        self.asked += 1
        if told is None and self.asked % _EVERY == 1:
            assert (opened, assumed) == spec.evaluate(self.pack, open_values, assumed_values)
        return opened, assumed

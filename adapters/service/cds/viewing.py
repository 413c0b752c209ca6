"""A pack as one service sees it: cut down to what the service shows, so that a call works out nothing else.

What takes long to work out and depends only on what the rules read (missing sets, released assumptions) is remembered:
charts look alike, and a set of twenty facts is searched once.
"""

import threading
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Any, Final
from weakref import WeakKeyDictionary

from sangao.adapters.service.cds.again import Again
from sangao.adapters.service.cds.alike import Told, teller
from sangao.adapters.service.cds.offered import Service, Show, offer
from sangao.adapters.service.settings import Shown
from sangao.engine.answer import Answer, Missing, Result
from sangao.engine.chart import Chart
from sangao.engine.errors import Problem, SangaoError, Span
from sangao.engine.explain import argument, nearest
from sangao.engine.explain import later as explained
from sangao.engine.guide import Pack
from sangao.engine.pack import ir
from sangao.engine.run.cones import cone
from sangao.engine.run.decided import with_later
from sangao.engine.run.narrowed import narrowed
from sangao.engine.truth import FALSE, TRUE, UNKNOWN

REMEMBERED: Final = 1 << 14
SEARCHED: Final = frozenset({"missing", "ask_first", "assumed"})


@dataclass(frozen=True, slots=True)
class Seen:
    """One chart through a view: the answers shown, the whole result, what is known of the diagnoses on record."""

    answers: Mapping[str, Answer]
    result: Result
    recorded: Mapping[str, int]


class View:
    """A pack cut down to a service. Immutable but for what it remembers; safe to share between threads."""

    def __init__(self, pack: Pack, service: Service, shown: Shown) -> None:
        only = set(shown.decisions)
        self.service = service
        self.shows: tuple[Show, ...] = tuple(
            one for one in service.shows if one.decision in pack.decisions and (not only or one.decision in only)
        )
        self.shows += tuple(
            Show(name, _all_marked(pack, name))
            for name in shown.decisions
            if name in pack.decisions and all(name != one.decision for one in service.shows)
        )
        self._records = tuple(
            dict.fromkeys(fact for show in self.shows for fact in (*show.on_record, *show.off_record))
        )
        self.pack = pack if service.advice else Pack(_cut(pack.compiled, self.shows, self._records), pack.hash)
        self._found: dict[Any, Any] = {}
        self.again = Again()

    def see(self, chart: Chart) -> Seen:
        """Return what this view answers to a chart."""
        result = self.pack.decide_all(chart)
        answers = {one.decision: self._remembering(result[one.decision], chart) for one in self.shows}
        known = self.pack.admit(chart).assumed
        return Seen(answers, result, {fact: known.get(fact, UNKNOWN) for fact in self._records})

    def forget(self, chart: Chart) -> None:
        """Let go what was worked out for a chart that nobody asks again.

        It refers to the admitted chart, which refers to it: left as they are, only the collector would ever find them,
        and a hundred calls later every thread would wait for it.
        """
        self.pack.admit(chart).worked.clear()

    def _remembering(self, answer: Answer, chart: Chart) -> Answer:
        later = answer.later
        if later is None:
            return answer
        values = self._read(answer.decision, chart)

        def remembered(decision: str, what: str) -> Any:
            if what == "needs":
                return self._needs(decision, chart)
            if what == "because":
                return self._because(decision, chart, values)
            if what not in SEARCHED:
                return later(what)
            return self._once((decision, what, values), lambda: later(what))

        return with_later(answer, remembered)

    def _needs(self, decision: str, chart: Chart) -> Any:
        """Return the days still needed, without looking for the windows of a decision again for every chart."""
        one = self.pack.compiled.decisions[decision]
        windows = self._once((decision, "wanted"), lambda: nearest.wanted(self.pack.compiled, one))
        return nearest.needs(explained.case_of(self.pack, chart), one, windows)

    def _because(self, decision: str, chart: Chart, values: Told) -> Any:
        """Return the argument: the rules that decided are the same for charts that are alike, their data are not."""
        worked = self.pack.admit(chart).worked  # a card reads it twice
        key = (decision, "because")
        if key not in worked:
            one, case = self.pack.compiled.decisions[decision], explained.case_of(self.pack, chart)
            found = self._once((decision, "because", values), lambda: argument.argued(case, one))
            worked[key] = argument.because(case, one, found)
        return worked[key]

    def missing(self, decision: str, chart: Chart) -> Missing:
        """Return the smallest sets of blank facts that would settle a decision or an advice."""
        one = self.pack.compiled.decisions[decision]
        key = (decision, "missing", self._read(decision, chart))
        found: Missing = self._once(key, lambda: explained.missing(self.pack, one, chart))
        return found

    def reads(self, decision: str) -> frozenset[str]:
        """Return the facts a decision or an advice rests on."""
        found: frozenset[str] = self._once((decision, "reads"), lambda: self._facts(decision))
        return found

    def _facts(self, decision: str) -> frozenset[str]:
        leaves, _ = cone(self.pack.compiled, decision)
        return frozenset(fact for leaf in leaves for fact in (leaf, *self.pack.compiled.leaves[leaf].facts))

    def _read(self, decision: str, chart: Chart) -> Told:
        """Return what tells this chart from others for a decision."""
        admission = self.pack.admit(chart)
        told = self._once((decision, "teller"), lambda: teller(self.pack.compiled, decision))
        found: Told = told(admission.open, admission.assumed)
        return found

    def _once(self, key: Any, work: Callable[[], Any]) -> Any:
        found = self._found
        if key not in found:
            if len(found) >= REMEMBERED:
                self._found = found = {}
            found[key] = work()
        return found[key]


class Views:
    """The views of every pack that serves, each made once; a pack that is gone takes its views along."""

    def __init__(self, shown: Mapping[str, Shown]) -> None:
        unknown = sorted(shown.keys() - offer().services.keys())
        if unknown:
            found = [Problem("service.unknown_setting", parts={"name": f"services.{one}"}) for one in unknown]
            raise SangaoError(found, usage=True)
        self._shown = shown
        self._lock = threading.Lock()
        self._views: WeakKeyDictionary[Pack, dict[str, View]] = WeakKeyDictionary()

    def check(self, packs: Collection[Pack], file: str) -> None:
        """Raise SangaoError (`service.decision_not_served`) for decisions of the settings that none of the packs has.

        `file` names the settings. Called when everything that is served has loaded: a misspelt decision would be shown
        to nobody, and nobody would miss it.
        """
        known = sorted({name for pack in packs for name in pack.decisions})
        lost = [(service, one) for service, shown in self._shown.items() for one in shown.decisions if one not in known]
        if lost:
            told = [
                {"name": f"services.{service}.decisions", "decision": one, "nearest": _nearest(one, known)}
                for service, one in lost
            ]
            raise SangaoError([Problem("service.decision_not_served", Span(file), one) for one in told], usage=True)

    def pack_of(self, service: Service) -> str | None:
        """Return the name of the pack that the settings give a service, None for the default of the tenant."""
        return self._shown.get(service.id, Shown()).pack or None

    def view(self, pack: Pack, service: Service) -> View:
        """Return a pack as a service sees it."""
        with self._lock:
            views = self._views.setdefault(pack, {})
            found = views.get(service.id)
            if found is None:
                found = views[service.id] = View(pack, service, self._shown.get(service.id, Shown()))
        return found

    def warm(self, pack: Pack, service: Service) -> None:
        """Write and compile the programs of a view, so that the first patient does not wait for them."""
        view = self.view(pack, service)
        empty = Chart.of()
        listed = Chart.of(conditions=[], medications=[], symptoms=[], family_history=[])
        for chart in (empty, listed):
            seen = view.see(chart)
            for answer in seen.answers.values():
                assert answer.because is not None


def _nearest(name: str, known: list[str]) -> str:
    return next(iter(get_close_matches(name, known, 1, 0.4)), "—")


def _cut(pack: ir.Pack, shows: tuple[Show, ...], records: tuple[str, ...]) -> ir.Pack:
    """Return the pack with what is shown, and with the leaves that tell which diagnoses stand on the record."""
    cut = narrowed(pack, [one.decision for one in shows])
    wanted = {*cut.leaves, *records}
    return replace(cut, leaves={name: leaf for name, leaf in pack.leaves.items() if name in wanted})


def _all_marked(pack: Pack, decision: str) -> dict[str, Any]:
    """Return marks for a decision that only the settings name: every outcome is worth telling."""
    return {code: "info" for code in pack.compiled.decisions[decision].outcome.codes} | {"*": "info"}


def stands(seen: Seen, facts: tuple[str, ...]) -> int:
    """Return whether any of these diagnoses stands on the record: certainly, certainly none, or not known."""
    known = [seen.recorded[fact] for fact in facts]
    if TRUE in known:
        return TRUE
    return FALSE if all(one == FALSE for one in known) else UNKNOWN

"""A pack ready to be asked: the object a host holds.

>>> pack = load("htn_guideline_2018")
>>> pack.decide("htn.grade", Chart.of({"dbp_office": 112}, on="2025-03-09")).value
'grade3'
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sangao.engine.answer import Answer, Result
from sangao.engine.chart import Chart
from sangao.engine.errors import Problem, fail
from sangao.engine.pack import canon, ir, kept
from sangao.engine.run import advice
from sangao.engine.run.admit import BOTH, Admission, Admitter
from sangao.engine.run.decided import Decided, Later, with_later
from sangao.engine.run.pathway import Progress, progress
from sangao.engine.run.rows import compile_rows

if TYPE_CHECKING:
    from sangao.engine.passes.differing import Compared

Source = str | Path
KEPT = 64  # admissions kept, so that asking one chart several questions admits it once


class Pack:
    """One compiled edition, immutable and safe to share between threads; nothing is global.

    `compiled` is the frozen form (`sangao.engine.pack.ir`), `id`, `edition` and `hash` name it in every result.
    """

    def __init__(self, compiled: ir.Pack, hash: str = "") -> None:
        self.compiled = compiled
        self._hash = hash  # where it is known: of a saved pack
        self._admitted: dict[int, tuple[Chart, Admission]] = {}

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel to another process, or into a copy, as what `save` writes; what was worked out stays behind."""
        return _arrived, (canon.dumps(self.compiled), self.hash)

    @property
    def id(self) -> str:
        """Return the pack's id."""
        return self.compiled.meta.id

    @property
    def edition(self) -> str:
        """Return the edition the pack follows."""
        return self.compiled.meta.edition

    @cached_property
    def hash(self) -> str:
        """Return the SHA-256 of the pack's meaning."""
        return self._hash or canon.pack_hash(self.compiled)

    @cached_property
    def _admit(self) -> Admitter:
        return Admitter(self.compiled)

    @cached_property
    def _adviser(self) -> advice.Adviser:
        return advice.Adviser(self.compiled)

    @cached_property
    def rows(self) -> Any:
        """Return the generated runner of this pack."""
        return compile_rows(self.compiled)

    @cached_property
    def decisions(self) -> tuple[str, ...]:
        """Return the ids of the decisions a host may ask, in order; advice is given by `decide_all`."""
        found = self.compiled.decisions.values()
        return tuple(one.id for one in found if not one.hidden and not isinstance(one.form, ir.Advice))

    def sited(self, settings: Mapping[str, str]) -> "Pack":
        """Return this pack at a place with its own settings (site fact → checked value); its runner is shared."""
        made = Pack(replace(self.compiled, settings={**self.compiled.settings, **settings}))
        made.rows, made._admit = self.rows, self._admit.sited(made.compiled)  # a setting is only read as a fact
        return made

    def admit(self, chart: Chart) -> Admission:
        """Return what the chart gives the leaves of this pack; one chart is admitted once."""
        kept = self._admitted.get(id(chart))
        if kept is not None and kept[0] is chart:
            return kept[1]
        if not isinstance(chart, Chart):
            raise fail("host.not_a_chart", usage=True)
        admission = self._admit(chart)
        kept_now = list(self._admitted)  # in one step: other threads change it meanwhile
        for old in kept_now[: max(0, len(kept_now) + 1 - KEPT)]:
            self._admitted.pop(old, None)
        self._admitted[id(chart)] = (chart, admission)
        return admission

    def decision(self, name: str) -> ir.Decision:
        """Return a compiled decision. Raises SangaoError (`host.unknown_decision`) with the nearest name."""
        try:
            found = self.compiled.decisions.get(name)
        except TypeError:  # a list of names
            found = None
        if found is None:
            near = get_close_matches(str(name), list(self.compiled.decisions), 1, 0.4)
            raise fail("host.unknown_decision", usage=True, pack=self.id, name=name, nearest=near[0] if near else "—")
        return found

    def decide(self, name: str, chart: Chart) -> Answer:
        """Answer one decision. Raises SangaoError for an unknown decision; never for what a chart holds."""
        decision = self.decision(name)
        admission = self.admit(chart)
        opened, assumed = self.rows.decide(name, admission.open, admission.assumed)
        return with_later(self.rows.tell(decision.id, opened, assumed), self._later(chart))

    def decide_all(self, chart: Chart) -> Result:
        """Answer every decision, with the advice that follows, what to ask next, and the problems of the chart."""
        admission = self.admit(chart)
        opened, assumed = admission.worked[BOTH] = self.rows.evaluate(admission.open, admission.assumed)
        found = Decided(self.decisions, opened, assumed, self.rows.tell, self._later(chart))
        given = self._adviser.listed(opened, assumed)
        return Result(self, chart, found, given, admission.problems)

    def pathway(self, name: str, chart: Chart) -> Progress:
        """Return where a patient stands on a pathway. Raises SangaoError (`host.unknown_pathway`)."""
        found = self.compiled.pathways.get(name) if isinstance(name, str) else None
        if found is None:
            raise fail("host.unknown_pathway", usage=True, name=name, known="、".join(self.compiled.pathways) or "—")
        return progress(found, lambda decision: self.decide(decision, chart), chart.on)

    def stratify(
        self,
        batch: Any,
        decisions: Sequence[str],
        *,
        on: str | date | None = None,
        on_column: str | None = None,
        key: str | None = None,
        lists: Sequence[str] = (),
        complete: Sequence[str] = (),
        threads: int | None = None,
    ) -> Any:
        """Answer decisions for every row of anything that speaks Arrow, as a `pyarrow.Table`, exactly as `decide` does.

        Columns are named after facts (or a synonym), numbers stand in the fact's unit, null is blank, a truth of a list
        is a statement; every value is of the day `on`, or of the day that its row names in `on_column` (a row without
        one is not answered: null throughout). `lists` were delivered for every row, `complete` ones with
        nothing left out. `key` names the person key, which comes first; without it rows are numbered. Needs the extra
        `arrow`. Raises SangaoError for an unknown decision or list, a source that does not speak Arrow, and a decision
        that no column can feed while some column is not known.
        """
        for one in decisions:
            self.decision(one)
        try:
            from sangao.engine.run import stratified
        except ImportError as error:
            if error.name is None or error.name.partition(".")[0] not in ("numpy", "pyarrow"):
                raise
            raise fail("table.no_extra", usage=True, name="arrow") from error
        day = on_column or Chart.of(on=on).on
        delivered = {"lists": tuple(lists), "complete": tuple(complete), "on": day, "threads": threads}
        return stratified.stratified(self.compiled, self.hash, batch, list(dict.fromkeys(decisions)), key, **delivered)

    def problems(self, chart: Chart) -> tuple[Problem, ...]:
        """Return what of the chart could not be used as it stands."""
        return self.admit(chart).problems

    def explain(self, answer: Answer, lang: str = "zh") -> str:
        """Return the argument for an answer as short text in `zh` or `en`. Raises SangaoError for any other language,
        and for what is no answer of this pack."""
        from sangao.engine.explain import words

        try:
            return words.text(self, answer, lang)
        except (AttributeError, KeyError, TypeError):
            if lang not in ("zh", "en"):
                raise fail("host.unknown_language", usage=True, name=str(lang)) from None
            if not isinstance(answer, Answer) or answer.decision not in self.compiled.decisions:
                raise fail("host.not_an_answer", usage=True, pack=self.id) from None
            raise

    def ask(self, result: Result) -> tuple[dict[str, Any], ...]:
        """Return what to ask next over all decisions of a result."""
        from sangao.engine.explain import result as shaped

        return shaped.ask(self, result)

    def result_json(self, result: Result) -> dict[str, Any]:
        """Return a result in the shape of `sangao.result/1`."""
        from sangao.engine.explain import result as shaped

        return shaped.to_dict(self, result)

    def save(self, path: Source) -> str:
        """Write the pack as one `.sangao` file that executes nothing when opened; return its hash."""
        return canon.save(self.compiled, Path(path))

    def _later(self, chart: Chart) -> Later:
        def later(decision: str, what: str) -> Any:
            from sangao.engine.explain import later as explained

            return explained.later(self, self.compiled.decisions[decision], chart, what)

        return later


def _arrived(data: bytes, hash: str) -> Pack:
    return Pack(canon.loads(data), hash)


def load(
    source: Source | Sequence[Source] = "sangao_national",
    *,
    settings: Mapping[str, str] | None = None,
    overlays: Sequence[Source] = (),
) -> Pack:
    """Open a pack: the name of a shipped guideline, a folder, a saved `.sangao` file, or a list of folders.

    `settings` gives values to site settings (fact id → value); `overlays` names local changes, shipped ones by name,
    others by file. Raises SangaoError with all problems at once; an overlay that breaks a promise is one.
    """
    many = [source] if isinstance(source, str | Path) else list(source) if isinstance(source, Iterable) else []
    if not many or not all(isinstance(one, str | Path) for one in many):
        raise fail("host.not_a_source", usage=True)
    saved = [one for one in many if str(one).endswith(".sangao") or (Path(one).is_file())]
    if saved and len(many) == 1:
        if overlays:
            raise fail("host.overlay_on_saved", usage=True)
        return Pack(*canon.opened(Path(many[0])))
    return Pack(compiled(many, settings or {}, [kept.overlay(one) for one in overlays]))


def compiled(sources: Iterable[Source], settings: Mapping[str, str], overlays: Sequence[Path] = ()) -> ir.Pack:
    """Return the compiled form of guideline folders, kept from an earlier run where nothing has changed.

    Authoring parts are imported only when something has to be compiled.
    """
    names = [str(one) for one in sources]

    def make() -> ir.Pack:
        from sangao.engine import passes

        folders = [passes.find_folder(one) for one in names]
        if len(folders) == 1:
            return passes.compile_folder(folders[0], settings=settings, overlays=overlays)
        return passes.compile_folders(folders, settings=settings, overlays=overlays)

    found = [kept.shipped(one) for one in names]
    here = [one for one in found if one is not None]
    return kept.kept(here, settings, make, overlays) if len(here) == len(found) else make()


def diff(
    first: Source | Pack, second: Source | Pack, decisions: Sequence[str] = (), *, opened: bool = False
) -> "Compared":
    """Return what two packs answer differently.

    Every decision that both have is compared, or those named and what they rest on. The regions of a rule are disjoint
    boxes, together complete, over what it reads and asks; `opened`, over what is read of a chart. Raises SangaoError
    for a pack or a decision that is not there.
    """
    from sangao.engine.passes import differing

    one, other = (pack if isinstance(pack, Pack) else load(pack) for pack in (first, second))
    for name in decisions:
        one.decision(name), other.decision(name)
    return differing.compare(one.compiled, other.compiled, tuple(decisions), opened)

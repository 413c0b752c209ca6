"""From a path to a pack: read, compose, declare, then the steps."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from sangao.engine.errors import Problem, SangaoError, Span
from sangao.engine.pack import ir
from sangao.engine.passes import checks, steps
from sangao.engine.passes import overlays as overlay
from sangao.engine.passes.facts import dictionary, fits, guard, occasion_rules, spellings, wanted
from sangao.engine.passes.find import beside, find_folder
from sangao.engine.passes.formulas import check_formulas
from sangao.engine.passes.uses import Reading, scope_of, together
from sangao.engine.passes.work import Scope, Work, nearest
from sangao.engine.rules.folder import Shared, read_shared
from sangao.engine.rules.overlay import OverlayDoc

UNKNOWN = frozenset({"meaning.unknown_name", "meaning.unknown_decision", "meaning.unknown_item", "meaning.not_in_pack"})


def compiled(
    paths: Sequence[Path],
    shared: Path | None,
    settings: dict[str, str],
    search: tuple[str | Path, ...],
    overlays: Sequence[Path] = (),
) -> ir.Pack:
    """Return the pack of one folder, or of several side by side; raises `SangaoError` with every problem, by place."""
    local = overlay.read(overlays)
    folders = [path.resolve() if (path / "pack.yaml").is_file() else find_folder(path, search) for path in paths]
    reading = Reading(lambda name, parent: beside(name, parent, search))
    common, problems = read_shared(_shared(folders[0], shared))
    root = scope_of(folders[0], reading) if len(folders) == 1 else together(folders, reading)
    if root is None or any(one.severity == "error" for one in problems) or _rootless(reading):
        _stop([*problems, *reading.problems])
    assert root is not None
    work = declared(root, common, settings, local)
    for step in steps():
        work = step(work)
    found = work.problems
    if reading.broken:  # a name may be unknown only because its file could not be read
        found = [one for one in found if one.code not in UNKNOWN]
    _stop([*reading.problems, *found])
    pack = _packed(work)
    if local:  # a national promise that an overlay breaks, a gap or a tie that it opens: it does not load
        _stop(checks.check(pack))
    return pack


def _rootless(reading: Reading) -> bool:
    """Without pack.yaml and params.yaml nothing else can be judged."""
    return any(file.rpartition("/")[2] in ("pack.yaml", "params.yaml") for file in reading.broken)


def _shared(path: Path, shared: Path | None) -> Path:
    if shared is not None:
        return shared
    own = path.parent / "shared"
    return own if own.is_dir() else find_folder_of_facts()


def find_folder_of_facts() -> Path:
    """Return our own shared folder."""
    import sangao.guidelines

    return Path(next(iter(sangao.guidelines.__path__))) / "shared"


def _stop(problems: Iterable[Problem]) -> None:
    """Raise when something is wrong; warnings alone stop nobody."""
    found = sorted(dict.fromkeys(map(_Once, problems)), key=lambda one: one.key)
    if any(one.problem.severity == "error" for one in found):
        raise SangaoError([one.problem for one in found])


class _Once:
    """A problem that equals itself by place and code, for problems hold mappings."""

    def __init__(self, problem: Problem) -> None:
        where = problem.where
        self.problem = problem
        parts = tuple(sorted((key, str(value)) for key, value in problem.parts.items()))
        self.key = (where.file, where.line, where.column, problem.code, parts)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Once) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)


def declared(root: Scope, shared: Shared, settings: dict[str, str], local: Sequence[OverlayDoc] = ()) -> Work:
    """Return the work with its dictionary: facts, occasion rules of every scope, guards, formulas, site settings."""
    rows = {str(id): doc for id, doc in shared.rows.items()}
    work = Work(root, dictionary(shared), shared.sources, rows, settings, tuple(map(overlay.of, local)))
    overlay.overlaid(local, root, work)
    work.synonyms = spellings(work.dictionary.facts)
    scopes = dict.fromkeys([root, *(entry.scope for entry in root.names.values())])
    pending = list(scopes)
    while pending:
        scope = pending.pop()
        for entry in scope.names.values():
            if entry.scope not in scopes:
                scopes[entry.scope] = None
                pending.append(entry.scope)
    for scope in scopes:
        occasion_rules(scope, work)
    work.groups = dict(work.dictionary.groups)
    work.dictionary.groups.update(root.rules)
    for scope in scopes:
        check_formulas(scope, work)
        _names_apart(scope, work)
    work.visible = {entry for entry in root.names.values() if not entry.inner}
    for name, entry in root.names.items():
        work.named.setdefault(entry, name)
    _settings(work)
    return guard(work, shared)


def _names_apart(scope: Scope, work: Work) -> None:
    for name, entry in scope.names.items():
        if name in work.dictionary.facts:
            work.report("meaning.two_things", entry.doc.id, name=name)


def _settings(work: Work) -> None:
    facts = work.dictionary.facts
    for id in work.settings:
        if id not in facts or not facts[id].site:
            sites = [fact.id for fact in facts.values() if fact.site]
            work.report("meaning.unknown_setting", Span(), name=id, nearest=nearest(id, sites))
        elif not fits(facts[id], work.settings[id]):
            work.report("meaning.setting_value", Span(), name=id, wanted=wanted(facts[id]))


def _packed(work: Work) -> ir.Pack:
    pack = work.root.pack
    follows = pack.follows
    meta = ir.Meta(
        str(pack.pack),
        str(pack.edition),
        str(pack.family),
        str(pack.title.zh),
        str(pack.title.en),
        pack.origin,
        str(pack.document),
        str(pack.dates.start),
        str(pack.dates.until) if pack.dates.until is not None else None,
        pack.advice_budget,
        str(follows.zh) if follows is not None else "",
        str(follows.en) if follows is not None else "",
        pack.experimental,
        work.overlays,
    )
    named = {
        meta.document,
        *(one.document for one in work.overlays),
        *(words.document for words in work.words.values()),
    }
    named |= {citation.document for citation in work.citations.values()}
    documents = {str(key): (str(doc.zh), str(doc.en)) for key, doc in work.sources.items() if str(key) in named}
    return ir.Pack(
        meta,
        work.dictionary,
        work.leaves,
        work.decisions,
        work.settings,
        {fact: expr for fact, expr in work.guards.items()},
        work.contradictions,
        work.words,
        work.citations,
        documents,
        work.params,
        tuple(work.promises),
        tuple(work.cases),
        work.measures,
        work.pathways,
        tuple(work.questions),
    )

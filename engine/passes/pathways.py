"""Pathways: written out as decisions when they are read, put together again as one noun when these are lowered."""

from sangao.engine.pack import ir
from sangao.engine.passes.lower import condition
from sangao.engine.passes.order import decision
from sangao.engine.passes.resolve import Here
from sangao.engine.passes.work import Entry, Scope, Work
from sangao.engine.quantity import Span, parse_span
from sangao.engine.rules.pathways import PathwayDoc
from sangao.engine.rules.unfolded import inner, unfolded


def add(scope: Scope, doc: PathwayDoc, adopted: bool) -> list[str]:
    """Bring a pathway and its decisions into a scope; return their ids. What the scope decides itself stays."""
    scope.pathways[str(doc.id)] = (doc, scope)
    hidden, found = inner(doc), []
    for part in unfolded(doc):
        id = str(part.id)
        found.append(id)
        scope.names.setdefault(id, Entry(part, scope, adopted, id in hidden))
    return found


def pathway(work: Work) -> Work:
    """Keep the pathways of the pack whose decisions could be lowered, and name their roles."""
    for name, (doc, scope) in work.root.pathways.items():
        with work.going_on():
            made = _made(name, doc, scope, work)
            work.pathways[name] = made
            for role, words in doc.roles.items():
                work.words[f"{name}#{role}"] = ir.Words(str(words.zh), str(words.en), place=str(words.span))
    return work


def _made(name: str, doc: PathwayDoc, scope: Scope, work: Work) -> ir.Pathway:
    def lowered(part: str) -> str:
        return decision(scope.names[part], work).id

    here = Here(work, scope, doc.let)
    states = tuple(
        ir.State(
            str(id),
            tuple(ir.Step(str(to), condition(step.when, here), step.back) for to, step in state.to.items()),
            state.terminal,
            state.refers,
            state.returns,
        )
        for id, state in doc.states.items()
    )
    work.promised.update(here.reads)  # what only a step back reads is read all the same
    where = {task: id for id, state in doc.states.items() for task in state.tasks}
    tasks = tuple(
        ir.Task(
            str(task),
            str(where[task]),
            lowered(f"{doc.id}.{task}"),
            lowered(f"{doc.id}.{task}.due"),
            tuple(map(str, one.who)),
        )
        for task, one in doc.tasks.items()
    )
    return ir.Pathway(
        lowered(str(doc.id)),
        str(doc.first),
        states,
        tasks,
        lowered(f"{doc.id}.next") if tasks else "",
        lowered(f"{doc.id}.next.due") if tasks else "",
        tuple(map(str, doc.links or doc.tasks)),
        tuple((str(one), lowered(f"{doc.id}.executed.{one}")) for one in doc.executed),
        _longest(doc, work),
    )


def _longest(doc: PathwayDoc, work: Work) -> Span | None:
    if doc.longest is None:
        return None
    found = parse_span(str(doc.longest))
    if found is None:
        raise work.fail("language.span", doc.longest, found=doc.longest)
    return found

"""A pathway written out as ordinary decisions, so that every runner, check and explanation knows what it means.

Of pathway `p` with tasks `t` come: `p` (the state), per task `p.t.due` (a date) and `p.t` (done in time, late, not yet,
not at all), `p.next.due` and `p.next` (what falls due first), `p.executed.<profile>`. What the author wrote keeps its
place; what stands here is said once for every pathway.
"""

from collections.abc import Iterable

from sangao.engine.rules.forms import DecisionDoc, DefaultDoc, ExceptionDoc, RuleDoc
from sangao.engine.rules.making import (
    made_decision,
    made_default,
    made_exception,
    pathway_title,
    placed,
    task_title,
    words,
)
from sangao.engine.rules.pathways import NONE, ExecutedDoc, PathwayDoc, TaskDoc
from sangao.engine.rules.telling import DUE, WAITING, told, told_executed
from sangao.engine.rules.text import Text

NEVER = '"9999-12-31"'
STATUS: dict[str, tuple[str, str]] = {
    "not_reached": ("未到此步", "not reached"),
    "not_yet_due": ("未到期", "not yet due"),
    "done_in_time": ("按期完成", "done in time"),
    "done_late": ("逾期完成", "done late"),
    "not_done": ("逾期未完成", "overdue, not done"),
}
VERDICT: dict[str, tuple[str, str]] = {
    "open": ("尚未到期", "still open"),
    "not_executed": ("未执行", "not executed"),
    "executed": ("已执行", "executed"),
}


def unfolded(doc: PathwayDoc) -> tuple[RuleDoc, ...]:
    """Return the decisions that a sound pathway stands for."""
    found: list[RuleDoc] = [state(doc)]
    for name, task in doc.tasks.items():
        found += [due(doc, name, task), status(doc, name, task)]
    if doc.tasks:
        found += [*opened(doc), next_due(doc), next_step(doc)]
    found += [executed(doc, name, way) for name, way in doc.executed.items()]
    return tuple(found)


def inner(doc: PathwayDoc) -> frozenset[str]:
    """Return the ids of decisions that serve the others and are not shown."""
    return frozenset(f"{doc.id}.{name}.open" for name in doc.tasks)


# --- the state --------------------------------------------------------------------------------------------------------
def state(doc: PathwayDoc) -> DecisionDoc:
    """The walk from the first state: each step is an exception to the states it leads out of."""
    labels = {(source, to): _label(doc, source, to) for source in doc.states for to in doc.forward(source)}
    exceptions: dict[Text, ExceptionDoc] = {}
    for (source, to), label in labels.items():
        step = doc.states[source].to[to]
        above = ["default"] if source == doc.first else [one for (_, end), one in labels.items() if end == source]
        over = [labels[source, beaten] for beaten in step.over]
        exceptions[label] = made_exception(step, step.when, to, above=above, over=over)
    first = doc.states[doc.first]
    default = placed(DefaultDoc(then=doc.first, cite=first.cite, about=first.about, says=first.says), first.span)
    return made_decision(
        doc,
        str(doc.id),
        doc.title,
        order=tuple(doc.states),
        names={name: one.name for name, one in doc.states.items()},
        default=default,
        exceptions=exceptions,
        must_ask=doc.must_ask,
        cite=doc.cite,
        about=doc.about,
        promises=doc.promises,
        never=doc.never,
        cases=doc.cases,
        when_unknown=doc.when_unknown,
    )


def _label(doc: PathwayDoc, source: Text, to: Text) -> Text:
    """A step is called after where it leads; where several lead there, after where it comes from too."""
    many = sum(to in doc.forward(one) for one in doc.states) > 1
    return Text(f"{to}_from_{source}" if many else to, to.span, -1)


# --- tasks ------------------------------------------------------------------------------------------------------------
def due(doc: PathwayDoc, name: Text, task: TaskDoc) -> DecisionDoc:
    """The day a task falls due; `never` while what it runs from has not happened."""
    title = task_title(task, "{0}的截止日", "{0}: due by")
    default = made_default(task, f"min(falls_due, {NEVER})", DUE)
    lets = {**doc.let, Text("falls_due"): task.due}
    return made_decision(doc, f"{doc.id}.{name}.due", title, task, lets, outcomes="date", default=default)


def status(doc: PathwayDoc, name: Text, task: TaskDoc) -> DecisionDoc:
    """Whether a task was done in time, late, not at all, or is not yet due."""
    by, lets = f"{doc.id}.{name}.due", dict(doc.let)
    overdue = f"today > {by}"
    ways: dict[str, tuple[str, str, list[str]]] = {"overdue": (overdue, "not_done", [])}
    kept = ""
    if task.missed is not None:
        lets[Text("it_is_missed")] = task.missed
        ways["missed"], kept = ("it_is_missed", "not_done", []), " and not it_is_missed"
    if task.done is not None:
        lets[Text("date_done")] = task.done
        done = "date_done <= today" + kept
        if task.evidence is not None:
            lets[Text("evidence_complete")] = task.evidence
            done += " and evidence_complete"
        own = done
        if task.since is not None:
            lets[Text("date_begun")] = task.since
            own += " and date_done >= date_begun"
        ways["in_time"] = f"{own} and date_done <= {by}", "done_in_time", ["overdue"]
        ways["late"] = f"{done} and {overdue} and date_done > {by}", "done_late", ["overdue"]
    elif task.met is not None:
        lets[Text("it_is_met")] = task.met
        ways["in_time"] = "it_is_met" + kept, "done_in_time", ["overdue"]
    ways["without"] = f"{by} >= {NEVER}", "not_reached", list(ways)
    if task.applies is not None:
        lets[Text("it_applies")] = task.applies
        ways["without"] = f"not it_applies or {by} >= {NEVER}", "not_reached", list(ways)[:-1]
    exceptions = {
        Text(label, task.span, -1): made_exception(
            task, Text(when, task.due.place(), -1), then, over=over, says=told(task, label)
        )
        for label, (when, then, over) in ways.items()
    }
    default = made_default(task, "not_yet_due", WAITING)
    used = [code for code in STATUS if code == "not_yet_due" or any(then == code for _, then, _ in ways.values())]
    return made_decision(
        doc,
        f"{doc.id}.{name}",
        task.name,
        task,
        lets=lets,
        outcomes=used,
        names={Text(code): words(*STATUS[code]) for code in used},
        default=default,
        exceptions=exceptions,
        when_unknown=words("完成情况未记录", "not recorded"),
    )


# --- what comes next --------------------------------------------------------------------------------------------------
def opened(doc: PathwayDoc) -> Iterable[DecisionDoc]:
    """Per task the day it falls due while it is still to be done, else `never`."""
    for name, task in doc.tasks.items():
        id = f"{doc.id}.{name}"
        then = Text(f"{id}.due", task.span, -1)
        one = made_exception(
            task, Text(f"{id} in {{not_yet_due, not_done}}", task.span, -1), then, says=words("待办", "to do")
        )
        default = placed(DefaultDoc(then=Text(NEVER, task.span, -1), says=words("无待办", "nothing to do")), task)
        title = task_title(task, "{0}的待办日", "{0}: to do by")
        yield made_decision(doc, f"{id}.open", title, outcomes="date", default=default, exceptions={Text("waits"): one})


def next_step(doc: PathwayDoc) -> DecisionDoc:
    """The task that falls due first among those still to be done; of several on one day the first written."""
    names, first = list(doc.tasks), f"{doc.id}.next.due"
    exceptions = {}
    for i, name in enumerate(names):
        own = f"{doc.id}.{name}.open"
        due_first = f" and {own} = {first}" if names[i + 1 :] else ""  # the last one written gives way to all others
        when = Text(f"{own} < {NEVER}{due_first}", name.span, -1)
        says = words(f"最先到期:{doc.tasks[name].name.zh}", f"due first: {doc.tasks[name].name.en}")
        exceptions[name] = made_exception(
            doc.tasks[name], when, name, over=[str(one) for one in names[i + 1 :]], says=says
        )
    nothing = Text(NONE, doc.id.span, -1)
    default = placed(DefaultDoc(then=nothing, says=words("没有待办任务", "nothing to do")), doc)
    return made_decision(
        doc,
        f"{doc.id}.next",
        pathway_title(doc, "{0}:下一步", "{0}: next step"),
        outcomes=[*names, nothing],
        names={name: task.name for name, task in doc.tasks.items()} | {nothing: words("无", "none")},
        default=default,
        exceptions=exceptions,
    )


def next_due(doc: PathwayDoc) -> DecisionDoc:
    """The day the next step falls due, `never` when nothing is to be done."""
    parts = [f"{doc.id}.{name}.open" for name in doc.tasks]
    then = Text(f"min({', '.join(parts)})" if len(parts) > 1 else parts[0], doc.id.span, -1)
    default = placed(DefaultDoc(then=then, says=words("最早的待办日", "the earliest day")), doc)
    return made_decision(
        doc,
        f"{doc.id}.next.due",
        pathway_title(doc, "{0}:下一步期限", "{0}: next step due"),
        outcomes="date",
        default=default,
    )


# --- execution --------------------------------------------------------------------------------------------------------
def executed(doc: PathwayDoc, name: Text, way: ExecutedDoc) -> DecisionDoc:
    """Whether so many links were done in time, or can no longer be."""
    links = [str(one) for one in doc.links or doc.tasks]
    need = len(links) if way.of.at_least is None else way.of.at_least
    at, must = way.span, [str(one) for one in way.must]

    def failed(link: str) -> str:
        late = doc.tasks[Text(link)].done is not None
        return f"{doc.id}.{link} in {{done_late, not_done}}" if late else f"{doc.id}.{link} = not_done"

    def counted(held: Iterable[str]) -> str:
        return f"count({', '.join(held)})"

    in_time = [f"{doc.id}.{link} = done_in_time" for link in links]
    kept = [f"{counted(in_time)} >= {need}", *(f"{doc.id}.{link} = done_in_time" for link in must)]
    lost = [f"{counted(map(failed, links))} >= {len(links) - need + 1}", *map(failed, must)]
    in_time_says, late_says, open_says = told_executed(doc, need, links, must)
    done = made_exception(way, Text(" and ".join(kept), at, -1), "executed", says=in_time_says)
    gone = made_exception(way, Text(" or ".join(lost), at, -1), "not_executed", says=late_says)
    default = made_default(way, "open", (open_says.zh, open_says.en))
    return made_decision(
        doc,
        f"{doc.id}.executed.{name}",
        way.name,
        way,
        outcomes=list(VERDICT),
        names={Text(code): words(*said) for code, said in VERDICT.items()},
        default=default,
        exceptions={Text("executed"): done, Text("not_executed"): gone},
        when_unknown=words("环节记录不全", "the record of the links is incomplete"),
    )

"""What the decisions that a pathway stands for say of themselves: when a task is late, done, not asked for."""

from collections.abc import Iterable

from sangao.engine.rules.leaves import Names
from sangao.engine.rules.making import words
from sangao.engine.rules.pathways import PathwayDoc, TaskDoc
from sangao.engine.rules.text import Text

DUE = ("按起算日和时限推算，起算的事未发生则无", "counted from the day it runs from, none while that has not come")
WAITING = ("未见完成，截止日未过", "not done, and the day it is due has not passed")


def told(task: TaskDoc, way: str) -> Names:
    """Return the condition of a way in which a task can stand: `overdue`, `missed`, `in_time`, `late`, `without`."""
    if way == "overdue":
        return words("截止日已过，未见完成", "the day it is due has passed, not done")
    if way == "missed":
        return words("有漏做，不等到截止日", "something was left out, due or not")
    if way == "without":
        if task.applies is None:
            return words("起算的事未发生", "what it runs from has not happened")
        return words("不需要做，或起算的事未发生", "not called for, or what it runs from has not happened")
    if task.done is None:
        return words("已达到要求", "what is asked for is met")
    zh = "已完成" if task.evidence is None else "已完成且材料齐全"
    en = "done" if task.evidence is None else "done with its evidence"
    if way == "late":
        return words(f"{zh}，晚于截止日", f"{en}, after the day it is due")
    return words(f"{zh}，不晚于截止日", f"{en}, by the day it is due")


def told_executed(doc: PathwayDoc, need: int, links: Iterable[str], must: Iterable[str]) -> tuple[Names, Names, Names]:
    """Return when a person counts as executed, when no longer, and while it is open."""
    total, musts = len(list(links)), [doc.tasks[Text(one)].name for one in must]
    zh, en = f"{total}个环节中至少{need}个按期完成", f"at least {need} of {total} links done in time"
    lost_zh, lost_en = f"至少{total - need + 1}个环节逾期", f"{total - need + 1} or more links late or not done"
    if need == total:
        zh, en = f"{total}个环节均按期完成", f"all {total} links done in time"
        lost_zh, lost_en = "有环节逾期", "a link late or not done"
    if musts:
        named_zh, named_en = "、".join(one.zh for one in musts), ", ".join(one.en for one in musts)
        zh, en = f"{zh}，含{named_zh}", f"{en}, among them {named_en}"
        lost_zh, lost_en = f"{lost_zh}，或其中必做的逾期", f"{lost_en}, or one that must be"
    return (
        words(zh, en),
        words(lost_zh, lost_en),
        words("还有环节未到期，两者都可能", "links are not yet due, it can still be either"),
    )

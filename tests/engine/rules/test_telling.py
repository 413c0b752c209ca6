"""What a task, an execution profile and a measure say of themselves: the condition, not the outcome over again."""

from typing import Any

import pytest

from sangao.engine.errors import Span
from sangao.engine.passes.measures import parts
from sangao.engine.rules.documents import MeasureDoc
from sangao.engine.rules.pathways import PathwayDoc, TaskDoc
from sangao.engine.rules.telling import told, told_executed
from sangao.engine.rules.text import Map, Text
from sangao.engine.rules.unfolded import STATUS

WAYS = ("overdue", "missed", "in_time", "late", "without")


def written(value: Any) -> Any:
    """Return plain data as the reader of a folder hands it on: texts with a place."""
    here = Span("made.yaml", 1, 1)
    if isinstance(value, dict):
        return Map({Text(key, here, -1): written(one) for key, one in value.items()}, here)
    if isinstance(value, list):
        return [written(one) for one in value]
    return Text(value, here, -1) if isinstance(value, str) else value


def task(**more: str) -> TaskDoc:
    return TaskDoc.model_validate(written({"name": {"zh": "确诊", "en": "confirm"}, "due": "a_date", **more}))


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("more", [{}, {"done": "b_date"}, {"met": "x"}, {"done": "b_date", "evidence": "x"}])
def test_no_way_is_said_with_the_words_of_its_outcome(more: dict[str, str], lang: str) -> None:
    outcomes = {pair[("zh", "en").index(lang)] for pair in STATUS.values()}
    said = [str(getattr(told(task(**more), way), lang)) for way in WAYS]
    assert not outcomes & set(said)
    assert all(len(one) <= 60 for one in said) or lang == "en"


def test_what_a_task_asks_for_is_said() -> None:
    assert "材料齐全" not in told(task(done="b_date"), "in_time").zh
    assert "材料齐全" in told(task(done="b_date", evidence="x"), "in_time").zh
    assert "晚于截止日" in told(task(done="b_date"), "late").zh
    assert told(task(), "without").zh != told(task(applies="x"), "without").zh


def test_an_execution_says_how_many_links_and_which() -> None:
    tasks = {name: {"name": {"zh": name, "en": name}, "due": "a_date", "done": "b_date"} for name in ("one", "two")}
    doc = PathwayDoc.model_validate(
        written(
            {
                "pathway": "p",
                "title": {"zh": "路径", "en": "pathway"},
                "states": {"here": {"name": {"zh": "此", "en": "here"}, "terminal": "true", "tasks": tasks}},
            }
        )
    )
    done, lost, _ = told_executed(doc, 2, ["one", "two"], [])
    assert done.en == "all 2 links done in time" and lost.en == "a link late or not done"
    done, lost, _ = told_executed(doc, 1, ["one", "two"], ["two"])
    assert done.en == "at least 1 of 2 links done in time, among them two"
    assert lost.en == "2 or more links late or not done, or one that must be"


@pytest.mark.parametrize("counts", ["persons", "events"])
def test_a_measure_says_both_parts_in_its_authors_words(counts: str) -> None:
    doc = MeasureDoc.model_validate(
        written(
            {
                "measure": "m.share",
                "title": {"zh": "率", "en": "share"},
                "counts": counts,
                "numerator": "x",
                "denominator": "y",
                "says": {"zh": "分子之意", "en": "what is counted"},
                "among": {"zh": "分母之意", "en": "of whom"},
            }
        )
    )
    said = {}
    for part in parts(doc):
        one = part.exceptions[Text("counted")] if counts == "persons" else part.default
        assert one.says is not None
        said[str(part.id)] = str(one.says.en)
    assert said == {"m.share.denominator": "of whom", "m.share.numerator": "what is counted"}

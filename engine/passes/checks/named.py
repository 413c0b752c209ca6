"""Words: every decision and outcome has a name in Chinese and English; sentences stay short enough to be read."""

from sangao.engine.errors import Problem
from sangao.engine.pack import ir
from sangao.engine.passes.checks.study import Study

LONG = 60  # characters of a Chinese sentence that a doctor reads in seconds


def problems(about: Study) -> list[Problem]:
    """Return missing names, and sentences that are too long."""
    found = []
    for decision in about.decisions():
        if decision.hidden:
            continue
        words = about.pack.words.get(decision.id)
        if words is None or not (words.zh and words.en):
            found.append(about.problem("checks.no_name", decision.id, name=decision.id))
        if decision.outcome.kind not in ("code", "set") or isinstance(decision.form, ir.Criteria):
            continue
        for code in decision.outcome.codes:
            named = about.pack.words.get(f"{decision.id}={code}")
            if named is None or not named.place or not (named.zh and named.en):
                found.append(about.problem("checks.no_name", decision.id, name=f"{decision.id}={code}"))
    for key, words in about.pack.words.items():
        if "/" in key and len(words.says_zh) > LONG:
            found.append(about.problem("checks.long_sentence", key, key=key, length=len(words.says_zh)))
    return found

"""What durable-rules 2.0.28 does, as observed: each test asserts the wrong behaviour, and names what guards against it.

A test that fails here is good news: the guard it names may be looked at again.
"""

import json
import subprocess
import sys
from textwrap import dedent

from tests.adapters.events.needs import needs_engine

pytestmark = needs_engine

HEAD = """\
import json, sys
from durable.engine import Host, MessageNotHandledException, MessageObservedException

class Quiet(Host):
    def _run(self): pass

fired = []
host = Quiet()

def rules(name, *all_):
    host.set_rulesets({name: {"rule": {"all": list(all_), "run": lambda c: fired.append(c._m)}}})

def tell(name, **fact):
    try:
        host.assert_fact(name, fact)
    except MessageNotHandledException:
        return "not handled"
    except MessageObservedException:
        return "observed"
    return "taken"
"""


def observed(source: str) -> tuple[int, list[object]]:
    """Run a few lines in a process of their own; return its exit code and what they printed."""
    command = [sys.executable, "-W", "ignore", "-c", HEAD + dedent(source)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]


def ended(code: int, said: list[object], *, crashed: list[object], sound: list[object]) -> bool:
    """What writes where it must not ends by a signal in one build and seems sound in the next; nothing else is seen."""
    return (code < 0 and said == crashed) or (code == 0 and said == sound)


def test_a_text_fires_a_rule_about_numbers() -> None:
    """Guard: `gate.whole` lets exact integers pass and nothing else."""
    code, (said,) = observed("""
        rules("bp", {"m": {"$gte": {"sbp": 140}}})
        print(json.dumps([[v, tell("bp", sid=str(i), sbp=v)] for i, v in enumerate(["99", "abc", "", 99, 150])]))
        """)
    assert code == 0
    assert said == [["99", "taken"], ["abc", "taken"], ["", "taken"], [99, "not handled"], [150, "taken"]]


def test_the_1025th_context_is_a_memory_error_and_none_can_be_had_after_it() -> None:
    """Guard: a process answers `worker.CONTEXTS` questions and is replaced."""
    code, said = observed("""
        rules("day", {"m": {"high": 1}})
        for i in range(1030):
            try:
                tell("day", sid=f"s{i}", high=1)
            except MemoryError:
                print(i)
        """)
    assert code == 0 and said == [1024, 1025, 1026, 1027, 1028, 1029]


def test_giving_a_context_back_ends_the_process_of_some_builds() -> None:
    """Guard: `delete_state` is never called; contexts go with their process.

    Built for Python 3.11 it ends by a signal, at once; built for 3.12 by the same compiler it does not.
    """
    code, said = observed("""
        rules("day", {"a": {"high": 1}}, {"b": {"$gt": {"high": {"a": "high"}}}})
        tell("day", sid="s1", high=1)
        print(1, flush=True)
        host.delete_state("day", "s1")
        tell("day", sid="s2", high=1)
        print(2, flush=True)
        """)
    assert ended(code, said, crashed=[1], sound=[1, 2])


def test_an_absence_is_not_looked_at_again_when_its_fact_comes_later() -> None:
    """Guard: in `engine._dues`, and by the order of `gate.marks`, what denies is asserted first."""
    code, (late, early) = observed("""
        rules("due",
              {"expected": {"kind": 1}},
              {"met$not": {"$and": [{"kind": 2}, {"who": {"expected": "who"}}]}},
              {"today": {"$and": [{"kind": 3}, {"$gt": {"day": {"expected": "due"}}}]}})
        def ask(sid, *facts):
            fired.clear()
            for fact in facts:
                tell("due", sid=sid, **fact)
            print(json.dumps(len(fired)))
        expected, met, today = dict(kind=1, who=1, due=10), dict(kind=2, who=1), dict(kind=3, day=12)
        ask("late", expected, met, today)
        ask("early", met, expected, today)
        """)
    assert code == 0
    assert (late, early) == (1, 0), "what was met is told overdue, unless it is known before it is expected"


DAYS = """
def day(*others):
    later = [{"$gt": {"day": {others[-1]: "day"}}}] if others else []
    first = [{"$lte": {"day": {"$add": {"$l": {others[0]: "day"}, "$r": 28}}}}] if others and BOUND else []
    return {"$and": [{"high": 1}, *later, *first]} if others else {"high": 1}

rules("days", {"a": day()}, {"b": day("a")}, {"c": day("a", "b")})
for number in range(1, 11):
    tell("days", sid="s", high=1, day=number)
    print(len(fired), flush=True)
"""


def test_a_rule_fires_for_every_choice_of_days() -> None:
    """Guard: the engine stops at the first; a question has one answer whatever fires."""
    code, times = observed("BOUND = True" + DAYS)
    assert code == 0 and times[-1] == 120, "three of ten days: one event, told 120 times"


def test_a_third_fact_that_does_not_refer_to_the_first_ends_the_process_of_the_builds_seen() -> None:
    """Guard: `rulesets.days_rule` bounds each day by the first, without a span by the last day there is."""
    code, times = observed("BOUND = False" + DAYS)
    assert ended(code, times, crashed=[0], sound=[0, 0, 1, 4, 10, 20, 35, 56, 84, 120])


def test_a_fact_that_was_sent_already_is_an_error() -> None:
    """Guard: a day stands once in a question (`gate.marks`), and a question has a context of its own."""
    code, (first, again) = observed("""
        rules("days", {"a": {"high": 1}}, {"b": {"$gt": {"high": {"a": "high"}}}})
        for _ in range(2):
            print(json.dumps(tell("days", sid="s", high=1)))
        """)
    assert (code, first, again) == (0, "taken", "observed")


def test_a_step_that_no_way_leads_is_kept_and_made_later() -> None:
    """Guard: a question is one step in a fresh context, so there is no later."""
    code, said = observed("""
        def to(state): return {"all": [{"m": {"to": state}}], "to": f"at{state}", "run": lambda c: fired.append(c.m.to)}
        host.set_rulesets({"way$state": {"begin": {"t": to(0)}, "at0": {"t": to(1)}, "at1": {"t": to(2)}, "at2": {}}})
        host.update_state("way", {"sid": "s"})
        for state in (0, 2, 1):
            host.post("way", {"sid": "s", "to": state})
            print(json.dumps(fired))
        """)
    assert code == 0
    assert said == [[0], [0], [0, 1, 2]], "the step to 2 was refused at 0, and made by itself once at 1"


def test_a_rule_set_cannot_be_exchanged() -> None:
    """Guard: another pack gets another process (`Watcher.use`)."""
    code, (said,) = observed("""
        rules("bp", {"m": {"$gte": {"sbp": 140}}})
        try:
            rules("bp", {"m": {"$gte": {"sbp": 130}}})
        except Exception as error:
            print(json.dumps(str(error)))
        """)
    assert code == 0 and "already registered" in str(said)


def test_an_error_in_an_action_is_swallowed() -> None:
    """Guard: the only action of ours appends to a list."""
    code, (said,) = observed("""
        def fails(c): raise ZeroDivisionError
        host.set_rulesets({"bp": {"rule": {"all": [{"m": {"high": 1}}], "run": fails}}})
        host.assert_fact("bp", {"sid": "s", "high": 1})
        print(json.dumps(True))
        """)
    assert (code, said) == (0, True)

"""The other process: durable-rules behind a pipe. Run by `sangao.adapters.events.worker`, imported by nothing.

First line in: the rule sets, in order. Then a line a question (`gate.Question`), a line an answer. Each question is
asked in a context of its own, and no context is given back within a process: `delete_state` crashes it, and so does
asserting and retracting in one context long enough. The process counts its contexts and ends before durable-rules is
out of them (1,024 a rule set, then MemoryError): ending is how they are released.
"""

import json
import sys
from collections.abc import Iterator
from typing import Any

OUT_OF_CONTEXTS = 75  # exit code: start another


class _Met(Exception):
    """The question is answered; nothing more is asserted."""


class Engine:
    """The rule sets of one process."""

    def __init__(self, definitions: list[dict[str, Any]]) -> None:
        from durable.engine import Host

        class Quiet(Host):  # type: ignore[misc, unused-ignore]
            """A host that does only what it is asked: no threads that dispatch what is left over, no timers."""

            def _run(self) -> None:
                pass

        self.fired: list[Any] = []
        self.kinds = [one["kind"] for one in definitions]
        self.asked = 0
        self.host = Quiet()
        for number, one in enumerate(definitions):
            name = f"{number}$state" if one["kind"] == "chart" else str(number)
            rules = self._callable(one["rules"])
            self.host.set_rulesets({name: rules if one["kind"] == "chart" else {"rule": rules}})

    def ask(self, about: int, rows: list[list[int]]) -> list[int]:
        """Return `[1]` or `[]` for a pattern, the positions that are overdue, or the states that were entered."""
        self.asked += 1
        self.fired = []
        kind, sid = self.kinds[about], f"q{self.asked}"
        if kind == "chart":
            self.host.update_state(str(about), {"sid": sid})
            for (state,) in rows:
                self._tell(self.host.post, about, {"sid": sid, "to": state})
            return [one["m"]["to"] for one in self.fired]
        for fact in _marks(rows) if kind == "days" else _dues(rows):
            self._tell(self.host.assert_fact, about, {"sid": sid, **fact})
            if kind == "days" and self.fired:
                return [1]
        return sorted({one["expected"]["who"] for one in self.fired})

    def _tell(self, how: Any, about: int, message: dict[str, Any]) -> None:
        from durable.engine import MessageNotHandledException

        try:
            how(str(about), message)
        except MessageNotHandledException:  # no rule wants it: that is an answer, too
            return

    def _callable(self, rules: Any) -> Any:
        if isinstance(rules, dict):
            return {
                key: self._fire if (key, one) == ("run", "fired") else self._callable(one) for key, one in rules.items()
            }
        return [self._callable(one) for one in rules] if isinstance(rules, list) else rules

    def _fire(self, c: Any) -> None:
        self.fired.append(c._m)


def _marks(rows: list[list[int]]) -> Iterator[dict[str, int]]:
    for day, holds in rows:
        yield {"day": day, "holds": holds}


def _dues(rows: list[list[int]]) -> Iterator[dict[str, int]]:
    # INVARIANT: what denies comes first. `none` is not always looked at again when its fact comes later.
    yield from ({"kind": 2, "who": who} for who, (_, met) in enumerate(rows[1:]) if met)
    yield from ({"kind": 1, "who": who, "due": due} for who, (due, _) in enumerate(rows[1:]))
    yield {"kind": 3, "day": rows[0][0]}


def main() -> None:
    """Answer questions until there are no more, or no contexts for them."""
    head = json.loads(sys.stdin.readline())
    engine = Engine(head["rules"])
    print("ready", flush=True)
    for line in sys.stdin:
        try:
            answer = engine.ask(*json.loads(line))
        except MemoryError:
            sys.exit(OUT_OF_CONTEXTS)
        print(json.dumps(answer), flush=True)
        if engine.asked >= head["contexts"]:
            sys.exit(OUT_OF_CONTEXTS)


if __name__ == "__main__":
    main()

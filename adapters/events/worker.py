"""The process that runs durable-rules, started, watched and replaced from here.

It is replaced after a number of questions (its contexts cannot be given back) and whenever it ends or does not answer
in time; its successor is asked again. It holds nothing that is not in the question, so nothing is lost with it.
"""

import json
import logging
import queue
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from sangao.adapters.events.gate import Question
from sangao.engine.errors import Problem, fail

log = logging.getLogger("sangao.events")
CONTEXTS = 256  # of 1,024 that a rule set can have; each costs up to 150 kB
SECONDS = 20.0
TRIES = 3
REMEMBERED = 100  # problems; a stream that goes on for years must not fill memory with them
_ENDED = "ended"  # no JSON, so no answer


class Worker:
    """Asks durable-rules in a process of its own; one question at a time, safe to call from any thread.

    `rules` are the definitions `{kind, rules}` in the order questions number them. `asked` counts contexts, `started`
    the processes they were spread over; `problems` lists what was lost last and made good. Raises SangaoError
    (`events.no_engine`) where durable-rules is not installed or does not run.
    """

    def __init__(
        self, rules: Sequence[dict[str, Any]], *, contexts: int = CONTEXTS, seconds: float = SECONDS, tries: int = TRIES
    ) -> None:
        if find_spec("durable") is None or sys.version_info >= (3, 13):
            raise fail("events.no_engine", usage=True, version=".".join(map(str, sys.version_info[:2])))
        self._head = json.dumps({"rules": list(rules), "contexts": contexts})
        self._contexts, self._seconds, self._tries = contexts, seconds, tries
        self._lock = threading.Lock()
        self._process: subprocess.Popen[str] | None = None
        self._said: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._left = 0
        self.started = self.asked = 0  # processes, and contexts over all of them
        self.problems: deque[Problem] = deque(maxlen=REMEMBERED)

    def ask(self, question: Question) -> list[int]:
        """Return the answer to a question. Raises SangaoError (`events.worker_failed`) when no process survives it."""
        with self._lock:
            for _ in range(self._tries):
                answer = self._asked(json.dumps(question.line()))
                if answer is not None:
                    return answer
                self._lost()
            raise fail("events.worker_failed", times=self._tries)

    def close(self) -> None:
        """End the process."""
        with self._lock:
            self._end()

    def __enter__(self) -> "Worker":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _asked(self, line: str) -> list[int] | None:
        if self._left <= 0:
            self._end()
            self._start()
        process = self._process
        if process is None or process.stdin is None:
            return None
        try:
            process.stdin.write(line + "\n")
            process.stdin.flush()
            answer: list[int] = json.loads(self._said.get(timeout=self._seconds))
        except (OSError, ValueError, queue.Empty):  # it ended before, or in the middle of, its answer; or is silent
            return None
        self._left -= 1
        self.asked += 1
        return answer

    def _start(self) -> None:
        # -P: the folder of the script is no place to import from; -W: what durable-rules uses is long deprecated.
        command = [sys.executable, "-P", "-W", "ignore", str(Path(__file__).with_name("engine.py"))]
        pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
        process = subprocess.Popen(command, text=True, encoding="utf-8", **pipes)
        said: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._process, self._said, self.started = process, said, self.started + 1
        threading.Thread(target=_listen, args=(process, said), daemon=True).start()
        try:
            assert process.stdin is not None
            process.stdin.write(self._head + "\n")
            process.stdin.flush()
            if said.get(timeout=self._seconds) == "ready":
                self._left = self._contexts
                return
        except (OSError, queue.Empty):
            pass
        self._end()

    def _end(self) -> None:
        process, self._process, self._left = self._process, None, 0
        if process is not None:
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    with suppress(OSError):  # what could not be written any more
                        pipe.close()

    def _lost(self) -> None:
        code = self._process.poll() if self._process is not None else None
        self.problems.append(Problem("events.worker_lost"))
        log.warning("the process of durable-rules was lost (exit code %s)", code)
        self._end()


def _listen(process: "subprocess.Popen[str]", said: "queue.SimpleQueue[str]") -> None:
    assert process.stdout is not None
    try:
        for line in process.stdout:
            said.put(line.strip())
    except (OSError, ValueError):  # closed from the other side
        pass
    said.put(_ENDED)

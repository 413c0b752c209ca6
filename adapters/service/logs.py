"""One JSON object a line on standard error: what happened, to which route, for how long; nothing of a patient.

An error is told by its type and the places it passed through. Its message is left out: it may hold a value.
"""

import json
import logging
import sys
import traceback
from datetime import UTC, datetime
from typing import Any

LOG = logging.getLogger("sangao.service")


class Lines(logging.Formatter):
    """Writes a record as one JSON object."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        said: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
        }
        said |= getattr(record, "fields", {})
        if record.exc_info and record.exc_info[1] is not None:
            said |= told(record.exc_info[1])
        return json.dumps(said, ensure_ascii=False, default=str)


def told(error: BaseException) -> dict[str, Any]:
    """Return an error as a log may hold it: its type and where it came from, without its message."""
    frames = traceback.extract_tb(error.__traceback__)
    return {"error": type(error).__name__, "trace": [f"{one.filename}:{one.lineno}:{one.name}" for one in frames[-12:]]}


def configure(level: str) -> None:
    """Send what the service and its server say to standard error, as JSON lines."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Lines())
    for name in ("sangao.service", "uvicorn", "uvicorn.error"):
        logger = logging.getLogger(name)
        logger.handlers = [handler] if name != "uvicorn.error" else []
        logger.propagate = name == "uvicorn.error"
        logger.setLevel(level.upper())


def say(event: str, level: int = logging.INFO, **fields: Any) -> None:
    """Write one line; `fields` must hold nothing of a patient."""
    if LOG.isEnabledFor(level):
        LOG.log(level, event, extra={"fields": fields})

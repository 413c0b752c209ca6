"""What a host hands over as a file."""

from pathlib import Path

from sangao.engine.errors import Span, fail, why


def contents(path: Path) -> bytes:
    """Return the bytes of a file. Raises SangaoError (`host.unreadable`), a usage error, with what the system said."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise fail("host.unreadable", Span(str(path)), usage=True, reason=why(error)) from error

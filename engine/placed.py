"""Where a file that is written comes to stand: never in the place of what is no file."""

from pathlib import Path

from sangao.engine.errors import Span, fail, why


def target(path: Path) -> Path:
    """Return the file that a name stands for, which a whole new one may replace: links are followed, not replaced.

    Raises SangaoError (`host.not_a_file`) where a folder, a device or a pipe stands there: to replace `/dev/null` would
    break the machine.

    >>> target(Path("nothing/stands/here.csv")).name
    'here.csv'
    """
    try:
        found = path.resolve()
        if found.exists() and not found.is_file():
            raise fail("host.not_a_file", Span(str(path)), usage=True)
    except (OSError, RuntimeError) as error:  # a link that leads to itself
        reason = why(error) if isinstance(error, OSError) else {"zh": "链接指向自身", "en": "the link leads to itself"}
        raise fail("host.unwritable", Span(str(path)), usage=True, reason=reason) from error
    return found


def targets(*paths: Path | None) -> None:
    """See before the work that each of these files can be written. Raises SangaoError as `target` does."""
    for path in paths:
        if path is not None:
            target(path)

"""The notes a village doctor takes: one line a finding, such as `血压 152/96`, in a `.round` file."""

from datetime import date
from pathlib import Path
from typing import Any

from sangao import Chart
from sangao.engine.errors import Span, fail, why

FACTS = {"年龄": "age", "性别": "sex", "空腹血糖": "fpg_capillary"}
SEXES = {"男": "male", "女": "female"}


def read(path: Path, on: date | None) -> Chart:
    """Return the chart of one person. Raises SangaoError when the file cannot be read.

    What is not understood stays in the chart under its own name: the pack reports it, and nothing is dropped.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except OSError as error:
        raise fail("host.unreadable", Span(str(path)), usage=True, reason=why(error)) from error
    except UnicodeDecodeError as error:
        raise fail("host.not_utf8", Span(str(path)), usage=True, at=error.start) from error
    facts: dict[str, Any] = {}
    day: str | None = None
    for line in filter(None, map(str.strip, lines)):
        name, _, value = line.partition(" ")
        if name == "日期":
            day = value.strip()
        elif name == "血压":
            systolic, _, diastolic = value.partition("/")
            facts |= {"sbp_office": systolic.strip(), "dbp_office": diastolic.strip()}
        else:
            facts[FACTS.get(name, name)] = SEXES.get(value.strip(), value.strip())
    return Chart.of({name: value for name, value in facts.items() if value}, on=on or day)

"""三高 sangao: clinical decision support for Chinese primary care, guidelines compiled and explained.

The public page. Everything is imported when first used, so that `import sangao` costs a ward process next to nothing.

>>> import sangao
>>> pack = sangao.load("htn_primary_2025")
>>> chart = sangao.Chart.of({"sbp_office": "152 mmHg", "dbp_office": 96, "age": 63}, on="2025-10-09")
>>> pack.decide("htn.grade", chart).value
'grade1'
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sangao.engine.answer import Answer, Missing, Quantity, Result
    from sangao.engine.chart import Chart
    from sangao.engine.errors import Problem, SangaoError
    from sangao.engine.guide import Pack, diff, load

__version__ = "0.1.0"
__all__ = ["Answer", "Chart", "Missing", "Pack", "Problem", "Quantity", "Result", "SangaoError", "diff", "load"]

_HOME = {
    "Answer": "answer",
    "Chart": "chart",
    "Missing": "answer",
    "Pack": "guide",
    "Problem": "errors",
    "Quantity": "answer",
    "Result": "answer",
    "SangaoError": "errors",
    "diff": "guide",
    "load": "guide",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'sangao' has no attribute {name!r}")
    found = getattr(import_module(f"sangao.engine.{_HOME[name]}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted(__all__)

"""What the tests of events need: durable-rules, and a small pack with everything that can be watched."""

import shutil
import sys
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from tempfile import mkdtemp

import pytest

from sangao.engine.guide import Pack, load

needs_engine = pytest.mark.skipif(
    find_spec("durable") is None or sys.version_info >= (3, 13),
    reason="durable-rules (the extra `events`) is not installed, or this Python is too new for it",
)

DOCUMENTS = Path(__file__).parents[2] / "documents"
STREAK = "streak(3, bp_office where sbp_office >= 140 mmHg or dbp_office >= 90 mmHg inside any 4 weeks)"
PACK = """\
pack: watch
edition: "{edition}"
family: watch
title: {{zh: 事件, en: events}}
origin: national
document: PC-2025
dates: {{from: "2025-01-01"}}
"""
RULES = """\
decision: demo.confirmed
title: {zh: 三日, en: three days}
outcomes: bool
default: {then: false}
except: {three: {when: "STREAK", then: true}}
---
decision: demo.sugar
title: {zh: 血糖, en: glucose}
outcomes: bool
default: {then: false}
except:
  twice: {when: "days(fpg where fpg >= LIMIT mmol/L) >= 2", then: true}
  often: {when: "count(fpg where fpg >= 11 mmol/L within 14 days) > 2", then: true, over: twice}
---
decision: demo.next
title: {zh: 下次, en: next}
outcomes: date
default: {then: "due(seen_date within 1 months)"}
---
"""


@cache
def watch(limit: str = "7") -> Pack:
    """The small pack; `limit` is the fasting glucose that counts, so that there is another edition to go on with."""
    home = Path(mkdtemp(prefix="sangao-events-"))
    shutil.copytree(DOCUMENTS / "base" / "shared", home / "shared")
    folder = home / "watch"
    (folder / "rules").mkdir(parents=True)
    (folder / "pack.yaml").write_text(PACK.format(edition=limit), encoding="utf-8")
    for name in ("SOURCES.md", "CHANGES.md"):
        (folder / name).write_text("# watch\n", encoding="utf-8")
    rules = RULES.replace("STREAK", STREAK).replace("LIMIT", limit)
    loop = (DOCUMENTS / "good" / "pathway.yaml").read_text(encoding="utf-8")
    (folder / "rules" / "watch.yaml").write_text(rules + loop, encoding="utf-8")
    pack = load(folder)
    shutil.rmtree(home)
    return pack

"""The shapes of what the plain JSON interface is asked, for its OpenAPI document and the check at the door.

A chart is checked as far as its outline goes: what stands inside a reading is the chart's own business, for one bad
value must not cost the others their answer (it becomes a problem of the result).
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

MOST_NAMES = 50
MOST_CHARTS = 200
MOST_ENTRIES = 100

Name = Annotated[str, Field(min_length=1, max_length=200)]
Day = Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", json_schema_extra={"format": "date"})]
PackName = Annotated[
    Name | None, Field(description="规则包的名称,默认第一个 · the name a pack is served under, the first by default")
]
Decisions = Annotated[
    list[Name] | None,
    Field(max_length=MOST_NAMES, description="只问这些判断 · only these decisions; all of the pack by default"),
]
Tongue = Literal["zh", "en"]


def _whole(given: Any) -> Any:
    """Return 80 for 80.0: to JSON they are one number."""
    return int(given) if isinstance(given, float) and given.is_integer() else given


class Closed(BaseModel):
    """A request: a key that nobody knows is refused, for a mistyped one would be left out in silence."""

    model_config = ConfigDict(extra="forbid", strict=True)


class ChartIn(BaseModel):
    """One patient as of a day (`sangao.chart/1`, docs/embedding.md). Unknown keys are problems of the result."""

    model_config = ConfigDict(extra="allow", strict=True)

    on: Annotated[Day | None, Field(description="按哪一天判断,默认今天 · the day to judge by, today by default")] = None
    patient: Annotated[
        dict[str, Any] | None, Field(description="id(不保存)、sex、birth_date、age · id (not stored), sex …")
    ] = None
    facts: Annotated[
        dict[str, Any] | None,
        Field(
            description="当日的值:数字、代码、真假或带单位的文字 · values of the day: number, code, truth, text",
            examples=[{"sbp_office": "152 mmHg", "dbp_office": 96, "age": 63}],
        ),
    ] = None
    readings: Annotated[
        list[dict[str, Any]] | None,
        Field(
            description="fact、value、unit、at、source … · dated values",
            examples=[[{"fact": "sbp_office", "value": 152, "unit": "mmHg", "at": "2025-03-09T09:12"}]],
        ),
    ] = None
    conditions: list[dict[str, Any] | str] | None = None
    medications: list[dict[str, Any] | str] | None = None
    symptoms: list[dict[str, Any] | str] | None = None
    family_history: list[dict[str, Any] | str] | None = None
    complete: Annotated[
        list[str] | None, Field(description="已列全的清单 · lists with nothing left out", examples=[["medications"]])
    ] = None


class DecideIn(Closed):
    """One patient, every decision of a pack or some of it."""

    chart: ChartIn
    pack: PackName = None
    decisions: Decisions = None
    detail: Annotated[
        Literal["claims", "full"],
        Field(description=f"full:连同理由、缺项,至多 {MOST_NAMES} 项判断 · full: with reasons and what is missing"),
    ] = "claims"


class ExplainIn(Closed):
    """One patient, one decision, argued."""

    chart: ChartIn
    decision: Name
    pack: PackName = None


class MissingIn(Closed):
    """One patient: what is missing for these decisions, and what to ask next."""

    chart: ChartIn
    decisions: Annotated[list[Name], Field(min_length=1, max_length=MOST_NAMES)]
    pack: PackName = None


class StratifyIn(Closed):
    """A small batch: the same decisions for several patients."""

    charts: Annotated[list[ChartIn], Field(min_length=1, max_length=MOST_CHARTS)]
    decisions: Annotated[list[Name], Field(min_length=1, max_length=MOST_NAMES)]
    pack: PackName = None


class ReplayIn(Closed):
    """Answers of the decision log to be asked again, under the pack of that time and under today's."""

    entries: Annotated[list[Name], Field(min_length=1, max_length=MOST_ENTRIES)]
    pack: Annotated[
        Name | None,
        Field(description="今天的规则包,默认同名的 · the pack of today, by default the one of the same id"),
    ] = None


class FeedbackIn(Closed):
    """What a user made of an answer."""

    entry: Annotated[Name, Field(description="答案的 entry · the `entry` of an answer")]
    outcome: Literal["accepted", "overridden"]
    detail: Annotated[dict[str, Any], Field(description="理由等 · reasons and the like")] = {}


class PageIn(Closed):
    """A page to be opened from a link: of an answer that is asked here, for one patient."""

    chart: ChartIn
    pack: PackName = None
    decisions: Decisions = None
    lang: Tongue = "zh"
    charset: Annotated[Literal["utf-8", "gbk"], Field(description="页面编码 · of the page")] = "utf-8"
    minutes: Annotated[
        int,
        Field(ge=1, le=24 * 60, description="链接有效的分钟数 · how long the link opens"),
        BeforeValidator(_whole),
    ] = 10

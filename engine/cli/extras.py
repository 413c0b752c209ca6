"""What a run writes beside its answers when asked to: counts by group, a picture, who moved since an earlier run."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sangao.engine.cli.carried import Beside
from sangao.engine.cli.doubled import Policy
from sangao.engine.cli.drawn import svg
from sangao.engine.cli.earlier import answers_of
from sangao.engine.cli.grouped import Grouped, grouped, to_csv
from sangao.engine.cli.moved import FindPack, Moves, since
from sangao.engine.cli.tally import Tally
from sangao.engine.errors import Span, fail
from sangao.engine.guide import Pack


@dataclass(slots=True)
class Extras:
    """The further files of a run; `tables` and `moves` are there when it is done. Raises SangaoError for what is amiss.

    `counted`: a column is named people are counted by; `suppress`: counts below it are withheld.
    """

    out: Path
    plot: Path | None
    previous: Path | None
    before: Pack | None  # the pack of the earlier run, where it was named
    suppress: int
    counted: bool
    lang: str
    tables: list[Grouped] | None = None
    moves: Moves | None = None

    def __post_init__(self) -> None:
        if self.suppress and not self.counted:
            raise fail("table.no_group", usage=True)
        if self.plot is not None and self.plot.suffix.lower() != ".svg":
            raise fail("table.plot_form", Span(str(self.plot)), usage=True)
        if self.previous is not None:
            kept = answers_of(self.previous)  # before hours of work: can it be compared with?
            if self.before is not None and self.before.hash not in {one["hash"] for one in kept.meta["packs"]}:
                raise fail("table.other_pack", Span(str(self.previous)), usage=True, pack=self.before.id)

    @property
    def groups(self) -> Path:
        """Return where the counts by group are written."""
        return self.out.with_name(f"{self.out.name}.groups.csv")

    @property
    def moved(self) -> Path:
        """Return where the moves are written."""
        return self.out.with_name(f"{self.out.name}.moves.csv")

    @property
    def paths(self) -> tuple[Path, ...]:
        """Return the files that will be written."""
        asked = ((self.groups, self.counted), (self.moved, self.previous is not None))
        return (*(path for path, wanted in asked if wanted), *((self.plot,) if self.plot is not None else ()))

    def made(self, bound: Any, policy: Policy, find: FindPack) -> Beside:
        """Return the function that makes the files of a run that is done."""

        def make(tally: Tally, answers: Path, rows: int) -> Mapping[Path, str]:
            found: dict[Path, str] = {}
            if self.counted:
                self.tables = grouped(tally, self.suppress)
                found[self.groups] = to_csv(tally, self.tables)
            if self.plot is not None:
                found[self.plot] = svg(tally, self.tables or (), self.lang)
            if self.previous is not None:
                self.moves = since(self.previous, self.out, answers, find, bound, policy, rows)
                found[self.moved] = self.moves.to_csv()
            return found

        return make

"""`sangao round`: whom to visit again after a day's round."""

from pathlib import Path
from typing import Annotated

import typer

from sangao.engine.cli.desk import desk, ending
from sangao.engine.cli.options import Language

SAYS = {True: ("再上门", "visit again"), False: ("不必", "no need"), None: ("资料不足", "cannot tell")}


def round_(
    context: typer.Context,
    notes: Annotated[list[Path], typer.Argument(help="巡诊记录 · notes of the round (.round)")],
    lang: Language = "zh",
) -> None:
    """巡诊后需再上门的人 · Whom to visit again after a round."""
    with ending(lang):
        here = desk(context)
        pack = here.pack("village_round")
        for path in notes:
            answer = pack.decide("village.call_again", here.hook.read_chart(source=path, on=None))
            said = SAYS[answer.value if answer.status == "settled" else None][lang != "zh"]
            typer.echo(f"{path.stem}  {said}")

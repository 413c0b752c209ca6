"""The console script: the commands that the installed adapters bring, ours among them."""

import typer

from sangao.adapters.hub import hub
from sangao.engine.cli.desk import Desk


def app() -> typer.Typer:
    """Return the command line of everything that is installed."""
    found = typer.Typer(
        name="sangao",
        help="三高 sangao:基层临床决策支持 · clinical decision support for Chinese primary care",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_show_locals=False,
    )

    @found.callback()
    def start(context: typer.Context) -> None:
        context.obj = Desk(hub().hook)

    for commands in hub().hook.commands():
        for command in commands:
            if isinstance(command, typer.Typer):
                found.add_typer(command)
            else:
                found.command(command.__name__.rstrip("_"))(command)
    return found


def main() -> None:
    """Run the command line; the exit codes are those of `sangao.engine.cli.desk`."""
    app()()

"""The console script: the commands that the installed adapters bring, ours among them."""

import sys
from importlib import import_module

import typer

from sangao.adapters.hub import hub
from sangao.engine.cli.desk import Desk


def app(asked: str = "") -> typer.Typer:
    """Return the command line of everything that is installed.

    Of the commands that are given by where they stand, only the one `asked` for is imported, if it is one of them.
    """
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

    commands = [command for some in hub().hook.commands() for command in some]
    apart = {_name(one.partition(":")[2]): one for one in commands if isinstance(one, str)}
    for command in commands:
        if isinstance(command, str):
            if asked in apart and command != apart[asked]:
                continue
            module, _, function = command.partition(":")
            command = getattr(import_module(module), function)
        if isinstance(command, typer.Typer):
            found.add_typer(command)
        else:
            found.command(_name(command.__name__))(command)
    return found


def _name(function: str) -> str:
    return function.rstrip("_")


def main() -> None:
    """Run the command line; the exit codes are those of `sangao.engine.cli.desk`."""
    app(sys.argv[1] if len(sys.argv) > 1 else "")()

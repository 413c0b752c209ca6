"""`sangao sign`, `sangao verify`: who vouches for a pack file."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from sangao.adapters.handed import contents
from sangao.adapters.hookspecs import hookimpl
from sangao.adapters.service import signing
from sangao.engine.cli.desk import ending
from sangao.engine.cli.options import Format, Language
from sangao.engine.guide import Pack


@hookimpl
def commands() -> Iterable[Any]:
    """Return the commands `sign` and `verify`."""
    return [sign, verify]


def sign(
    files: Annotated[list[Path], typer.Argument(help=".sangao 文件 · pack files")],
    key: Annotated[Path, typer.Option("--key", help="Ed25519 私钥(PEM) · private key, PEM")],
    lang: Language = "zh",
    form: Format = "text",
) -> None:
    """为规则包文件签名,存入旁边的 .sig · Sign pack files, in a .sig."""
    with ending(lang, form):
        _tell([(file, *signing.sign(file, key)) for file in files], form)


def verify(
    files: Annotated[list[Path], typer.Argument(help=".sangao 文件 · pack files")],
    keys: Annotated[list[Path], typer.Option("--key", help="可信公钥(PEM),可多次 · trusted public key, repeatable")],
    lang: Language = "zh",
    form: Format = "text",
) -> None:
    """核对规则包文件的签名 · Verify the signatures of pack files."""
    with ending(lang, form):
        trusted = signing.trusted(keys)
        read = [(file, contents(file)) for file in files]
        _tell([(file, signing.verify(data, file, trusted), signing.opened(data, file)) for file, data in read], form)


def _tell(done: Sequence[tuple[Path, str, Pack]], form: str) -> None:
    told = [{"file": str(file), "id": pack.id, "hash": pack.hash, "key": key} for file, key, pack in done]
    if form == "json":
        typer.echo(json.dumps(told, ensure_ascii=False, indent=2))
        return
    for one in told:
        typer.echo(f"{one['file']}  {one['id']}  {one['hash']}  {one['key']}")

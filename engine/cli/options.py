"""The options that several commands share, described once."""

from typing import Annotated

import typer

from sangao.engine.cli.desk import Form, Lang

Packs = Annotated[
    list[str] | None,
    typer.Option("--pack", help="规则包名、文件夹或 .sangao 文件,可多次 · pack name, folder or file, repeatable"),
]
Overlays = Annotated[
    list[str] | None,
    typer.Option("--overlay", help="本地覆盖文件或名称,可多次 · overlay file or shipped name, repeatable"),
]
Language = Annotated[Lang, typer.Option("--lang", help="输出语言 · language of what is printed: zh | en")]
Format = Annotated[Form, typer.Option("--format", help="输出形式 · text | json")]
On = Annotated[
    str | None, typer.Option("--on", help="按哪一天判断,默认今天(中国) · the day to judge by, default today")
]
Strict = Annotated[bool, typer.Option("--strict", help="数据有问题时退出码为 1 · exit 1 when the data have problems")]

"""The command line: one file a command, each a plain function that the hooks hand to Typer."""

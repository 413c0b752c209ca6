"""The engine: `language → rules → pack → passes → run → explain`."""

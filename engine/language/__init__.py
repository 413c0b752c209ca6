"""Expressions: `parser.parse` (text → `tree`), `unparse.unparse`, `cells.parse_cell`, `sentence.sentence` (zh, en)."""

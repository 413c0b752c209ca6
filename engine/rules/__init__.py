"""YAML of a guideline folder → documents that keep their places; everything that is wrong, at once."""

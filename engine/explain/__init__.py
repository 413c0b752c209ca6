"""Telling why: the argument for an answer, what is missing, what would change it, in words and as data."""

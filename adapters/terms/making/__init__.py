"""From the files of terms to the parts of a book. Authoring only: a loaded book needs no YAML and no document model."""

"""From parameter to editor: a form is built from a generator's field descriptions, one editor class per field kind."""

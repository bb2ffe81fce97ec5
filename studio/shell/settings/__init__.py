"""*Settings*: the page made from the one table of settings."""

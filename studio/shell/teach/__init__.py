"""The place *Teach*: a folder becomes a dataset, a dataset becomes a model, and one sees how it learns."""

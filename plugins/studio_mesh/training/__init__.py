"""Trainers of this package. Each module here is imported only when something trains."""

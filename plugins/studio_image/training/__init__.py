"""Trainers of the picture models, and how their results are measured."""

"""Atelier Studio: a desktop studio for generative text, images, music, 3D and video on the artist's own machine."""

__version__ = "0.1.0"

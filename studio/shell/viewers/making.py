"""Which class shows which medium; each is imported when it is first needed, as some bring large parts of Qt."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from studio.shell.viewers.base import Viewer


def _text(parent: QWidget | None) -> Viewer:
    from studio.shell.viewers.text import TextViewer

    return TextViewer(parent)


def _image(parent: QWidget | None) -> Viewer:
    from studio.shell.viewers.image import ImageViewer

    return ImageViewer(parent)


def _music(parent: QWidget | None) -> Viewer:
    from studio.shell.viewers.music import MusicViewer

    return MusicViewer(parent)


def _mesh(parent: QWidget | None) -> Viewer:
    from studio.shell.viewers.mesh import MeshViewer

    return MeshViewer(parent)


def _video(parent: QWidget | None) -> Viewer:
    from studio.shell.viewers.video import VideoViewer

    return VideoViewer(parent)


MAKERS: dict[str, Callable[[QWidget | None], Viewer]] = {
    "text": _text,
    "image": _image,
    "audio": _music,
    "score": _music,
    "mesh": _mesh,
    "video": _video,
}
"""Viewer makers by kind of artifact."""

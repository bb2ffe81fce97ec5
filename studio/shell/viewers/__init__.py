"""One viewer per medium, all alike: `viewer_for` makes them, `QuickLook` shows one over the window.

Importing this package imports no Qt: the inspecting process lives beside the viewers and must start fast.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from studio.shell.viewers.base import Viewer


def viewer_for(kind: str, parent: QWidget | None = None) -> Viewer:
    """A new viewer for a kind of artifact: text, image, audio, score, mesh or video.

    Raises:
        KeyError: there is no such kind.
    """
    from studio.shell.viewers.making import MAKERS

    return MAKERS[kind](parent)

"""What the window needs besides Qt, in one place, so that it can be imported before Qt is.

PySide reads the source of every module that is imported after it (to see whether the module wants its ``__feature__``
switches), which costs more than importing most of these.
"""

from studio.disk.home import Home
from studio.disk.resources import resources
from studio.engine import seeds, states
from studio.engine.discovery import registry, switches
from studio.engine.settings import Settings
from studio.shell.features import skip_search

__all__ = [
    "Home",
    "Settings",
    "registry",
    "resources",
    "seeds",
    "skip_search",
    "states",
    "switches",
]

"""The window: Qt Widgets over the engine. Only this package imports PySide6; it never imports plugin code or torch."""

from studio.shell.steady import hold_singletons

hold_singletons()

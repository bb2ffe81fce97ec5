"""Sentences for names that nothing answers to, and the error for plugin choices that cannot be read."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from studio.sdk import UserError

if TYPE_CHECKING:
    from studio.engine.discovery.registry import Registry


class SwitchesDamaged(UserError):
    """The file with the artist's choices about plugins can't be read: what was switched off is not known."""


def no_such_generator(registry: Registry, name: str) -> UserError:
    """Why there is no such generator: its plugin is not ready, or the name is close to another."""
    for row in registry.plugins:
        if name in row.generators:
            return UserError(f"“{name}” cannot be used: its plugin “{row.name}” is {row.state}.", hint=row.reason)
    close = difflib.get_close_matches(name, registry.descriptors, n=1)
    hint = f"Did you mean {close[0]}?" if close else "See all with: studio generators"
    return UserError(f"There is no generator “{name}”.", hint=hint)


def no_such_plugin(registry: Registry, name: str) -> UserError:
    """There is no such plugin; the name may be close to another."""
    known = {known for row in registry.plugins for known in (row.name, row.distribution)}
    close = difflib.get_close_matches(name, known, n=1)
    hint = f"Did you mean {close[0]}?" if close else "See all with: studio plugins"
    return UserError(f"There is no plugin “{name}”.", hint=hint)

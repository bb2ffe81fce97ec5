"""What a generator may raise, and what the host makes of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from studio.sdk.parameters import Json


class UserError(Exception):
    """Something the artist can put right; shown as a sentence at the field it belongs to, never as a traceback.

    Attributes:
        message: what happened, in plain words.
        param: the name of the parameter it belongs to, if any.
        hint: what to do next, if there is a good suggestion.
    """

    def __init__(self, message: str, *, param: str | None = None, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.param = param
        self.hint = hint


class ParameterError(UserError):
    """A value does not fit its field. Raised by the host before a generator starts; `param` names the field."""


class OutOfMemory(Exception):
    """The device has too little free memory. The host evicts what it keeps loaded and tries once more.

    The second attempt has the same seed; finished results that the first one yielded are not kept again.

    Attributes:
        needed_gb: gigabytes the failed step needed, when the generator knows.
        remedy: values that need less, by parameter. The host proposes smaller ones of those that were given by itself;
            this is for what it cannot know, such as the size that a model takes where none was chosen.
    """

    def __init__(self, needed_gb: float | None = None, *, remedy: Mapping[str, Json] | None = None) -> None:
        needed = "" if needed_gb is None else f": about {needed_gb:.1f} GB needed"
        super().__init__(f"Not enough memory{needed}.")
        self.needed_gb = needed_gb
        self.remedy = dict(remedy or {})


class Cancelled(BaseException):
    """The artist cancelled. Derives from `BaseException` so that `except Exception` in a plugin does not swallow it."""

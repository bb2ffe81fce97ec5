"""What the network has to know of a kind of music on a raster: how many columns a step has and what it is told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Protocol, Self


class Layout(Protocol):
    """The meaning of a model's tokens; stands in the model's folder.

    Attributes:
        kind: the model's type in its ``config.json``.
    """

    kind: ClassVar[str]

    @property
    def voices(self) -> int:
        """Number of columns that are drawn at every step."""

    @property
    def order(self) -> tuple[int, ...]:
        """The columns in the order in which they are drawn."""

    @property
    def lookahead(self) -> int:
        """How many steps column 0 is drawn ahead of the others; 0 for not at all."""

    @property
    def seen(self) -> tuple[int, ...]:
        """Numbers of tokens of the columns of earlier steps that are told."""

    @property
    def told(self) -> tuple[int, ...]:
        """Numbers of values of the facts told of each step."""

    @property
    def memory(self) -> int:
        """Steps that are looked back."""

    def size(self, voice: int) -> int:
        """Number of tokens of a column."""

    def to_json(self) -> dict[str, Any]:
        """As JSON."""

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> Self:
        """What `to_json` gave."""

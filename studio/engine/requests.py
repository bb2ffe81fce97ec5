"""The request: everything that determines a result, frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from studio.engine.seeds import random_seed
from studio.sdk import SEED_LIMIT, GeneratorSpec, Json, ParameterError


@dataclass(frozen=True, slots=True, kw_only=True)
class GenerationRequest:
    """Everything that determines a result.

    Attributes:
        generator: generator id.
        version: the generator's version the values are meant for.
        values: a checked value for every field; inputs are references, ``"item:ID"`` or ``"file:/absolute/path"``.
        seed: 0 … 2³²−1.
        keep: whether results go into the library; otherwise they are written into `folder`.
        folder: where results go when they are not kept, absolute; empty for a folder that goes with the session.
        until: of a training, the steps after which it ends and its model is made; 0 for all that the values ask for.
    """

    generator: str
    version: int
    values: Mapping[str, Json]
    seed: int
    keep: bool = True
    folder: str = ""
    until: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.seed < SEED_LIMIT:
            raise ParameterError(f"The seed must be a whole number from 0 to {SEED_LIMIT - 1}.", param="seed")

    @property
    def outlives_session(self) -> bool:
        """Whether another session could make it and have the results be found."""
        return self.keep or bool(self.folder)

    @classmethod
    def of(
        cls, spec: GeneratorSpec, values: Mapping[str, Json], seed: int | None = None, **how: Any
    ) -> GenerationRequest:
        """A checked request; a seed of None draws one. Raises `ParameterError` naming the field."""
        return cls(
            generator=spec.id,
            version=spec.version,
            values=spec.check(values),
            seed=random_seed() if seed is None else seed,
            **how,
        )

    def variations(self, count: int) -> list[GenerationRequest]:
        """`count` requests with consecutive seeds, starting with this one."""
        return [replace(self, seed=(self.seed + offset) % SEED_LIMIT) for offset in range(count)]

    def to_json(self) -> dict[str, Json]:
        """This request as JSON."""
        return {
            "generator": self.generator,
            "version": self.version,
            "values": dict(self.values),
            "seed": self.seed,
            "keep": self.keep,
            "folder": self.folder,
            "until": self.until,
        }

    @classmethod
    def from_json(cls, plain: Mapping[str, Json]) -> GenerationRequest:
        """The inverse of `to_json`. Raises `TypeError`, `ValueError` or `KeyError` on anything else."""
        if not isinstance(plain["values"], Mapping):
            raise TypeError("values must be an object")
        return cls(
            generator=str(plain["generator"]),
            version=int(plain["version"]),
            values=dict(plain["values"]),
            seed=int(plain["seed"]),
            keep=bool(plain["keep"]),
            folder=str(plain["folder"]),
            until=int(plain.get("until", 0)),  # queues of earlier studios tell nothing of it
        )

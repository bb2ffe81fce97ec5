"""From an item of the library back to the request that made it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.engine.requests import GenerationRequest
from studio.engine.seeds import random_seed
from studio.sdk import Json, UserError

if TYPE_CHECKING:
    from studio.engine.discovery.registry import Registry
    from studio.library.items import Item


def request_of(item: Item, registry: Registry) -> GenerationRequest:
    """The request that made `item`: same generator, values, inputs and seed.

    Values of an older version of the generator are sent as they are; the worker lets the generator migrate them.

    Raises:
        UserError: the item was not made by a generator, its generator is gone, or an input was a file from outside.
    """
    origin = item.origin
    if origin is None or not origin.generator:
        raise UserError(f"“{item.title}” was not made here, so it cannot be made again.")
    spec = registry.spec(origin.generator)
    known = {field.name for field in spec.fields} | {alias for field in spec.fields for alias in field.aliases}
    values: dict[str, Json] = dict(origin.values)
    if origin.generator_version == spec.version:
        # A parameter that was dropped without a new version has no meaning any more.
        values = spec.check({name: value for name, value in values.items() if name in known})
    return GenerationRequest(
        generator=spec.id,
        version=origin.generator_version,
        values=values,
        seed=random_seed() if origin.seed is None else origin.seed,
    )

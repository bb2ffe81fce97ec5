"""Adapters (LoRA) as a network of their own, so that a `Loop` trains, averages and saves them alone.

The weights of a large model stay where they are, untouched and in half precision; what is learned are the few small
matrices that peft adds to it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import nn


def adapter_weights(network: Any) -> Any:
    """The trainable weights of `network` as a ``torch.nn.Module``, shared with it, in float32.

    Calling it calls the network. The network is no submodule: its frozen weights stand in no checkpoint and are never
    copied; a deep copy holds the weights alone, since averages are read and not run.

    Raises:
        ValueError: no weight of the network wants a gradient.
    """
    learned = {_flat(name): weight for name, weight in network.named_parameters() if weight.requires_grad}
    if not learned:
        raise ValueError("the network has no weight to learn")
    for weight in learned.values():
        weight.data = weight.data.float()
    return _module_class()(learned, network)


@contextmanager
def holding(weights: Any, other: Any) -> Iterator[None]:
    """Let the network of `weights` work with those of `other` (a moving average, or a copy) for a while."""
    if other is weights:
        yield
        return
    kept = {name: weight.detach().clone() for name, weight in weights.named_parameters()}
    _fill(weights, dict(other.named_parameters()))
    try:
        yield
    finally:
        _fill(weights, kept)


@cache
def _module_class() -> type:
    """The class of what `adapter_weights` gives; made when it is first asked for, since its base is torch's."""
    from torch import nn

    class AdapterWeights(nn.Module):
        """Weights, and the network they belong to; None for a copy."""

        def __init__(self, given: Mapping[str, nn.Parameter], network: Any = None) -> None:
            super().__init__()
            for name, weight in given.items():
                self.register_parameter(name, weight)
            self._network = (network,)  # in a tuple, so that torch does not see a submodule

        def forward(self, *args: Any, **options: Any) -> Any:
            return self._network[0](*args, **options)

        def __deepcopy__(self, known: dict[int, Any]) -> Any:
            twin = type(self)({name: nn.Parameter(own.detach().clone()) for name, own in self.named_parameters()})
            known[id(self)] = twin
            return twin

    return AdapterWeights


def _fill(weights: Any, given: Mapping[str, Any]) -> None:
    import torch

    with torch.no_grad():
        for name, weight in weights.named_parameters():
            weight.copy_(given[name])


def _flat(name: str) -> str:
    """A weight's place in the network as the name of a parameter, which may hold no dots."""
    return name.replace(".", "/")

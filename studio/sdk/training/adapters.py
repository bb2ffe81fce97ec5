"""Adapters (LoRA) as a network of their own, so that a `Loop` trains, averages and saves them alone.

The weights of a large model stay where they are, untouched and in half precision; what is learned are the few small
matrices that peft adds to it. Only code that runs imports this: it needs torch.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn


class Weights(nn.Module):
    """Weights without a network: what averages of an adapter are."""

    def __init__(self, given: Mapping[str, nn.Parameter]) -> None:
        """`given` by name; the parameters themselves, no copies."""
        super().__init__()
        for name, weight in given.items():
            self.register_parameter(name, weight)


class AdapterWeights(Weights):
    """The trainable weights of `network`, shared with it, in float32. Calling this calls the network.

    The network itself is no submodule: its frozen weights stand in no checkpoint and are never copied.
    """

    def __init__(self, network: Any) -> None:
        """Take up every weight of `network` that wants a gradient. Raises `ValueError` when there is none."""
        learned = {_flat(name): weight for name, weight in network.named_parameters() if weight.requires_grad}
        if not learned:
            raise ValueError("the network has no weight to learn")
        for weight in learned.values():
            weight.data = weight.data.float()
        super().__init__(learned)
        self._network = (network,)  # in a tuple, so that torch does not see a submodule

    def forward(self, *args: Any, **options: Any) -> Any:
        """What the network answers."""
        return self._network[0](*args, **options)

    def __deepcopy__(self, known: dict[int, Any]) -> Weights:
        """The weights alone: averages are read, not run."""
        twin = Weights({name: nn.Parameter(weight.detach().clone()) for name, weight in self.named_parameters()})
        known[id(self)] = twin
        return twin

    @contextmanager
    def holding(self, other: nn.Module) -> Iterator[None]:
        """Let the network work with the weights of `other` (a moving average, or a copy) for a while."""
        if other is self:
            yield
            return
        given = dict(other.named_parameters())
        kept = {name: weight.detach().clone() for name, weight in self.named_parameters()}
        self._fill(given)
        try:
            yield
        finally:
            self._fill(kept)

    @torch.no_grad()
    def _fill(self, given: Mapping[str, torch.Tensor]) -> None:
        for name, weight in self.named_parameters():
            weight.copy_(given[name])


def _flat(name: str) -> str:
    """A weight's place in the network as the name of a parameter, which may hold no dots."""
    return name.replace(".", "/")

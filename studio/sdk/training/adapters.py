"""Adapters (LoRA) as a network of their own, so that a `Loop` trains, averages and saves them alone.

The weights of a large model stay where they are, untouched and in half precision; what is learned are the few small
matrices that peft adds to it. Only code that runs imports this: it needs torch.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Self

import torch
from torch import nn


class AdapterWeights(nn.Module):
    """The trainable weights of `network`, shared with it, in float32. Calling this calls the network.

    The network itself is no submodule: its frozen weights stand in no checkpoint and are never copied.
    """

    def __init__(self, network: Any) -> None:
        """Take up every weight of `network` that wants a gradient. Raises `ValueError` when there is none."""
        super().__init__()
        self._network = (network,)  # in a tuple, so that torch does not see a submodule
        learned = [(name, weight) for name, weight in network.named_parameters() if weight.requires_grad]
        if not learned:
            raise ValueError("the network has no weight to learn")
        for name, weight in learned:
            weight.data = weight.data.float()
            self.register_parameter(_flat(name), weight)

    def forward(self, *args: Any, **options: Any) -> Any:
        """What the network answers."""
        return self._network[0](*args, **options)

    def __deepcopy__(self, known: dict[int, Any]) -> Self:
        """The weights alone: averages are read, not run."""
        twin = type(self).__new__(type(self))
        nn.Module.__init__(twin)
        twin._network = ()  # type: ignore[assignment]
        for name, weight in self.named_parameters():
            twin.register_parameter(name, nn.Parameter(weight.detach().clone()))
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

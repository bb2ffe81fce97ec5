"""Muon: momentum whose matrix updates are made orthogonal; learns from far fewer tokens than AdamW at this size.

Jordan et al., "Muon: An optimizer for hidden layers in neural networks" (2024), with the update scaled as in Liu et
al., "Muon is Scalable for LLM Training" (2025, section 2.2), so that AdamW's learning rate and weight decay carry over.
torch's own Muon always computes in bfloat16, which most CPUs emulate slowly; this one does so only where the device has
units for it, all matrices of one shape at once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING, Any

from studio.sdk.training.precision import multiplies_bfloat16

if TYPE_CHECKING:
    import torch

NEWTON_SCHULZ = (3.4445, -4.7750, 2.0315)
"""Coefficients of the quintic iteration (Jordan et al. 2024), tuned for steepness at zero."""


def muon(
    params: Iterable[torch.nn.Parameter], lr: float, momentum: float = 0.95, weight_decay: float = 0.1
) -> torch.optim.Optimizer:
    """Momentum with orthogonalised Nesterov updates, for two-dimensional hidden weights only."""
    optimizer: torch.optim.Optimizer = _optimizer_class()(params, lr, momentum, weight_decay)
    return optimizer


def orthogonalize(matrices: torch.Tensor, steps: int = 5) -> torch.Tensor:
    """Bring the singular values of each matrix in [n, rows, columns] near 1 by Newton–Schulz iteration.

    The answer has the type of `matrices`. The iteration forgives rounding (Jordan et al. 2024), so it is done in
    bfloat16 where that is quick.
    """
    a, b, c = NEWTON_SCHULZ
    x: torch.Tensor = matrices / (matrices.norm(dim=(-2, -1), keepdim=True) + 1e-7)
    tall = x.shape[-2] > x.shape[-1]
    x = x.mT if tall else x
    if x.is_cuda or (x.device.type == "cpu" and multiplies_bfloat16()):
        x = x.bfloat16()
    for _ in range(steps):
        gram = x @ x.mT
        x = a * x + (b * gram + c * gram @ gram) @ x
    return (x.mT if tall else x).to(matrices.dtype)


@cache
def _optimizer_class() -> type:
    """The class of what `muon` gives; made when it is first asked for, since its base is torch's."""
    import torch

    class Muon(torch.optim.Optimizer):
        def __init__(
            self, params: Iterable[torch.nn.Parameter], lr: float, momentum: float, weight_decay: float
        ) -> None:
            super().__init__(params, {"lr": lr, "momentum": momentum, "weight_decay": weight_decay})

        @torch.no_grad()
        def step(self, closure: Any = None) -> None:  # type: ignore[override]
            """Update every parameter that has a gradient; `closure` is not supported."""
            if closure is not None:
                raise ValueError("Muon takes no closure.")
            for group in self.param_groups:
                _update(group, self.state)

    return Muon


def _update(group: dict[str, Any], state: dict[Any, dict[str, Any]]) -> None:
    """One step of a group's parameters, all of one shape together."""
    import torch

    by_shape: dict[Any, list[Any]] = defaultdict(list)
    for parameter in group["params"]:
        if parameter.grad is not None:
            by_shape[parameter.shape].append(parameter)
    for shape, parameters in by_shape.items():
        ahead = [_nesterov(one, state[one], group["momentum"]) for one in parameters]
        updates = orthogonalize(torch.stack(ahead))
        scale = 0.2 * max(shape) ** 0.5
        for parameter, update in zip(parameters, updates, strict=True):
            parameter.mul_(1 - group["lr"] * group["weight_decay"])
            parameter.add_(update, alpha=-group["lr"] * scale)


def _nesterov(parameter: torch.Tensor, state: dict[str, Any], momentum: float) -> torch.Tensor:
    """The gradient looked ahead along its moving average, which moves on."""
    import torch

    if "momentum" not in state:
        state["momentum"] = torch.zeros_like(parameter)
    gradient = parameter.grad
    assert gradient is not None
    state["momentum"].lerp_(gradient, 1 - momentum)
    return gradient.lerp(state["momentum"], momentum)

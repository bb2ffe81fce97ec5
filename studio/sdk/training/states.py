"""Weights and optimizer states as ``.safetensors`` and JSON: nothing that is read back can execute anything."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

STATE = "state.json"
"""Step, and what optimizers keep that is no tensor."""


def save_checkpoint(
    folder: Path,
    step: int,
    modules: Mapping[str, Any],
    optimizers: Mapping[str, Any],
    sums: Mapping[str, tuple[float, int]],
    looks: Sequence[tuple[int, float]] = (),
) -> None:
    """Write networks and optimizers into a new folder, one file each.

    Args:
        folder: where.
        step: steps taken.
        modules: networks by name.
        optimizers: by name.
        sums: the curves' unfinished point.
        looks: step and held-out loss of every look that early stopping goes by.
    """
    from safetensors.torch import save_file

    folder.mkdir(parents=True, exist_ok=True)
    plain: dict[str, Any] = {"step": step, "optimizers": {}, "sums": dict(sums), "looks": list(looks)}
    for name, module in modules.items():
        save_file(_weights(module), folder / f"{name}.safetensors")
    for name, optimizer in optimizers.items():
        tensors, rest = _flat(optimizer.state_dict()["state"])
        save_file(tensors, folder / f"{name}.optimizer.safetensors")
        plain["optimizers"][name] = rest
    (folder / STATE).write_text(json.dumps(plain), "utf-8")


def load_checkpoint(folder: Path, modules: Mapping[str, Any], optimizers: Mapping[str, Any]) -> int:
    """Load what `save_checkpoint` wrote into networks and optimizers of the same shapes; returns the step.

    Raises:
        UserError: the checkpoint belongs to a model of another shape.
    """
    from safetensors.torch import load_file

    from studio.sdk.errors import UserError

    plain = json.loads((folder / STATE).read_text("utf-8"))
    try:
        for name, module in modules.items():
            weights = load_file(folder / f"{name}.safetensors")
            if weights.keys() != _weights(module).keys():
                raise ValueError(f"{name} has other weights")
            module.load_state_dict(weights, strict=False)  # tied weights stand in the file once
        for name, optimizer in optimizers.items():
            tensors = load_file(folder / f"{name}.optimizer.safetensors")
            groups = optimizer.state_dict()["param_groups"]
            optimizer.load_state_dict(
                {"state": _deep(tensors, plain["optimizers"].get(name, {})), "param_groups": groups}
            )
    except (RuntimeError, ValueError, KeyError) as error:
        raise UserError(
            "The checkpoint does not fit this model.", hint="Start the training anew instead of continuing it."
        ) from error
    return int(plain["step"])


def load_sums(folder: Path) -> dict[str, tuple[float, int]]:
    """The unfinished point of each curve at a checkpoint: sum and count of the values so far."""
    plain = json.loads((folder / STATE).read_text("utf-8")).get("sums", {})
    return {str(name): (float(total), int(count)) for name, (total, count) in plain.items()}


def load_looks(folder: Path) -> list[tuple[int, float]]:
    """Step and held-out loss of every look until a checkpoint."""
    plain = json.loads((folder / STATE).read_text("utf-8")).get("looks", [])
    return [(int(step), float(loss)) for step, loss in plain]


def _weights(module: Any) -> dict[str, Any]:
    """A state dict whose tied weights occur once: safetensors refuses tensors that share memory."""
    seen: set[int] = set()
    weights = {}
    for name, tensor in module.state_dict().items():
        place = tensor.data_ptr()
        if tensor.numel() and place in seen:
            continue
        seen.add(place)
        weights[name] = tensor.detach().contiguous()
    return weights


def _flat(state: Mapping[int, Mapping[str, Any]]) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    import torch

    tensors: dict[str, Any] = {}
    rest: dict[str, dict[str, Any]] = {}
    for index, entries in state.items():
        for name, value in entries.items():
            if isinstance(value, torch.Tensor):
                tensors[f"{index}.{name}"] = value.detach().contiguous()
            else:
                rest.setdefault(str(index), {})[name] = value
    return tensors, rest


def _deep(tensors: Mapping[str, Any], rest: Mapping[str, Mapping[str, Any]]) -> dict[int, dict[str, Any]]:
    state: dict[int, dict[str, Any]] = {int(index): dict(entries) for index, entries in rest.items()}
    for key, tensor in tensors.items():
        index, _, name = key.partition(".")
        state.setdefault(int(index), {})[name] = tensor
    return state

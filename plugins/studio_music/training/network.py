"""The network of a score model: a small Llama over steps, and a head that draws the voices of a step one by one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from torch import nn
from transformers import LlamaConfig, LlamaModel

from studio.sdk.training.muon import muon
from studio_music.training.grid import Grid, Row
from studio_music.training.layout import Layout
from studio_music.training.rows import IGNORED

HEAD = 32
"""Width of an attention head."""

WEIGHTS, CONFIG = "model.safetensors", "config.json"


class ScoreModel(nn.Module):
    """Predicts, for every step, the melody some steps later and the other voices now.

    What a step is told is embedded and summed; a causal transformer (transformers' Llama) carries it through time; and
    the voices of one step are drawn by small networks, each of which sees the voices drawn before it.
    """

    def __init__(self, grid: Layout, width: int, layers: int) -> None:
        """Make a network with weights from torch's global random state; `width` is a multiple of `HEAD`."""
        super().__init__()
        self.grid, self.width, self.layers = grid, width, layers
        sizes = [grid.size(voice) for voice in range(grid.voices)]
        self.before = nn.ModuleList(nn.Embedding(size, width) for size in grid.seen)
        self.ahead = nn.Embedding(grid.lookahead * sizes[0], width) if grid.lookahead else None
        self.told = nn.ModuleList(nn.Embedding(size, width) for size in grid.told)
        self.drawn = nn.ModuleList(nn.Embedding(size, width) for size in sizes)
        self.mixers = nn.ModuleList(nn.Linear(width, width) for _ in sizes)
        self.heads = nn.ModuleList(nn.Linear(width, size) for size in sizes)
        self.trunk = LlamaModel(
            LlamaConfig(
                vocab_size=1,
                hidden_size=width,
                intermediate_size=round(width * 8 / 3 / HEAD) * HEAD,
                num_hidden_layers=layers,
                num_attention_heads=width // HEAD,
                num_key_value_heads=width // HEAD,
                max_position_embeddings=4 * grid.memory,
                pad_token_id=None,
                bos_token_id=None,
                eos_token_id=None,
            )
        )
        for table in self.modules():
            if isinstance(table, nn.Embedding) and table not in self.trunk.modules():
                nn.init.normal_(table.weight, std=0.02)

    def embedded(self, before: torch.Tensor, ahead: torch.Tensor, told: torch.Tensor) -> torch.Tensor:
        """What steps are told as vectors [batch, n, width]; arguments as in `Row` with a batch in front."""
        total = _summed(self.before, before) + _summed(self.told, told)
        if self.ahead is not None:
            places = torch.arange(self.grid.lookahead, device=ahead.device) * self.grid.size(0)
            total = total + self.ahead(ahead + places).sum(dim=2)
        return total

    def forward(self, before: torch.Tensor, ahead: torch.Tensor, told: torch.Tensor) -> torch.Tensor:
        """States [batch, n, width] from which the voices of each step are drawn."""
        vectors = self.embedded(before, ahead, told)
        states: torch.Tensor = self.trunk(inputs_embeds=vectors, use_cache=False).last_hidden_state
        return states

    def logits(self, mixed: torch.Tensor, voice: int) -> torch.Tensor:
        """Scores of a voice's tokens [..., size] from a state and the voices drawn before it, see `with_drawn`."""
        hidden = mixed + nn.functional.silu(self.mixers[voice](mixed))
        scores: torch.Tensor = self.heads[voice](hidden)
        return scores

    def with_drawn(self, mixed: torch.Tensor, voice: int, tokens: torch.Tensor) -> torch.Tensor:
        """The state from which the voices after `voice` are drawn, which know its `tokens`."""
        known: torch.Tensor = mixed + self.drawn[voice](tokens)
        return known


def _summed(tables: nn.ModuleList, tokens: torch.Tensor) -> torch.Tensor:
    """The sum of one row of every table [batch, n, width] for tokens [batch, n, tables]."""
    sizes = torch.tensor([0, *(table.num_embeddings for table in tables)][:-1], device=tokens.device)
    whole = torch.cat([weight for table in tables for weight in table.parameters()])
    rows = (tokens + sizes.cumsum(0)).flatten(0, 1)
    return nn.functional.embedding_bag(rows, whole, mode="sum").view(*tokens.shape[:2], -1)


def build(grid: Layout, width: int, layers: int, seed: int) -> ScoreModel:
    """A fresh network in float32 whose weights depend on `seed` alone."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return ScoreModel(grid, width, layers)


def at_hand(model: ScoreModel) -> ScoreModel:
    """The network on the CPU, where pieces are written step by step; itself if that is where it is."""
    if next(model.parameters()).device.type == "cpu":
        return model
    near = build(model.grid, model.width, model.layers, 0)
    near.load_state_dict(model.state_dict())
    return near.eval()


def optimizers(model: nn.Module, rate: float) -> dict[str, torch.optim.Optimizer]:
    """Muon for the matrices between hidden states; AdamW for embeddings, outputs, norms and biases."""
    hidden, others = list[nn.Parameter](), list[nn.Parameter]()
    for name, weight in model.named_parameters():
        inner = weight.ndim == 2 and name.startswith(("trunk.layers", "mixers"))
        (hidden if inner else others).append(weight)
    return {
        "muon": muon(hidden, lr=rate),
        "adamw": torch.optim.AdamW(others, lr=rate * 0.5, betas=(0.9, 0.97), weight_decay=0.01),
    }


def surprise(model: Any, row: Row) -> torch.Tensor:
    """Negative log-likelihood in nats of everything wanted [batch, n, voices]; 0 where nothing is."""
    device = next(model.parameters()).device
    before, ahead, told, wanted = (
        torch.from_numpy(array).to(device) for array in (row.before, row.ahead, row.told, row.wanted)
    )
    mixed = model(before, ahead, told)
    bare = getattr(model, "module", model)
    losses = torch.zeros(wanted.shape, device=device)
    for voice in bare.grid.order:
        logits = bare.logits(mixed, voice)
        losses[..., voice] = nn.functional.cross_entropy(
            logits.flatten(0, 1), wanted[..., voice].flatten(), ignore_index=IGNORED, reduction="none"
        ).view(wanted.shape[:2])
        mixed = bare.with_drawn(mixed, voice, wanted[..., voice].clamp_min(0))
    return losses


def loss_of(model: Any, row: Row) -> torch.Tensor:
    """Mean cross-entropy in nats per wanted token, a scalar."""
    return surprise(model, row).sum() / max(1, int((row.wanted != IGNORED).sum()))


def save(model: Any, folder: Path) -> None:
    """Write weights in float16, and ``config.json`` with the grid and the network's shape."""
    from safetensors.torch import save_file

    weights = {
        name: tensor.detach().to("cpu", torch.float16).contiguous() for name, tensor in model.state_dict().items()
    }
    save_file(weights, folder / WEIGHTS, metadata={"format": "pt"})
    config = {
        "model_type": model.grid.kind,
        "grid": model.grid.to_json(),
        "width": model.width,
        "layers": model.layers,
    }
    (folder / CONFIG).write_text(json.dumps(config, indent=1, ensure_ascii=False), "utf-8")


def load(folder: Path, layout: type[Layout] = Grid) -> ScoreModel:
    """The network in float32, ready to write.

    Args:
        folder: where `save` put it.
        layout: what its tokens mean.

    Raises:
        OSError, ValueError, KeyError, RuntimeError: the folder holds no such model.
    """
    from safetensors.torch import load_file

    config = json.loads((folder / CONFIG).read_text("utf-8"))
    if config["model_type"] != layout.kind:
        raise ValueError(f"It is a model of the kind {config['model_type']}, not {layout.kind}.")
    model = ScoreModel(layout.from_json(config["grid"]), int(config["width"]), int(config["layers"]))
    model.load_state_dict(load_file(folder / WEIGHTS))
    return model.float().eval().requires_grad_(requires_grad=False)

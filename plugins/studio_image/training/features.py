"""A feature space for comparing pictures that needs no download: a convolution network with fixed random weights.

Features of networks trained on photographs see more, but they would have to be downloaded, and know little about
sprites and textures. Random ones tell apart colours, edges and their places well enough to compare two sets of small
pictures (Naeem et al. 2020, "Reliable fidelity and diversity metrics", section 4.1.2). Figures in this space can be
compared with each other, and not with published ones.
"""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import nn

SEED = 0
WIDTHS = (32, 64, 128)
NAME = "features of a fixed random convolution network"


class RandomFeatures(nn.Module):
    """Pictures [n, channels, s, s] to features [n, 4·224]: means of each layer over the picture's four quarters."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        noise = torch.Generator().manual_seed(SEED)
        sizes = (channels, *WIDTHS)
        layers = [
            nn.Conv2d(c_in, c_out, 5 if c_in == channels else 3, stride=2, padding=1) for c_in, c_out in pairwise(sizes)
        ]
        self.layers = nn.ModuleList(layers)
        for layer in layers:
            fan_in = layer.weight[0].numel()
            layer.weight.data = torch.randn(layer.weight.shape, generator=noise) * (2 / fan_in) ** 0.5
            layer.register_parameter("bias", nn.Parameter(torch.randn(layer.out_channels, generator=noise) * 0.2))

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        """See."""
        seen = []
        for layer in self.layers:
            pictures = torch.relu(layer(pictures))
            seen.append(nn.functional.adaptive_avg_pool2d(pictures, 2).flatten(1))
        return torch.cat(seen, 1)


@torch.inference_mode()
def features(pictures: torch.Tensor) -> torch.Tensor:
    """Features [n, d] of pictures [n, channels, s, s] within −1 … 1."""
    network = RandomFeatures(pictures.shape[1])
    return torch.cat([network(part) for part in torch.split(pictures, 256)])

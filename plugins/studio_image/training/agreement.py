"""Whether pictures show what their words ask for, by a small classifier taught on the training pictures.

``python -m studio_image.training.agreement DATASET MODEL`` teaches a convolution network to tell the frequent things of
a dataset's captions apart, draws pictures for each of these words with a model of pictures from words, and says how
often the classifier sees the word in them, beside chance and beside real pictures that it was not taught on.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional

import studio.sdk as sdk
from studio.sdk.testing import RecordingContext
from studio_image.asking import COLOURS
from studio_image.kin import Captions
from studio_image.models.flow import FlowModel, load
from studio_image.models.words import LONGEST, split
from studio_image.training.dataset import Framing, read, scaled
from studio_image.training.evaluation import as_saved

ROUNDS = 40
"""Times that the classifier sees every picture."""

BATCH, RATE = 32, 0.002
KEPT = 5
"""One real picture in so many is kept to test the classifier."""

NOT_THINGS = frozenset(
    ("item", "monster", "dungeon", "effect", "of", "with", "noto", "twemoji", "glossy", "flat", *COLOURS)
)
"""Words that say how or where something is, not what."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """How often the classifier sees what was meant.

    Attributes:
        things: the words it tells apart.
        made: share of made pictures in which it sees the word they were drawn for.
        made_within_five: share in which the word is among its first five.
        real: share of real pictures it was not taught on.
        chance: share that guessing would reach.
        pictures: how many were made.
    """

    things: tuple[str, ...]
    made: float
    made_within_five: float
    real: float
    chance: float
    pictures: int


class Classifier(nn.Module):
    """Pictures [n, channels, s, s] to logits [n, things]."""

    def __init__(self, channels: int, things: int, width: int = 32) -> None:
        super().__init__()
        sizes = ((channels, width), (width, 2 * width), (2 * width, 4 * width))
        layers: list[nn.Module] = []
        for before, after in sizes:
            layers += [nn.Conv2d(before, after, 3, 2, 1), nn.GroupNorm(8, after), nn.GELU()]
        self.body = nn.Sequential(*layers)
        self.end = nn.Sequential(nn.Dropout(0.3), nn.Linear(4 * width * 16, things))

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        """Tell."""
        told: torch.Tensor = self.end(functional.adaptive_avg_pool2d(self.body(pictures), 4).flatten(1))
        return told


def measure(data: sdk.Dataset, model: FlowModel, *, fewest: int, each: int, seed: int = 0) -> Agreement:
    """Teach, draw and compare.

    Args:
        data: the model's dataset.
        model: what draws.
        fewest: how often a word must be the rarest thing of a caption to count.
        each: pictures to draw for a word.
        seed: of all that chance decides.
    """
    size = model.network.shape.size
    pictures = read(data, Framing(size, transparency="keep" if model.network.shape.channels == 4 else "flatten"),
                    RecordingContext(seed=seed))  # fmt: skip
    things, labels = things_of(pictures.captions, fewest)
    places = np.flatnonzero(labels >= 0)
    order = np.random.Generator(np.random.PCG64(seed)).permutation(places)
    tested, taught = order[: len(order) // KEPT], order[len(order) // KEPT :]
    known = scaled(pictures.training)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        judge = _taught(known[torch.from_numpy(taught)], torch.from_numpy(labels[taught]), len(things))
    real = _hits(judge, known[torch.from_numpy(tested)], torch.from_numpy(labels[tested]), 1)
    asked = torch.arange(len(things)).repeat_interleave(each)
    made = _made(model, things, each, seed)
    return Agreement(
        things, _hits(judge, made, asked, 1), _hits(judge, made, asked, 5), real, 1 / len(things), len(made)
    )


def things_of(captions: Sequence[str], fewest: int) -> tuple[tuple[str, ...], np.ndarray]:
    """The things that captions speak of, and each caption's (its rarest word that is one), −1 for none, int64 [n]."""
    words = [[word for word in dict.fromkeys(split(caption)) if word not in NOT_THINGS] for caption in captions]
    counts = Counter(word for caption in words for word in caption)
    frequent = {word for word, count in counts.items() if count >= fewest and len(word) > 2}
    while True:
        chosen = [
            min((w for w in caption if w in frequent), key=lambda w: (counts[w], w), default="") for caption in words
        ]
        numbers = Counter(chosen)
        kept = {word for word in frequent if numbers[word] >= fewest}
        if kept == frequent:
            break
        frequent = kept
    things = tuple(sorted(frequent))
    places = {word: place for place, word in enumerate(things)}
    return things, np.array([places.get(word, -1) for word in chosen], np.int64)


def _taught(pictures: torch.Tensor, labels: torch.Tensor, things: int) -> Classifier:
    """A classifier taught on pictures [n, channels, s, s], each moved about and mirrored."""
    judge = Classifier(pictures.shape[1], things)
    steps = ROUNDS * -(-len(pictures) // BATCH)
    optimizer = torch.optim.AdamW(judge.parameters(), RATE, weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=steps)
    for _ in range(steps):
        chosen = torch.randint(len(pictures), (BATCH,))
        seen = torch.roll(pictures[chosen], tuple(torch.randint(-2, 3, (2,)).tolist()), (2, 3))
        seen = seen.flip(3) if float(torch.rand(())) < 0.5 else seen
        loss = functional.cross_entropy(judge(seen), labels[chosen], label_smoothing=0.1)
        optimizer.zero_grad()
        torch.autograd.backward(loss)
        optimizer.step()
        schedule.step()
    return judge.eval()


@torch.inference_mode()
def _hits(judge: Classifier, pictures: torch.Tensor, labels: torch.Tensor, first: int) -> float:
    """Share of pictures whose label is among the `first` that the classifier names."""
    named = judge(pictures).topk(min(first, judge(pictures[:1]).shape[1]), dim=1).indices
    return float((named == labels[:, None]).any(1).float().mean())


def _made(model: FlowModel, things: Sequence[str], each: int, seed: int) -> torch.Tensor:
    """`each` pictures for every word, asked for as the generator does."""
    known = Captions(model.captions, split)
    random = np.random.Generator(np.random.PCG64(seed))
    made = []
    for number, thing in enumerate(things):
        asked = [" ".join(known.completed((thing,), LONGEST, lambda n: int(random.integers(n)))) for _ in range(each)]
        made.append(model.draw(asked, seed + number, steps=20, guidance=3.0))
    return as_saved(torch.cat(made), crisp=model.crisp)


def main() -> int:
    """Measure a model, and print the result as JSON."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("data", type=Path, help="folder of the dataset")
    parser.add_argument("model", type=Path, help="folder of the model")
    parser.add_argument("--fewest", type=int, default=8, help="pictures that a thing must have")
    parser.add_argument("--each", type=int, default=4, help="pictures to draw for each thing")
    parser.add_argument("--threads", type=int, default=1)
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    found = measure(sdk.Dataset.read(given.data), load(given.model), fewest=given.fewest, each=given.each)
    plain = {
        name: getattr(found, name) for name in ("made", "made_within_five", "real", "chance", "pictures", "things")
    }
    sys.stdout.write(json.dumps(plain, ensure_ascii=False) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Whether pictures show what their words ask for, by a small classifier taught on the training pictures.

Reports on models of pictures from words use `agreement`. By hand,
``python -m studio_image.training.agreement DATASET MODEL`` measures longer: it teaches a convolution network to tell
the frequent things of a dataset's captions apart, draws pictures for each of these words with a model of pictures from
words, and says how often the classifier sees the word in them, beside chance and beside real pictures that it was not
taught on.
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
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional

import studio.sdk as sdk
from studio.sdk.training.captions import shares_by_people
from studio_image.asking import COLOURS
from studio_image.kin import Captions
from studio_image.models.flow import FlowModel, load
from studio_image.models.words import LONGEST, split
from studio_image.training.dataset import Framing, Pictures, read, scaled
from studio_image.training.evaluation import as_saved
from studio_image.training.runs import seeded

ROUNDS = 40
"""Times that the classifier sees every picture."""

QUICK = 600
"""Most steps that the classifier of a report learns for, some seconds."""

FEWEST, FEWEST_THINGS, FEWEST_MADE = 12, 2, 8
"""Pictures that a thing must have, such things, and made pictures of them without which a report says nothing."""

UNMEASURED = "How often it shows the thing asked for is not known: too few captions name the same things."

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
        hits: for each made picture whether the classifier sees the word in it, None where its caption names none of
            them.
    """

    things: tuple[str, ...]
    made: float
    made_within_five: float
    real: float
    chance: float
    pictures: int
    hits: tuple[bool | None, ...] = ()

    def measures(self) -> tuple[sdk.Measure, ...]:
        """For a report."""
        return (
            sdk.Measure(
                "agreement with captions", self.made, self.real, "real pictures it was not taught on", "higher",
                f"Share of {self.pictures} made pictures in which a small classifier taught on the training pictures "
                f"sees the thing their caption names, out of {len(self.things)}; guessing finds {self.chance:.1%}.",
            ),
        )  # fmt: skip


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


@dataclass(frozen=True, slots=True, eq=False)
class Judge:
    """A classifier of the things in a dataset's captions.

    Attributes:
        things: what it tells apart.
        labels: the thing of each training caption, −1 for none, int64 [n].
        network: the classifier.
        real: share of real pictures it was not taught on that it names rightly.
    """

    things: tuple[str, ...]
    labels: NDArray[np.int64]
    network: Classifier
    real: float

    def hits(self, made: torch.Tensor, labels: torch.Tensor, first: int = 1) -> torch.Tensor:
        """Whether each picture's label is among the `first` things it names, bool [n]."""
        return _hits(self.network, made, labels, first)


def taught(pictures: Pictures, seed: int, *, fewest: int, most: int | None = None) -> Judge | None:
    """A judge taught on the training pictures; None where fewer than `FEWEST_THINGS` things have `fewest` pictures.

    Args:
        pictures: with captions.
        seed: of all that chance decides.
        fewest: how often a word must be the rarest thing of a caption to count.
        most: steps it learns for at most.
    """
    things, labels = things_of(pictures.captions, fewest)
    if len(things) < FEWEST_THINGS:
        return None
    order = np.random.Generator(np.random.PCG64(seed)).permutation(np.flatnonzero(labels >= 0))
    tested, known = (torch.from_numpy(part) for part in (order[: len(order) // KEPT], order[len(order) // KEPT :]))
    told = torch.from_numpy(labels)
    with seeded(seed):
        network = _taught(scaled(pictures.training[known]), told[known], len(things), most)
    real = _hits(network, scaled(pictures.training[tested]), told[tested], 1)
    return Judge(things, labels, network, float(real.float().mean()))


def agreement(
    pictures: Pictures, made: torch.Tensor, asked: NDArray[np.int64], seed: int, *, fewest: int = FEWEST
) -> Agreement | None:
    """How often pictures show the thing that they were asked to, in some seconds; None where nothing can be said.

    Args:
        pictures: what the model learned from.
        made: [n, channels, s, s] within −1 … 1, as they would be saved.
        asked: the training pictures whose captions they were drawn for, int64 [n].
        seed: of the classifier.
        fewest: how many pictures a thing must have.
    """
    judge = taught(pictures, seed, fewest=fewest, most=QUICK)
    if judge is None:
        return None
    labels = torch.from_numpy(judge.labels[asked])
    counted = labels >= 0
    if int(counted.sum()) < FEWEST_MADE:
        return None
    first, five = (judge.hits(made, labels, number) for number in (1, 5))
    hits = tuple(bool(hit) if known else None for hit, known in zip(first, counted, strict=True))
    made_within_one, made_within_five = (float(found[counted].float().mean()) for found in (first, five))
    return Agreement(
        judge.things, made_within_one, made_within_five, judge.real, 1 / len(judge.things), int(counted.sum()), hits
    )


def by_people(captions: Sequence[str], copied: Sequence[bool], agreed: Agreement | None) -> dict[str, dict[str, float]]:
    """Copies and agreement among made pictures by the people that their captions name; empty where they name none."""
    shares = {"copies, by people in captions": shares_by_people(captions, copied)}
    if agreed is not None:
        known = [(caption, hit) for caption, hit in zip(captions, agreed.hits, strict=True) if hit is not None]
        shares["agreement, by people in captions"] = shares_by_people(
            [one for one, _ in known], [hit for _, hit in known]
        )
    return {name: share for name, share in shares.items() if share}


def measure(data: sdk.Dataset, model: FlowModel, *, fewest: int, each: int, seed: int = 0) -> Agreement:
    """Teach, draw and compare.

    Args:
        data: the model's dataset.
        model: what draws.
        fewest: how often a word must be the rarest thing of a caption to count.
        each: pictures to draw for a word.
        seed: of all that chance decides.

    Raises:
        UserError: too few things have so many pictures.
    """
    from studio.sdk.testing import RecordingContext

    size = model.network.shape.size
    pictures = read(data, Framing(size, transparency="keep" if model.network.shape.channels == 4 else "flatten"),
                    RecordingContext(seed=seed))  # fmt: skip
    judge = taught(pictures, seed, fewest=fewest)
    if judge is None:
        raise sdk.UserError(UNMEASURED)
    asked = torch.arange(len(judge.things)).repeat_interleave(each)
    made = _made(model, judge.things, each, seed)
    first, five = (judge.hits(made, asked, number) for number in (1, 5))
    return Agreement(
        judge.things, float(first.float().mean()), float(five.float().mean()), judge.real, 1 / len(judge.things),
        len(made), tuple(first.tolist()),
    )  # fmt: skip


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


def _taught(pictures: torch.Tensor, labels: torch.Tensor, things: int, most: int | None) -> Classifier:
    """A classifier taught on pictures [n, channels, s, s], each moved about and mirrored."""
    judge = Classifier(pictures.shape[1], things)
    whole = ROUNDS * -(-len(pictures) // BATCH)
    steps = whole if most is None else min(whole, most)
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
def _hits(judge: Classifier, pictures: torch.Tensor, labels: torch.Tensor, first: int) -> torch.Tensor:
    """Whether each picture's label is among the `first` that the classifier names, bool [n]."""
    told = torch.cat([judge(part) for part in torch.split(pictures, 256)])
    named = told.topk(min(first, told.shape[1]), dim=1).indices
    return (named == labels[:, None]).any(1)


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

"""The starter ``vae-faces``: a VAE of emoji faces, 32 × 32, transparent."""

from __future__ import annotations

import json
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import emoji_pictures

RECIPE: dict[str, Any] = {
    "trainer": "studio_image.training.vae:TrainVae",
    "kind": "image",
    "values": {"size": "32", "width": 16, "latent": 128, "beta": 0.5, "steps": 1500, "batch": 32, "mirror": True},
    "seed": 7,
    "title": "Faces (VAE)",
    "card": emoji_pictures.CARD | {"title": "Faces of four emoji collections"},
    "credits": emoji_pictures.CREDITS,
}  # fmt: skip

ANIMALS = ("cat-face", "monkey-face")


def prepare(data: Path, folder: Path) -> None:
    """Unpack the faces of people, cats and monkeys; the same face of several collections is one source."""
    lines = []
    with zipfile.ZipFile(data / "image-emoji-64" / "emoji64.zip") as archive:
        for line in archive.read("captions.jsonl").decode().splitlines():
            record = json.loads(line)
            if record["subgroup"].startswith("face-") or record["subgroup"] in ANIMALS:
                name = record["file"].replace("/", "-")
                (folder / name).write_bytes(archive.read(record["file"]))
                caption = f"{record['style']}, {record['label']}"
                lines.append({"file": name, "caption": caption, "source": record["emoji"]})
    (folder / "captions.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")


def finish(folder: Path, out: Path) -> None:
    """The captions' words as directions, from the weights as they are stored: they can be made anew without training.

    ``python3 -c "import sys; sys.path.insert(0, 'packaging'); from pathlib import Path; import make_starter as m;
    s = m.load('vae-faces'); s.finish(m.prepared(s, 'vae-faces', Path(DATA), Path(WORK)), Path(OUT))"``
    """
    from studio.sdk import Dataset
    from studio.sdk.testing import RecordingContext
    from studio_image.models.latents import load, save
    from studio_image.training.attributes import named
    from studio_image.training.autoencoding import CODED, coded
    from studio_image.training.dataset import Framing, read

    model = load(out)
    network: Any = model.network
    pictures = read(Dataset.read(folder), Framing(network.shape.size), RecordingContext())
    means, _ = coded(network, pictures, "cpu")
    attributes = named(model.latents.inverse(means), pictures.captions[:CODED])
    save(out, replace(model, attributes=attributes), network)

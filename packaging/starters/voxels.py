"""The starter that makes 3D objects of words: low-poly models by Kenney as voxels.

In `data` is a folder ``mesh-kenney`` with ``voxels32.npz`` (``coords`` uint8 [m, 3] as x, y, z with y up, ``rgb`` uint8
[m, 3], ``start`` int32 [n + 1]) and ``captions.jsonl`` with one line a model: ``file``, ``kit``, ``caption``, ``flat``.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

SIDE = 32
PUZZLE = ("corner", "half", "quarter", "diagonal", "inner", "slope")
"""Words in the captions of cliff pieces that fit only beside each other and show nothing by themselves."""

CLEARER = (
    (r"^tree (.*) fall$", r"autumn tree \1"),
    (r"\bdarkh\b", "dark"),
    (r"^tree (.*)dark$", r"dark tree \1"),
    (r"^tree (small|tall|thin|fat|palm|oak|pine|simple)\b", r"\1 tree"),
    (r"^pine tree (small|tall|round)", r"\1 pine tree"),
    (r"^palm tree (short|tall|detailed)", r"\1 palm tree"),
    (r" (default|ground|blocks)\b", ""),
    (r"^crop (\w+)", r"\1"),
    (r"^plant bush", "bush"),
    (r"^statue (column|obelisk|head|ring)", r"stone \1 statue"),
    (r"^(mushroom|flower) (red|tan|purple|yellow)", r"\2 \1"),
    (r"^(house|rock|stone|stump|tent|table|chair|sofa|lamp|pillow|television|lounge)\b", r"\1"),
    (r"^lounge (.*)(chair|sofa)", r"\1\2 lounge"),
    (r"^table (coffee|glass|round|cross|cloth)", r"\1 table"),
    (r"^bed (bunk|double|single)", r"\1 bed"),
    (r"^kitchen (fridge|stove|microwave|blender|coffee machine|sink)", r"\1 kitchen"),
    (r"^trashcan", "trash can"),
)
"""File names made into words as people say them; the model reads a caption as a bag of words anyway."""

CARS = {"police": "police car", "sedan": "car sedan", "suv": "car suv", "firetruck": "fire truck",
        "delivery": "delivery truck"}  # fmt: skip

RECIPE: dict[str, Any] = {
    "trainer": "studio_mesh.training.voxels:TrainVoxels",
    "kind": "mesh",
    "title": "Words to voxel objects",
    "values": {"steps": 4500, "turned": 0.1},
    "seed": 0,
    "card": {
        "title": "Low-poly models by Kenney, as voxels",
        "licence": "CC0 1.0",
        "note": "The nature kit came from a copy without a stated licence; by its file names it is Kenney's Nature Kit,"
        " which Kenney publishes as CC0.",
    },
    "credits": """\
The model learned from voxels of low-poly models by Kenney (https://kenney.nl): the furniture, suburb, roads and car
kits as kept in https://github.com/rcorre/wildjam84 (commit 7bccbdc0), whose README says that they are CC0; and nature
models as kept in https://github.com/j0t3x/mapbuilder (commit 46daac68), which states no licence of its own. By their
file names these are Kenney's Nature Kit, which Kenney publishes as CC0. Captions were made from the file names. CC0
asks for no credit; we give it gladly.""",
}


def prepare(data: Path, folder: Path) -> None:
    """Write one ``.vox`` file a model and ``captions.jsonl``, with what is held out.

    Held out are captions all of whose words occur in others too, so that the question is whether the model can put
    known words together, not whether it guesses what a word means.
    """
    from studio.library.formats.vox import write_grid

    models = data / "mesh-kenney"
    grids = np.load(models / "voxels32.npz", allow_pickle=False)
    lines = [json.loads(line) for line in (models / "captions.jsonl").read_text("utf-8").splitlines()]
    chosen = [(number, line, caption(line)) for number, line in enumerate(lines) if wanted(line)]
    out = held_out([said for _, _, said in chosen])
    written = []
    for number, line, said in chosen:
        start, end = grids["start"][number : number + 2]
        palette, which = few_colors(grids["rgb"][start:end])
        labels = np.zeros((SIDE, SIDE, SIDE), np.uint8)
        labels[tuple(grids["coords"][start:end].T)] = which + 1
        name = f"{line['kit']}-{Path(line['file']).stem}.vox"
        write_grid(folder / name, labels, palette)
        source = f"{said} (Kenney)"
        written.append({"file": name, "caption": said, "source": source, "held_out": said in out})
    text = "".join(json.dumps(entry, ensure_ascii=False) + "\n" for entry in written)
    (folder / "captions.jsonl").write_text(text, "utf-8")


def wanted(line: dict[str, Any]) -> bool:
    """Whether a model shows a thing by itself: no ground tiles, no pieces of road or cliff."""
    words = line["caption"].split()
    piece = words[0] == "cliff" and any(word in PUZZLE for word in words)
    return not line["flat"] and not piece and words[0] not in ("tile", "road")


def caption(line: dict[str, Any]) -> str:
    """What the model shows, in words."""
    said = str(line["caption"])
    if line["kit"] == "car":
        return CARS.get(said, said)
    if line["kit"] == "roads" and said.startswith("light"):
        return f"street {said}"
    for pattern, better in CLEARER:
        said = re.sub(pattern, better, said)
    return " ".join(said.split())


def held_out(captions: list[str], share: float = 0.08) -> set[str]:
    """Captions to keep out of training: an even choice among those whose words all occur in three others."""
    distinct = sorted(set(captions))
    counts = Counter(word for said in distinct for word in set(said.split()))
    able = [said for said in distinct if len(said.split()) > 1 and all(counts[word] > 3 for word in said.split())]
    return set(able[:: max(1, round(len(able) / (share * len(distinct))))])


def few_colors(rgb: np.ndarray[Any, np.dtype[np.uint8]]) -> tuple[Any, Any]:
    """At most 255 colours [n, 3] and the number of each voxel's."""
    colors, which = np.unique(rgb, axis=0, return_inverse=True)
    if len(colors) > 255:
        colors, which = np.unique(rgb // 32 * 32 + 16, axis=0, return_inverse=True)
    return colors[:255].astype(np.uint8), np.minimum(which.reshape(-1), 254).astype(np.uint8)

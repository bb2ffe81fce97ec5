"""The open pixel art as a dataset folder; what the starters of this folder that learn from it share."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Collection
from pathlib import Path
from typing import Any

from colours import main_colours

CREDITS = """\
Sprites of *Dungeon Crawl Stone Soup* (32 × 32 pixels, many artists), from
[crawl/tiles](https://github.com/crawl/tiles), release Nov-2015, dedicated to the public domain
([CC0 1.0](https://creativecommons.org/publicdomain/zero/1.0/)). Tiles whose licence that repository lists as unknown
were left out. Pictures of one thing (its variants and recoloured copies share a name) are all either trained on or
held out."""

CARD: dict[str, Any] = {
    "title": "Fantasy sprites",
    "licence": "CC0-1.0",
    "source": "https://github.com/crawl/tiles (Nov-2015)",
}


def unpack(
    data: Path, folder: Path, roles: Collection[str], categories: Collection[str], *, colours: bool = False
) -> None:
    """Unpack the sprites of some roles and categories from ``image-pixelart-32``, with captions and sources.

    With `colours`, captions begin with the colours that a picture mostly shows.
    """
    lines = []
    with zipfile.ZipFile(data / "image-pixelart-32" / "pixelart32.zip") as archive:
        for line in archive.read("captions.jsonl").decode().splitlines():
            record = json.loads(line)
            if record["role"] in roles and record["category"] in categories:
                name = record["file"].replace("/", "-")
                content = archive.read(record["file"])
                (folder / name).write_bytes(content)
                seen = main_colours(content) if colours else ()
                source = f"{record['category']} {_thing(record['name'])}"
                lines.append({"file": name, "caption": ", ".join([*seen, record["caption"]]), "source": source})
    (folder / "captions.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")


def _thing(name: str) -> str:
    """What a sprite shows, without the number of its variant: ``"boots iron2"`` and ``"boots wood"`` are both boots."""
    words = re.findall(r"[a-z]+", name.lower())
    return words[0] if words and words[0] != "urand" else " ".join(words)

"""The starter ``answer``: finds the answer to a question in a text; learned from questions to fairy tales."""

from __future__ import annotations

import gzip
import hashlib
import json
import zlib
from pathlib import Path
from typing import Any

HELD_OUT_IN_1000 = 120
"""Tales in a thousand that are kept for testing, with all their passages."""

RECIPE: dict[str, Any] = {
    "trainer": "studio_text.training.train_answer:TrainAnswer",
    "kind": "text",
    "title": "Answers from a text",
    "seed": 1,
    "values": {"steps": 1400, "layers": 3, "width": 128, "context": 128, "batch": 32, "rate": 0.004},
    "card": {
        "title": "Questions to fairy tales",
        "licence": "Apache-2.0 (questions and answers); the tales are in the public domain",
        "source": "FairytaleQA, https://github.com/uci-soe/FairytaleQAData",
    },
    "credits": """Questions and answers are those of *FairytaleQA* (Ying Xu, Dakuo Wang, Mo Yu and others, "Fantastic
Questions and Where to Find Them", ACL 2022; https://github.com/uci-soe/FairytaleQAData), Apache License 2.0; experts in
education wrote them. The tales come from Project Gutenberg and are in the public domain.""",
}


def prepare(data: Path, folder: Path) -> None:
    """Write ``texts.jsonl``, a passage a line with its questions, and ``dataset.json``."""
    from studio.sdk import Dataset, DatasetItem

    passages: dict[tuple[str, str], list[dict[str, str]]] = {}
    with gzip.open(data / "text-fairytales-en" / "fairytale_qa.jsonl.gz", "rt", encoding="utf-8") as lines:
        for record in map(json.loads, lines):
            asked = {name: record[name] for name in ("question", "answer", "kind")}
            passages.setdefault((record["story"], record["passage"]), []).append(asked)
    items, offset = [], 0
    with (folder / "texts.jsonl").open("wb") as stream:
        for (story, passage), questions in passages.items():
            line = json.dumps({"text": passage}, ensure_ascii=False).encode() + b"\n"
            stream.write(line)
            meta = {"offset": offset, "bytes": len(line), "record": {"questions": questions}}
            digest = hashlib.sha256(line + json.dumps(questions, ensure_ascii=False).encode()).hexdigest()
            items.append(DatasetItem(folder / "texts.jsonl", "", story, is_held_out(story), digest, meta))
            offset += len(line)
    whole = hashlib.sha256("\n".join(f"{i.sha256} {i.held_out}" for i in items).encode()).hexdigest()
    dataset = Dataset("answer", "text", folder, tuple(items), whole, RECIPE["card"])
    (folder / "dataset.json").write_text(json.dumps(dataset.to_json(), ensure_ascii=False), "utf-8")


def is_held_out(story: str) -> bool:
    """Whether a tale is kept out of training."""
    return zlib.crc32(story.encode()) % 1000 < HELD_OUT_IN_1000

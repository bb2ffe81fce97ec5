"""The folder of datasets: names, listing, removing, and the digest of one."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from dataclasses import replace
from pathlib import Path

from studio.disk.durable import sync_folder
from studio.sdk.datasets import MANIFEST, Dataset
from studio.sdk.errors import UserError

_NAME = re.compile(r"[\w][\w .()-]{0,63}")
_STAGING = re.compile(r"\..+\.(\d{1,9})\.[0-9a-f]{8}\.tmp")
_HEAD = re.compile(r'\s*\{\s*"format":\s*\d+,\s*"name":\s*"(?:[^"\\]|\\.)*",\s*"kind":\s*"\w+",\s*"digest":\s*"(\w*)"')
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")


HEAD_LETTERS = 16 * 2**10
"""Of a manifest, what is read to learn its digest; it comes right after name and kind."""


def check_name(name: str) -> str:
    """A dataset's name, which is its folder's. Raises `UserError` when it can't be one on every system."""
    name = name.strip()
    if not _NAME.fullmatch(name) or name.endswith((".", " ")) or _RESERVED.fullmatch(name):
        raise UserError(
            f"“{name[:80]}” can't be a dataset's name.",
            param="name",
            hint="Use up to 64 letters, digits, spaces, dots and hyphens, with a letter or digit first.",
        )
    return name


def free_name(wish: str, destination: Path) -> str:
    """A name like `wish` that no dataset has."""
    plain = re.sub(r"[^\w .()-]+", " ", wish).strip(" .-_()")[:56].strip(" .") or "dataset"
    if _RESERVED.fullmatch(plain):
        plain = f"dataset {plain}"
    name, number = plain, 1
    while (destination / name).exists():
        number += 1
        name = f"{plain} {number}"
    return name


def names(destination: Path) -> list[str]:
    """Names of the datasets that are there, in alphabetical order."""
    if not destination.is_dir():
        return []
    folders = [entry for entry in destination.iterdir() if not entry.name.startswith(".")]
    return sorted(entry.name for entry in folders if (entry / MANIFEST).is_file())


def find(destination: Path, name: str) -> Dataset:
    """A dataset by its name. Raises `UserError` when there is none, or it is damaged."""
    if name not in names(destination):
        known = ", ".join(names(destination)) or "none"
        raise UserError(f"There is no dataset “{name}”.", param="name", hint=f"Datasets: {known}.")
    try:
        return Dataset.read(destination / name)
    except ValueError as error:
        raise UserError(f"The dataset “{name}” is damaged: {error}", param="name") from error


def digest_of(folder: Path) -> str:
    """The digest of the dataset in a folder, empty where there is none. Reads the manifest's beginning only."""
    try:
        with (folder / MANIFEST).open(encoding="utf-8", errors="replace") as stream:
            head = _HEAD.match(stream.read(HEAD_LETTERS))
        return head[1] if head else Dataset.read(folder).digest
    except (OSError, ValueError):
        return ""


def remove(destination: Path, name: str) -> None:
    """Remove a dataset; the artist's own files stay. Raises `UserError` when there is none."""
    if name not in names(destination):
        find(destination, name)
    going = destination / staging_name(name)
    (destination / name).rename(going)
    sync_folder(destination)
    shutil.rmtree(going)


def staging_name(name: str) -> str:
    """A name for the folder in which a dataset comes into being; it says which process is at work there."""
    return f".{name}.{os.getpid()}.{os.urandom(4).hex()}.tmp"


def remove_left_behind(destination: Path) -> None:
    """Remove what processes that are no more were preparing."""
    import psutil

    for folder in destination.glob(".*.tmp"):
        found = _STAGING.fullmatch(folder.name)
        if found is not None and not psutil.pid_exists(int(found.group(1))):
            shutil.rmtree(folder, ignore_errors=True)


def renew(dataset: Dataset) -> Dataset:
    """The dataset with the digest of its present items: all of them that a recipe may learn from, in their order."""
    hashed = hashlib.sha256(dataset.kind.encode())
    for item in dataset.items:
        facts = [item.sha256, item.caption, item.held_out, item.source, item.meta.get("record")]
        hashed.update(json.dumps(facts, sort_keys=True).encode() + b"\n")
    return replace(dataset, digest=hashed.hexdigest())

"""Saves small results without end, saying each id once it is saved; made to be killed.

``python -m helpers.library_saver DIR`` is one saver. ``python -m helpers.library_saver DIR KILLS SEED`` starts a saver
(by fork, so that each is at work at once), kills it at a random moment, and so on, and prints the ids announced.
"""

from __future__ import annotations

import itertools
import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from helpers import library_artifacts as made

from studio.library import Origin, Store


def save_for_ever(folder: Path, say: Callable[[str], None]) -> None:
    """Save a picture and a text in turn; every fifth is renamed, every seventh put into the trash."""
    store = Store(folder)
    pictures = [made.picture(seed=seed) for seed in range(4)]
    for number in itertools.count():
        artifact = made.story() if number % 2 else pictures[number % 4]
        item = store.save(
            artifact, Origin(generator="studio.test.saver", seed=number, values={"prompt": f"fox {number}"})
        )
        say(item.id)
        if number % 5 == 4:
            store.update(item, title=f"renamed {number}", rating=3)
        if number % 7 == 6:
            store.trash(item.id)


def warm_up() -> None:
    """Load everything saving needs, so that a saver starts saving at once."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder))
        for artifact in (made.picture(), made.story()):
            store.save(artifact, None)
        store.close()


def killed_at_random(folder: Path, longest: float, chance: random.Random) -> list[str]:
    """Fork a saver, kill it after at most `longest` seconds, and return the ids it announced."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        with os.fdopen(writing, "w") as say:
            save_for_ever(folder, lambda item_id: print(item_id, file=say, flush=True))
    os.close(writing)
    time.sleep(chance.uniform(0.0, longest))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    with os.fdopen(reading) as said:
        return [line for line in said.read().split("\n") if len(line) == 26]


def main(arguments: list[str]) -> None:
    """See the module's text."""
    folder = Path(arguments[0])
    warm_up()
    if len(arguments) == 1:
        print("ready", flush=True)
        save_for_ever(folder, lambda item_id: print(item_id, flush=True))
    chance = random.Random(int(arguments[2]))
    for _ in range(int(arguments[1])):
        for item_id in killed_at_random(folder, 0.15, chance):
            print(item_id)


if __name__ == "__main__":
    main(sys.argv[1:])

"""Two programs with the same library open, one of which finds the index damaged and replaces it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from studio import sdk
from studio.library.library import Library

OTHER = """
import sys
from pathlib import Path
from studio import sdk
from studio.library.library import Library
with Library(Path(sys.argv[1])) as library:
    for number, line in enumerate(sys.stdin):
        if line == "save\\n":
            print(library.save(sdk.Text(f"wolf {number}")).id, flush=True)
        else:
            print(library.poll(), len(library.search("wolf OR fox")), flush=True)
"""


def test_the_other_program_goes_on_in_the_new_index_and_no_result_is_lost(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    command = [sys.executable, "-c", OTHER, str(tmp_path)]
    with (
        Library(tmp_path) as library,
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment) as other,
    ):

        def tell(word: str) -> str:
            assert other.stdin is not None
            assert other.stdout is not None
            other.stdin.write(f"{word}\n")
            other.stdin.flush()
            return other.stdout.readline().strip()

        library.save(sdk.Text("fox"))
        saved = [tell("save")]
        library.mend()
        saved.append(tell("save"))
        assert library.poll()
        assert {item.id for item in library.search("wolf")} == set(saved)
        library.mend()
        assert tell("look") == "True 3"
        assert tell("look") == "False 3"
        library.mend()
        assert other.stdin is not None
        other.stdin.close()
        assert other.wait(timeout=60) == 0, "it closes the file that was set aside"
        assert len(library.search("wolf OR fox")) == 3
        assert library.verify().fine

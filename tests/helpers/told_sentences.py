"""Collects what the rooms below the faces may tell an artist, so that a test can hold the catalogues against it."""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOMS = ("engine", "library", "sdk", "models", "teach", "disk")

SILENT_FILES = {
    "disk/resources.py": "without resources there are no catalogues either",
    "engine/doctor.py": "the command line tells it",
    "engine/worker/solo.py": "for a terminal",
    "library/checking.py": "records; the command line lists them",
    "library/items.py": "records; the command line lists them",
    "sdk/testing/pytest_plugin.py": "for a terminal",
    "sdk/testing/sample_data.py": "texts to learn from",
    "sdk/testing/samples.py": "texts to try out",
    "sdk/training/muon.py": "for programmers",
    "teach/model_card.py": "model cards are English",
    "teach/report_page.py": "reports have catalogues of their own",
    "teach/report_summary.py": "reports have catalogues of their own",
}
"""Files whose sentences no window shows, with the reason."""

INNER_CALLS = {
    "AssertionError", "ConnectionError", "FileNotFoundError", "IndexDamaged", "KeyError", "ProtocolError",
    "RuntimeError", "TypeError", "debug", "exception", "info", "log", "report", "send", "warning", "write",
}  # fmt: skip
"""Calls whose texts go to the log or to programmers; `help` of a parameter is the plugins' to translate."""

PART_CALLS = {
    "CheckFailed": (0,), "Failure": (0, 1), "LeftOut": (0,), "ParameterError": (0,), "PluginFault": (0,),
    "QueryError": (0,), "SettingsError": (0,), "UserError": (0,), "_failed": (1, 2), "_keep_aside": (1,),
    "_refused": (1,), "leave_out": (1,), "too_large": (1,), "wrong": (0,),
}  # fmt: skip
"""Which arguments of which calls are told, also where they are only a part of a sentence."""

PART_NAMES = {"failed", "hint", "message", "problem", "reason", "remark"}
"""Names, attributes, keys and keywords that hold what is told."""

TELLING: Mapping[str, tuple[type[ast.expr | ast.stmt], ...]] = {
    "sdk/describing.py": (ast.Yield,),
    "sdk/testing/checks.py": (ast.Return,),
    "sdk/testing/payloads.py": (ast.Yield,),
    "sdk/testing/watching.py": (ast.Yield,),
}
"""Files where whatever is yielded or returned is told."""

AROUND = {
    "sdk/testing/watching.py": "{}.",
    "teach/datasets.py": "“7” is left out: {}.",
    "teach/datasets_collecting.py": "“7” is left out: {}.",
    "teach/datasets_examining.py": "“7” is left out: {}.",
    "teach/datasets_texts.py": "“7” is left out: {}.",
    "teach/datasets_walk.py": "“7” is left out: {}.",
}
"""What a file's parts of sentences are put into before they are told."""

PIECES: Mapping[str, tuple[str, ...]] = {
    "place": ("", " (line 7 of 7)"),
    "where": ("", " in a plain process, as the studio's worker is not at hand"),
    "advice": ("7 not installed. Install with: pip install 7",),
    "known": ("7", "needs about 7 GB, "),
    "first": (" “7” is left out: it is empty.",),
    "how": ("Its process ended with code 7.",),
    "most": ("7 million points and 7 million triangles",),
    "tried": ("7 tried",),
    "wanted": ("it is not 7", "it is nothing the studio can read"),
    "NAMES[self.kind]": ("pictures", "texts", "MIDI files", "3D models"),
    "_suggestion(name)": ("; did you mean “7”?", "; the hooks are 7"),
    "_too_many()": ("pictures may have 7 pixels a side and 7 megapixels",),
    "_RETRY_GOES_ON if self._teaches else _RETRY": ("Retry goes on from the last checkpoint.",),
    "': ' + said if said else ''": ("", ": 7"),
    "artifact.kind.capitalize()": ("Text", "Image", "Audio", "Score", "Mesh", "Video"),
}
"""What stands at places that a text is put together from; anything else is a ``7``."""

PIECES_IN: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "library/formats/sounds.py": {"what": ("7 Hz with 7 channels",)},
    "sdk/describing.py": {"name": ("parameter “7”",)},
    "sdk/errors.py": {"needed": ("", ": about 7 GB needed")},
    "sdk/testing/checks.py": {"smallest": ("", " with the smallest parameters")},
    "sdk/testing/payloads.py": {"name": ("its pixels", "the pixels of its texture")},
    "teach/datasets_examining.py": {"what": ("picture", "MIDI file", "3D model")},
    "teach/datasets_collecting.py": {"reason": ("it is empty",)},
}
"""As `PIECES`, where the same name stands for something else."""

Told = dict[str, str]


def told_in(studio: Path) -> Told:
    """Every sentence, and every part of one, with the place it was found at; ``7`` is what is filled in."""
    found: Told = {}
    for room in ROOMS:
        for file in sorted((studio / room).rglob("*.py")):
            name = file.relative_to(studio).as_posix()
            if name not in SILENT_FILES:
                found |= told_by(file.read_text(encoding="utf-8"), name)
    return found


def told_by(source: str, name: str) -> Told:
    """As `told_in`, for the source of one file."""
    tree = ast.parse(source)
    silent = set(_silent(tree))
    found: Told = {}
    for node in ast.walk(tree):
        for part, anything in _told(node, name):
            if id(part) in silent:
                continue
            for text in map(str.strip, _texts(part, name)):
                if _is_sentence(text):
                    found[text] = f"{name}:{part.lineno}"
                elif anything and re.search("[a-z]{2} ", text):
                    found[AROUND.get(name, "{}").format(text)] = f"{name}:{part.lineno}"
    return found


def _told(node: ast.AST, name: str) -> Iterator[tuple[ast.expr, bool]]:
    """Expressions with texts; whether any text counts or whole sentences only."""
    if isinstance(node, (ast.Constant, ast.JoinedStr)):
        yield node, False
    elif isinstance(node, ast.Call):
        called = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        yield from ((node.args[at], True) for at in PART_CALLS.get(called, ()) if at < len(node.args))
        yield from ((given.value, True) for given in node.keywords if given.arg in PART_NAMES)
    elif isinstance(node, ast.Assign):
        names = {to.id if isinstance(to, ast.Name) else getattr(to, "attr", "") for to in node.targets}
        if names & PART_NAMES:
            yield node.value, True
    elif isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant) and key.value in PART_NAMES:
                yield value, True
    elif isinstance(node, TELLING.get(name, ())) and isinstance(node, (ast.Yield, ast.Return)) and node.value:
        yield node.value, True


def _silent(tree: ast.AST) -> Iterator[int]:
    """Ids of documentation, of parts of f-strings, and of what only programmers read."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield id(node.value)
        elif isinstance(node, ast.JoinedStr):
            yield from (id(inner) for inner in ast.walk(node) if inner is not node)
        elif isinstance(node, ast.Call):
            called = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            if called in INNER_CALLS:
                given = [*node.args, *(keyword.value for keyword in node.keywords)]
            else:
                given = [keyword.value for keyword in node.keywords if keyword.arg == "help"]
            yield from (id(inner) for one in given for inner in ast.walk(one))


def _texts(part: ast.expr, name: str) -> Iterator[str]:
    """The texts an expression may be; none where it is not made of literals."""
    if isinstance(part, ast.Constant):
        yield from (part.value,) if isinstance(part.value, str) else ()
    elif isinstance(part, ast.IfExp):
        yield from _texts(part.body, name)
        yield from _texts(part.orelse, name)
    elif isinstance(part, ast.BinOp) and isinstance(part.op, ast.Add):
        for left, right in itertools.product(_texts(part.left, name), tuple(_texts(part.right, name))):
            yield left + right
    elif isinstance(part, ast.Call):
        yield from PIECES.get(ast.unparse(part), ())
    elif isinstance(part, ast.JoinedStr):
        pieces = [
            (str(piece.value),) if isinstance(piece, ast.Constant) else _filled(piece, name) for piece in part.values
        ]
        yield from map("".join, itertools.product(*pieces))


def _filled(piece: ast.expr, name: str) -> tuple[str, ...]:
    told = ast.unparse(piece.value) if isinstance(piece, ast.FormattedValue) else ""
    return PIECES_IN.get(name, {}).get(told) or PIECES.get(told, ("7",))


def _is_sentence(text: str) -> bool:
    return (
        re.search(r"[a-z]{2} | [a-z]{2}", text) is not None
        and re.fullmatch(r"[A-Z“7].*[\w”).…][.?]|[A-Z“7].*\)\.", text, re.DOTALL) is not None
    )

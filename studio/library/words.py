"""What people would look for: the text a search looks in, and the title of a result that was given none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from studio.library.items import Origin
from studio.library.names import title_from
from studio.sdk import Artifact, Json, Text

TEXT_LIMIT = 20_000
"""Characters of a written text that are searched."""
_PROMPTS = ("prompt", "text", "idea", "description", "opening", "words", "lyrics", "topic", "subject")
_REFERENCES = ("item:", "file:")


def title_of(artifact: Artifact, origin: Origin | None) -> str:
    """A few words: the artifact's own title, else the prompt's beginning, the text's, or the generator's title."""
    for text in _candidates(artifact, origin):
        if title := title_from(text):
            return title
    return artifact.kind.capitalize()


def _candidates(artifact: Artifact, origin: Origin | None) -> Iterator[str]:
    yield artifact.title
    if origin is not None:
        yield from (str(origin.values[name]) for name in _PROMPTS if isinstance(origin.values.get(name), str))
    if isinstance(artifact, Text):
        yield artifact.text
    if origin is not None:
        yield origin.generator_title
        yield origin.generator.rsplit(".", 1)[-1]


def searchable(artifact: Artifact, origin: Origin | None) -> str:
    """The prompt and every other text among the parameters, then the beginning of a written text."""
    parts = list(_texts(dict(origin.values))) if origin is not None else []
    if origin is not None:
        parts += [parent.name for parent in origin.parents if parent.name]
    if isinstance(artifact, Text):
        parts.append(artifact.text[:TEXT_LIMIT])
    joined = "\n".join(dict.fromkeys(part for part in parts if part))
    return joined[: 2 * TEXT_LIMIT].replace("\0", " ").encode("utf-8", "replace").decode("utf-8")


def _texts(value: Json) -> Iterator[str]:
    if isinstance(value, str) and not value.startswith(_REFERENCES):
        yield value
    elif isinstance(value, Mapping):
        for entry in value.values():
            yield from _texts(entry)
    elif isinstance(value, (list, tuple)):
        for entry in value:
            yield from _texts(entry)

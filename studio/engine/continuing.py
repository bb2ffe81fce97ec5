"""From the record of a training back to the request that made it, as long as it would do the same again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import studio
from studio.engine.choices import check_sources, models_of
from studio.engine.requests import GenerationRequest
from studio.sdk import Field, GeneratorSpec, UserError
from studio.teach.branches import branch_name, branch_off
from studio.teach.datasets_keeping import digest_of
from studio.teach.identity import given_digests, other_code
from studio.teach.runs import Run, run_lock

if TYPE_CHECKING:
    from studio.disk.home import Home

NOT_GOING_ON = "This run cannot go on; train anew."
NO_MODEL = "So no model can be made of its checkpoints."
NOT_AGAIN = "So the same model cannot be trained again; train anew."


def request_of_training(
    home: Home, spec: GeneratorSpec, facts: Mapping[str, Any], *, so: str = NOT_GOING_ON
) -> GenerationRequest:
    """The request that a training came of: same values, same seed.

    Reads parts of the models it starts from: not for the window's thread.

    Args:
        home: where datasets and models are.
        spec: the recipe, as it is now.
        facts: of the run (`Run.facts`) or of the model's card.
        so: what follows where something has changed, one sentence.

    Raises:
        UserError: the recipe is another version, or the dataset, a model or a folder is gone or has changed.
    """
    values, seed = facts.get("values"), facts.get("seed")
    if facts.get("version") != spec.version:
        raise UserError(f"{spec.title} is another version now.", hint=so)
    if not isinstance(values, Mapping) or not isinstance(seed, int):
        raise UserError("Nothing is known of the values it was trained with.", hint=so)
    until = facts.get("until")
    request = GenerationRequest.of(spec, values, seed, until=until if isinstance(until, int) else 0)
    if set(request.values) != set(values):
        raise UserError(f"{spec.title} has other parameters now.", hint=so)
    for known in spec.fields:
        value = request.values.get(known.name)
        if isinstance(value, str) and _is_only_a_name(known, value):
            raise UserError(f"The record does not tell where “{known.label}” lies.", hint=so)
    digests = [digest_of(folder) for folder in check_sources(home, spec, request.values).values()]
    if digests[:1] != [(facts.get("dataset") or {}).get("digest")]:
        raise UserError("The dataset has changed since.", hint=so)
    given = given_digests(spec.fields, request.values, models_of(home).path) if "given" in facts else {}
    for known in spec.fields:
        if given.get(known.name) != (facts.get("given") or {}).get(known.name):
            raise UserError(f"What “{known.label}” names has changed since.", hint=so)
    return request


def request_of_repetition(
    home: Home, spec: GeneratorSpec, facts: Mapping[str, Any], run: Run | None, *, so: str = NOT_AGAIN
) -> GenerationRequest:
    """The request that trains a finished model once more, from the first step.

    It is that of `request_of_training`. The finished `run`, None where it is not there any more, will begin anew: that
    is refused where checkpoints of it are to be kept.
    """
    if run is not None and (kept := run.kept):
        raise UserError(
            f"The checkpoint of step {min(kept)} is kept; stop keeping it before this is trained again.",
            hint="Or train with another seed.",
        )
    return request_of_training(home, spec, facts, so=so)


def changed_code(spec: GeneratorSpec, facts: Mapping[str, Any]) -> str:
    """A sentence where the studio or the recipe's plugin is another version than when this was trained, else empty."""
    plugin = {"distribution": spec.distribution, "distribution_version": spec.distribution_version}
    return other_code(facts, {"studio": studio.__version__, **plugin})


def request_of_checkpoint(home: Home, spec: GeneratorSpec, run: Run, step: int) -> tuple[Run, GenerationRequest | None]:
    """What makes a model of a checkpoint: a run of its own, and the request that ends it.

    The run that the checkpoint is of stays as it is, and may be training now. Not for the window's thread.

    Args:
        home: where runs, datasets and models are.
        spec: the recipe, as it is now.
        run: that the checkpoint is of.
        step: after which it was taken.

    Returns:
        The run, and the request; None instead where the model is there already.

    Raises:
        UserError: there is no such checkpoint, the run could not go on either (see `request_of_training`), or its
            only checkpoint is what its model is made of.
    """
    import filelock

    if run.until:
        raise UserError("This run is of one checkpoint already.", hint="Go on with it instead.")
    request = replace(request_of_training(home, spec, run.facts, so=NO_MODEL), until=step)
    place = home.runs / branch_name(run.folder.name, step)
    try:
        with run_lock(place).acquire(timeout=0):
            branch_off(run, step, place)
    except filelock.Timeout as error:
        raise UserError("The model of this checkpoint is being made now.") from error
    except ValueError as error:
        there = ", ".join(map(str, run.steps)) or "none"
        raise UserError(str(error), hint=f"Checkpoints: {there}.") from error
    branch = Run(place)
    return branch, None if branch.finished and _is_there(home, branch.finished) else request


def _is_there(home: Home, model: str) -> bool:
    try:
        models_of(home).path(model)
    except UserError:
        return False
    return True


def _is_only_a_name(known: Field, value: str) -> bool:
    """Whether a value names a file or folder without its place, as a model's card does."""
    if known.kind == "choice" and known.source.startswith("models:"):
        scheme, _, path = value.partition(":")
        return scheme == "folder" and not Path(path).is_absolute()
    return known.kind in ("file", "folder") and bool(value) and not Path(value).is_absolute()

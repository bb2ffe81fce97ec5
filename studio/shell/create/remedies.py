"""What can be changed by a button when a job did not fit into memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.sdk.errors import ParameterError
from studio.sdk.generator import GeneratorSpec
from studio.sdk.parameters import Json
from studio.shell.i18n import tr, tr_spec

if TYPE_CHECKING:
    from studio.engine.jobs import Job


def usable_remedy(spec: GeneratorSpec | None, job: Job) -> dict[str, Json]:
    """The values a job's failure proposes, by field; empty unless every field is there and takes its value."""
    if spec is None or job.failure is None:
        return {}
    fields = {known.name: known for known in spec.fields}
    try:
        return {name: fields[name].check(value) for name, value in job.failure.remedy.items()}
    except (KeyError, ParameterError):
        return {}


def told_remedy(spec: GeneratorSpec | None, job: Job) -> str:
    """What the button says, e.g. “Try 720 × 720”; empty where there is nothing to propose."""
    for name, value in usable_remedy(spec, job).items():
        known = next(field for field in spec.fields if field.name == name) if spec else None
        if known is None or spec is None:
            return ""
        if known.kind == "size":
            return tr("Try {width} × {height}", width=value[0], height=value[1])
        if value is True:
            return tr("Try with “{field}”", field=tr_spec(spec, known.label or known.name))
        return tr("Try “{field}” at {value}", field=tr_spec(spec, known.label or known.name), value=value)
    return ""

"""The base class of every generator, and its description as data."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, ClassVar

from studio.sdk.parameters import Field, Json, Params, check_values

if TYPE_CHECKING:
    from studio.sdk.artifacts import Artifact, Result
    from studio.sdk.context import Context

API_VERSION = 1
"""The contract's major version. Within it, things are added, never changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """What a generator needs, told before it runs.

    Attributes:
        ram_gb: main memory at the default parameters, gigabytes, including what its libraries take.
        vram_gb: GPU memory at the default parameters, gigabytes; 0 where it runs on the CPU.
        gpu: whether it cannot run without a GPU.
        modules: importable module names it needs; a missing one makes the generator *needs setup*, and the worker
            imports them ahead of the first run.
        network: whether it cannot work offline.
        processes: whether it starts processes of its own.
    """

    ram_gb: float = 0.5
    vram_gb: float = 0.0
    gpu: bool = False
    modules: tuple[str, ...] = ()
    network: bool = False
    processes: bool = False


@dataclass(frozen=True, slots=True)
class Example:
    """A ready-made set of values to click on.

    Attributes:
        title: two to five words.
        values: parameter values that differ from the defaults.
        seed: the seed that shows it well.
    """

    title: str
    values: Mapping[str, Json] = field(default_factory=dict)
    seed: int = 0


class Generator(ABC):
    """Makes artifacts from parameters and a seed. Subclass it, fill in the class attributes, write `generate`.

    Attributes:
        id: unique for ever, ``"author.name"`` in lower case with dots and hyphens.
        title: what people read.
        makes: the artifact classes that may be yielded.
        version: raise it when the same parameters come to mean something else, and implement `migrate`.
        needs: memory, modules and permissions, told beforehand.
        examples: values to click on.
    """

    id: ClassVar[str]
    title: ClassVar[str]
    makes: ClassVar[tuple[type[Artifact], ...]]
    version: ClassVar[int] = 1
    needs: ClassVar[Needs] = Needs()
    examples: ClassVar[tuple[Example, ...]] = ()
    Params: ClassVar[type[Params]] = Params

    @abstractmethod
    def generate(self, params: Any, ctx: Context) -> Iterator[Result]:
        """Yield deltas while a result grows, and the finished artifacts.

        Args:
            params: an instance of this class's ``Params``; input fields hold loaded artifacts.
            ctx: the host.

        Raises:
            UserError: the artist must change something.
            OutOfMemory: the device is too small for these parameters.
        """

    @classmethod
    def migrate(cls, values: Mapping[str, Json], version: int) -> Mapping[str, Json]:
        """Turn values recorded by an older `version` of this generator into values for this one."""
        del version
        return values


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneratorSpec:
    """Everything the host knows of a generator without importing it; travels as JSON.

    Attributes:
        id, title, version, needs, examples: as on `Generator`.
        description: the class docstring's text.
        makes: kinds of artifact, e.g. ``("score", "audio")``.
        fields: its parameters.
        module, qualname: where the class is found when a worker imports it.
        distribution: name of the installed distribution it came with.
        distribution_version: that distribution's version.
        translations: texts by locale, e.g. ``{"zh_CN": {"Octaves": "层数"}}``.
        teaches: the family of the models that come out, as on `Trainer`; empty where it is no trainer.
        alters: what it does to the files while it learns, as on `Trainer`.
    """

    id: str
    title: str
    makes: tuple[str, ...]
    fields: tuple[Field, ...]
    version: int = 1
    description: str = ""
    needs: Needs = Needs()
    examples: tuple[Example, ...] = ()
    module: str = ""
    qualname: str = ""
    distribution: str = ""
    distribution_version: str = ""
    translations: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    teaches: str = ""
    alters: tuple[tuple[str, str], ...] | None = None

    @classmethod
    def of(cls, generator: type[Generator], **where: Any) -> GeneratorSpec:
        """Describe a generator class; `where` fills distribution and translations."""
        return cls(
            id=generator.id,
            title=generator.title,
            makes=tuple(made.kind for made in generator.makes),
            fields=generator.Params.fields,
            version=generator.version,
            description=_clean(generator.__doc__ or ""),
            needs=generator.needs,
            examples=tuple(generator.examples),
            module=generator.__module__,
            qualname=generator.__qualname__,
            teaches=getattr(generator, "teaches", ""),
            alters=getattr(generator, "alters", None),
            **where,
        )

    @property
    def needs_choice(self) -> bool:
        """Whether something must be chosen before it can run at all, such as a model of the artist's own."""
        return any(known.kind == "choice" and known.required and not known.default for known in self.fields)

    def field(self, name: str) -> Field | None:
        """The field called `name`, or None."""
        return next((known for known in self.fields if known.name == name), None)

    def check(self, values: Mapping[str, Json]) -> dict[str, Json]:
        """Complete and check values for this generator; see `check_values`."""
        return check_values(self.fields, values)

    def to_json(self) -> dict[str, Json]:
        """This description as JSON."""
        plain = {slot.name: getattr(self, slot.name) for slot in fields(self)}
        plain["makes"] = list(self.makes)
        plain["fields"] = [known.to_json() for known in self.fields]
        plain["needs"] = {slot.name: getattr(self.needs, slot.name) for slot in fields(self.needs)}
        plain["needs"]["modules"] = list(self.needs.modules)
        plain["examples"] = [
            {"title": example.title, "values": dict(example.values), "seed": example.seed} for example in self.examples
        ]
        plain["alters"] = None if self.alters is None else [list(pair) for pair in self.alters]
        plain["translations"] = {locale: dict(texts) for locale, texts in self.translations.items()}
        return plain

    @classmethod
    def from_json(cls, plain: Mapping[str, Json]) -> GeneratorSpec:
        """The inverse of `to_json`. Raises `TypeError`, `ValueError` or `KeyError` on anything else."""
        values = dict(plain)
        needs = dict(values["needs"])
        needs["modules"] = tuple(needs.get("modules", ()))
        values["needs"] = Needs(**needs)
        values["makes"] = tuple(values["makes"])
        values["fields"] = tuple(Field.from_json(known) for known in values["fields"])
        alters = values.get("alters")
        values["alters"] = None if alters is None else tuple((str(name), str(said)) for name, said in alters)
        values["examples"] = tuple(Example(**example) for example in values["examples"])
        return cls(**values)


def _clean(doc: str) -> str:
    lines = [line.strip() for line in doc.strip().splitlines()]
    paragraphs = "\n".join(lines).split("\n\n")
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)

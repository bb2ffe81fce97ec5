"""In what language a report speaks: its fixed parts by the studio's catalogue, the trainer's phrases by its plugin's.

``report.json`` holds the phrases in English, as the trainer said them; a page or a list in another language is made
from it when someone asks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from studio.disk.catalogues import Catalogue, catalogue, from_template
from studio.sdk.generator import GeneratorSpec
from studio.sdk.parameters import Field

UNMEASURED = "It could not be measured: {name}."
"""What the studio adds to a trainer's limits."""


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one language for one recipe's reports; English as it stands by default.

    Attributes:
        locale: e.g. ``"zh_CN"``.
        fixed: the fixed parts of reports.
        common: the studio's other texts, among which are names that many trainers use. They are taken whole only:
            templates such as ``"{count} words"`` would fit much that is none of them.
        phrases: the texts of the plugin that the recipe came with.
        samples: those of them that have several lines.
        recipe: its title, in this language; empty in English.
        fields: its parameters by name, whose labels the plugin translates as well.
    """

    locale: str = "en"
    fixed: Catalogue = field(default_factory=lambda: Catalogue({}))
    common: Catalogue = field(default_factory=lambda: Catalogue({}))
    phrases: Catalogue = field(default_factory=lambda: Catalogue({}))
    samples: Catalogue = field(default_factory=lambda: Catalogue({}))
    recipe: str = ""
    fields: Mapping[str, Field] = field(default_factory=dict)

    @classmethod
    def of(cls, locale: str, spec: GeneratorSpec | None) -> Words:
        """The words for a locale; `spec` is the recipe, None where it is not installed here."""
        fixed, common = Catalogue(catalogue(locale, "reports")), Catalogue(catalogue(locale))
        if spec is None:
            return cls(locale, fixed, common)
        texts = spec.translations.get(locale, {})
        lines = {source: text for source, text in texts.items() if "\n" in source}
        fields = {known.name: known for known in spec.fields}
        return cls(locale, fixed, common, Catalogue(texts), Catalogue(lines), texts.get(spec.title, ""), fields)

    @property
    def language(self) -> str:
        """The language as web pages name it, e.g. ``"zh-CN"``."""
        return self.locale.replace("_", "-")

    def say(self, source: str, **values: object) -> str:
        """A fixed text, with its ``{placeholders}`` filled in."""
        text = self.fixed.text(source)
        return text.format(**values) if values else text

    def phrase(self, text: str) -> str:
        """What a trainer said: its plugin's translation, else ours (some names are common to all), else as it is."""
        ours = from_template({UNMEASURED: self.fixed.text(UNMEASURED)}, text)
        return self.phrases.known(text) or ours or self.common.text(text)

    def name(self, text: str) -> str:
        """A name that may come from the data as well as from the trainer: translated only where it is known whole."""
        return self.phrases.text(text)

    def sample(self, text: str) -> str:
        """A text that a model made: as it is, unless it fits a template of several lines (question and answer)."""
        return self.samples.message(text)

    def parameter(self, name: str) -> str:
        """A parameter's label before its name, as ``--set`` wants it; the name alone in English."""
        known = self.fields.get(name)
        return self.labelled("" if known is None else self.phrases.known(known.label), name)

    def value(self, name: str, value: object) -> str:
        """A parameter's value, before it the label of an option."""
        known = self.fields.get(name)
        options = {option.value: option.label for option in known.options} if known is not None else {}
        return self.labelled(self.phrases.known(options.get(str(value), "")), str(value))

    def labelled(self, label: str, name: str) -> str:
        """A name that stays as it is, with what it is called in this language, where that is known."""
        return self.say("{label} ({name})", label=label, name=name) if label and label != name else name


ENGLISH = Words()
"""What reports are kept in."""

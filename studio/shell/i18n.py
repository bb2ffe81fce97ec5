"""The window's languages: English in the source, other languages from catalogues, switchable while it runs.

`tr` translates a text now; `say` gives a widget a text and translates it again whenever the language changes. A
catalogue is the union of the JSON files in ``resources/i18n/<locale>/``: ``{"English source": "translation"}``.
Texts with numbers or names use ``{placeholders}``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QObject, QTranslator
from PySide6.QtWidgets import QApplication, QWidget

from studio.disk.resources import resources
from studio.sdk.generator import GeneratorSpec

LOCALES = ("en", "zh_CN")
_SAID = "_studio_said"
_LOCALE = "_studio_locale"
_CATALOGUE = "_studio_catalogue"
_PLACES = re.compile(r"\{(\w+)\}")


def tr(source: str, **values: object) -> str:
    """`source` in the window's language, with its ``{placeholders}`` filled in."""
    known = _catalogue()
    text = known.text(source) if known is not None else source
    return text.format(**values) if values else text


def count(one: str, many: str, number: int, **values: object) -> str:
    """The form of a text that fits `number`; both take ``{count}``."""
    return tr(one if number == 1 else many, count=f"{number:,}", **values)


def say(setter: Callable[[str], Any], source: str, **values: object) -> None:
    """Call a widget's or action's `setter` with the translation of `source`, now and after every language change.

    `setter` must be a bound method of a QObject; giving it another text later replaces this one.
    """
    owner: QObject = setter.__self__  # type: ignore[attr-defined]
    said: dict[str, tuple[str, Mapping[str, object]]] = owner.__dict__.setdefault(_SAID, {})
    said[setter.__name__] = (source, values)
    setter(tr(source, **values))


def tr_message(message: str) -> str:
    """Translate a sentence from the engine or the SDK, also where it was filled in from a known template."""
    known = _catalogue()
    return known.message(message) if known is not None else message


def _catalogue() -> Catalogue | None:
    """The catalogue in force, None for English; it hangs on the application, so that there is no global of ours."""
    app = QCoreApplication.instance()
    return app.__dict__.get(_CATALOGUE) if app is not None else None


class Catalogue:
    """The texts of one language.

    Not a `QTranslator`: one written in Python would be asked for every text of Qt's own, too.
    """

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = texts
        self._templates: dict[str, str] | None = None

    def text(self, source: str) -> str:
        """The translation of one of our texts; the source itself where there is none."""
        return self._texts.get(source, source)

    def message(self, message: str) -> str:
        """Translate `message` as a whole, or by the template it was made from."""
        if exact := self._texts.get(message):
            return exact
        if self._templates is None:
            self._templates = {source: text for source, text in self._texts.items() if "{" in source}
        return _from_template(self._templates, message) or message


class Language:
    """The language in force: installs translators and tells every widget when it changes."""

    def __init__(self, app: QApplication) -> None:
        self._app = app
        self._qts: QTranslator | None = None
        self.locale = "en"

    def use(self, wanted: str) -> None:
        """Switch to a locale, or to the system's for ``"system"``; texts already shown change at once."""
        locale = system_locale() if wanted == "system" else wanted
        if locale == self.locale:
            return
        if self._qts is not None:
            self._app.removeTranslator(self._qts)
            self._qts = None
        self.locale = locale
        self._app.__dict__[_LOCALE] = locale
        self._app.__dict__[_CATALOGUE] = None if locale == "en" else Catalogue(catalogue(locale))
        if locale != "en":
            self._translate_qt(locale)
        QLocale.setDefault(QLocale(locale))
        retranslate(self._app.topLevelWidgets())

    def _translate_qt(self, locale: str) -> None:
        """Qt's own texts: buttons of standard dialogs, context menus of text boxes."""
        self._qts = QTranslator(self._app)
        self._qts.load(f"qtbase_{locale}", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath))
        self._app.installTranslator(self._qts)


def retranslate(roots: Iterable[QWidget]) -> None:
    """Say every text below `roots` again, and call `retranslate()` on the widgets that compose their own."""
    for root in roots:
        for thing in (root, *root.findChildren(QObject)):
            for name, (source, values) in thing.__dict__.get(_SAID, {}).items():
                getattr(thing, name)(tr(source, **values))
            compose = getattr(thing, "retranslate", None)
            if compose is not None:
                compose()


def system_locale() -> str:
    """The best of our locales for this system."""
    return "zh_CN" if QLocale.system().language() == QLocale.Language.Chinese else "en"


def catalogue(locale: str, folder: Path | None = None) -> dict[str, str]:
    """All translations of a locale; empty for a locale we do not have."""
    texts: dict[str, str] = {}
    for file in sorted(((folder or resources() / "i18n") / locale).glob("*.json")):
        texts.update(json.loads(file.read_text(encoding="utf-8")))
    return texts


def _from_template(texts: Mapping[str, str], message: str) -> str:
    """The translation of a message by the template it was made from; empty where no template fits."""
    for source, text in texts.items():
        if "{" in source and (match := _pattern(source).fullmatch(message)):
            values = match.groupdict()
            return "".join(
                values.get(part, f"{{{part}}}") if at % 2 else part for at, part in enumerate(_PLACES.split(text))
            )
    return ""


def _filled(text: str, values: Mapping[str, str]) -> str:
    """`text` with its places filled in; one that has no value is left as it stands."""
    return _PLACES.sub(lambda place: values.get(place[1], place[0]), text)


@lru_cache(1024)
def _pattern(source: str) -> re.Pattern[str]:
    parts = _PLACES.split(source)
    seen: set[str] = set()
    pattern = ""
    for index, part in enumerate(parts):
        if index % 2 == 0:
            pattern += re.escape(part)
        elif part in seen:
            pattern += f"(?P={part})"
        else:
            seen.add(part)
            pattern += f"(?P<{part}>.+?)"
    return re.compile(pattern, re.DOTALL)


def locale() -> str:
    """The locale in force."""
    app = QCoreApplication.instance()
    return app.__dict__.get(_LOCALE, "en") if app is not None else "en"


def tr_spec(spec: GeneratorSpec, text: str) -> str:
    """A plugin's own text (title, label, help, option) in the window's language, as far as the plugin translated it."""
    return spec.translations.get(locale(), {}).get(text, text)


def tr_description(spec: GeneratorSpec) -> str:
    """A generator's description, translated as a whole or paragraph by paragraph."""
    whole = tr_spec(spec, spec.description)
    if whole != spec.description:
        return whole
    return "\n\n".join(tr_spec(spec, paragraph) for paragraph in spec.description.split("\n\n"))


def tr_said(spec: GeneratorSpec | None, message: str) -> str:
    """What a generator says while it works or fails, in the window's language.

    Looked up among the plugin's translations, as a whole or by a template such as ``"Playing bar {bar} of {bars}"``,
    then among ours: some sentences come from the SDK.
    """
    texts = spec.translations.get(locale(), {}) if spec is not None else {}
    return texts.get(message) or _from_template(texts, message) or tr_message(message)

"""The window's languages: English in the source, other languages from catalogues, switchable while it runs.

`tr` translates a text now; `say` gives a widget a text and translates it again whenever the language changes. Where
translations lie and how they are looked up: `studio.disk.catalogues`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QWidget

from studio.disk.catalogues import Catalogue, catalogue, from_template
from studio.sdk.generator import GeneratorSpec

_SAID = "_studio_said"
_LOCALE = "_studio_locale"
_CATALOGUE = "_studio_catalogue"


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

    `setter` must be a bound method of a widget or an action; giving it another text later replaces this one.
    """
    owner: QWidget | QAction = setter.__self__  # type: ignore[attr-defined]
    said: dict[str, tuple[str, Mapping[str, object]]] = owner.__dict__.setdefault(_SAID, {})
    said[setter.__name__] = (source, values)
    setter(tr(source, **values))


def said_by(setter: Callable[[str], Any]) -> str:
    """The source text that `say` last gave this setter; empty where there is none."""
    owner: QWidget | QAction = setter.__self__  # type: ignore[attr-defined]
    source: str = owner.__dict__.get(_SAID, {}).get(setter.__name__, ("", {}))[0]
    return source


def tr_message(message: str) -> str:
    """Translate a sentence from the engine or the SDK, also where it was filled in from a known template."""
    known = _catalogue()
    return known.message(message) if known is not None else message


def tr_error(error: Exception) -> str:
    """What went wrong, translated, without the number and quotes that Python puts around what the system says."""
    said = error.strerror if isinstance(error, OSError) and isinstance(error.strerror, str) else str(error)
    return tr_message(said)


def _catalogue() -> Catalogue | None:
    """The catalogue in force, None for English; it hangs on the application, so that there is no global of ours."""
    app = QCoreApplication.instance()
    return app.__dict__.get(_CATALOGUE) if app is not None else None


class Language:
    """The language in force: installs translators and tells every widget when it changes.

    Our own texts come from a `Catalogue`, not from a `QTranslator`: one written in Python would be asked for every text
    of Qt's own, too.
    """

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
        # English is for everybody: dates and sizes stay as the system writes them, as they are at the start.
        QLocale.setDefault(QLocale.system() if locale == "en" else QLocale(locale))
        retranslate(self._app.topLevelWidgets())

    def _translate_qt(self, locale: str) -> None:
        """Qt's own texts: buttons of standard dialogs, context menus of text boxes."""
        self._qts = QTranslator()  # without a parent, which would keep it, and its mapped file, after it was removed
        self._qts.load(f"qtbase_{locale}", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath))
        self._app.installTranslator(self._qts)


def retranslate(roots: Iterable[QWidget]) -> None:
    """Say every text below `roots` again, and call `retranslate()` on the widgets that compose their own."""
    for root in roots:
        # Only what can have a text: Qt's other objects, as a document's frames, would each get a wrapper that stays.
        for thing in (*root.findChildren(QAction), root, *root.findChildren(QWidget)):
            for name, (source, values) in thing.__dict__.get(_SAID, {}).items():
                getattr(thing, name)(tr(source, **values))
            compose = getattr(thing, "retranslate", None)
            if compose is not None:
                compose()


def system_locale() -> str:
    """The best of our locales for this system."""
    return "zh_CN" if QLocale.system().language() == QLocale.Language.Chinese else "en"


def locale() -> str:
    """The locale in force."""
    app = QCoreApplication.instance()
    return app.__dict__.get(_LOCALE, "en") if app is not None else "en"


def tr_spec(spec: GeneratorSpec, text: str) -> str:
    """A plugin's own text (title, label, help, option) in the window's language, as far as the plugin translated it."""
    return spec.translations.get(locale(), {}).get(text, text)


def tr_phrase(spec: GeneratorSpec | None, text: str) -> str:
    """What a trainer calls a figure or a curve: by its plugin's translations, as a whole or by a template, else ours.

    Ours are taken whole only: the window has templates such as ``"{count} words"``, which would fit much.
    """
    texts = spec.translations.get(locale(), {}) if spec is not None else {}
    return texts.get(text) or from_template(texts, text) or tr(text)


def key_name(key: str) -> str:
    """A key of music as people read it: the mode translated, accidentals as signs."""
    tonic, _, mode = key.partition(" ")
    return f"{tonic.replace('#', '♯').replace('b', '♭')} {tr(mode)}".strip()


def tr_description(spec: GeneratorSpec) -> str:
    """A generator's description, translated as a whole or paragraph by paragraph."""
    whole = tr_spec(spec, spec.description)
    if whole != spec.description:
        return whole
    return "\n\n".join(tr_spec(spec, paragraph) for paragraph in spec.description.split("\n\n"))


def tr_said(spec: GeneratorSpec | None, message: str) -> str:
    """What a generator says while it works or fails, in the window's language.

    Looked up among the plugin's translations, as a whole or by a template such as ``"Playing bar {bar} of {bars}"``,
    then among ours: some sentences come from the SDK, and name a parameter by its label.
    """
    texts = spec.translations.get(locale(), {}) if spec is not None else {}
    if told := texts.get(message) or from_template(texts, message):
        return told
    known = _catalogue()
    return known.message(message, texts) if known is not None else message

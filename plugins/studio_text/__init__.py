"""Text generators that come with the studio. Registering them imports nothing heavy; torch comes in when one runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from studio import sdk
from studio_text.answer import Answer
from studio_text.storyteller import Storyteller
from studio_text.training.lm import TrainTextModel
from studio_text.training.lora import TrainTextLora
from studio_text.training.train_answer import TrainAnswer
from studio_text.translations import ZH_CN
from studio_text.translations_answers import ANSWERS
from studio_text.translations_authors import AUTHORS
from studio_text.translations_own import OWN_MODELS
from studio_text.translations_reports import REPORTS
from studio_text.verse import Verse
from studio_text.writer import Writer


class Plugin:
    """What the studio asks of this package."""

    @sdk.hookimpl
    def studio_generators(self) -> Sequence[type[sdk.Generator]]:
        """The text generators, and the trainers of text models."""
        return [Storyteller, Verse, Answer, Writer, TrainTextModel, TrainTextLora, TrainAnswer]

    @sdk.hookimpl
    def studio_translations(self) -> Mapping[str, Mapping[str, str]]:
        """Their words in other languages."""
        return {"zh_CN": ZH_CN | ANSWERS | AUTHORS | OWN_MODELS | REPORTS}

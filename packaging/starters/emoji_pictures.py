"""Where the open emoji pictures come from; what the starters of this folder that learn from them share."""

from __future__ import annotations

from typing import Any

CARD: dict[str, Any] = {
    "title": "Emoji of four collections",
    "licence": "Apache-2.0, OFL-1.1, CC-BY-4.0, MIT",
    "source": "Noto Emoji, Twemoji, Fluent UI Emoji",
}

CREDITS = """\
* [Noto Emoji](https://github.com/googlefonts/noto-emoji), Google: Apache License 2.0 / SIL Open Font License 1.1.
* Twemoji, Twitter, Inc and other contributors: [CC BY 4.0](https://creativecommons.org/licenses/by/4.0/); pictures were
  resized and learned from.
* [Fluent UI Emoji](https://github.com/microsoft/fluentui-emoji), Microsoft Corporation: MIT License.
* Names in English, Chinese and French: [Emojibase](https://emojibase.dev), MIT License, built from Unicode CLDR
  annotations (Unicode License)."""

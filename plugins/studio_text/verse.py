"""Verse in strict forms, Chinese or English, from small models that ship with the studio."""

from __future__ import annotations

from collections.abc import Iterator

from studio import sdk

STARTER = "starter:verse-zh"

FORMS = (
    ("五言绝句", "Quatrain, five characters"),
    ("七言绝句", "Quatrain, seven characters"),
    ("五言律诗", "Regulated verse, five characters"),
    ("七言律诗", "Regulated verse, seven characters"),
    ("如梦令", "Ci: Like a Dream"),
    ("忆江南", "Ci: Recalling Jiangnan"),
    ("浣溪沙", "Ci: Silk-Washing Stream"),
    ("菩萨蛮", "Ci: Bodhisattva Barbarian"),
    ("清平乐", "Ci: Pure Serene Music"),
    ("卜算子", "Ci: Song of Divination"),
    ("采桑子", "Ci: Picking Mulberries"),
    ("西江月", "Ci: Moon over West River"),
    ("鹧鸪天", "Ci: Partridge Sky"),
    ("虞美人", "Ci: The Beautiful Lady Yu"),
    ("浪淘沙", "Ci: Waves Washing Sand"),
    ("临江仙", "Ci: Immortal by the River"),
    ("蝶恋花", "Ci: Butterflies in Love with Flowers"),
    ("满江红", "Ci: River All Red"),
    ("水调歌头", "Ci: Prelude to Water Melody"),
)
"""Forms on offer, as the model's captions name them."""

MOODS = {
    "spring": ("春风", "桃花"),
    "autumn": ("秋风", "落叶"),
    "moonlight": ("明月", "故乡"),
    "parting": ("故人", "相思"),
    "mountains": ("青山", "白云"),
    "river": ("江上", "扁舟"),
    "frontier": ("将军", "边城"),
    "wine": ("美酒", "今日"),
    "temple": ("古寺", "钟声"),
    "snow": ("白雪", "梅花"),
}
"""Wished words by mood, for those who do not write Chinese."""

KINDS = (
    ("quatrains", "Quatrains, a b a b"),
    ("couplets", "Couplets, a a b b"),
    ("envelope", "Enclosed rhyme, a b b a"),
    ("ballad", "Ballad"),
    ("sonnet", "Sonnet"),
    ("limerick", "Limerick"),
    ("blank", "Blank verse, without rhyme"),
)
"""English forms on offer, as `english_rules.KINDS` names them."""

AUTHORS = (
    "Alexander Pope", "Alfred Edward Housman", "Algernon Charles Swinburne", "Christina Rossetti",
    "Edna St. Vincent Millay", "Edward Lear", "Ella Wheeler Wilcox", "Emily Dickinson", "Emma Lazarus",
    "Henry Wadsworth Longfellow", "John Clare", "John Dryden", "John Keats", "Jonathan Swift", "Lord Byron",
    "Oscar Wilde", "Percy Bysshe Shelley", "Ralph Waldo Emerson", "Robert Herrick", "Rudyard Kipling",
    "Sara Teasdale", "Thomas Hardy", "Thomas Moore", "Walter Scott", "William Blake", "William Butler Yeats",
    "William Morris", "William Wordsworth",
)  # fmt: skip
"""Authors of whom the English model has read enough."""

OPEN_METRE = ("quatrains", "couplets", "envelope", "blank")
"""English forms that leave the metre open."""

MOST_CANDIDATES = 16


class Verse(sdk.Generator):
    """Writes verse in strict forms, line by line: Chinese quatrains, regulated verse and ci, or English verse in metre.

    Two small models trained for this studio, one on poems of the Tang and Song, one on English poems of four centuries.
    Lengths of lines and rhymes are exact, by modern standard pronunciation; what the lines say is often beautiful and
    seldom meant. A Chinese poem repeats no more than twelve characters in a row of any poem it learned from; an
    English one is written anew when it repeats more than seven words.
    """

    id = "studio.text.verse"
    title = "Verse"
    makes = (sdk.Text,)
    needs = sdk.Needs(ram_gb=0.8, modules=("torch", "transformers", "safetensors"))
    examples = (
        sdk.Example("Moonlight, four lines", {"form": "五言绝句", "mood": "moonlight"}, seed=3),
        sdk.Example("A song of the sea", {"language": "en", "kind": "quatrains", "theme": "sea, ship"}, seed=1),
        sdk.Example("A sonnet by night", {"language": "en", "kind": "sonnet", "mood": "moonlight"}, seed=2),
        sdk.Example(
            "A limerick", {"language": "en", "kind": "limerick", "first_line": "There once was a cat on a wall"}
        ),
        sdk.Example("Spring wind", {"form": "七言绝句", "mood": "spring"}, seed=1),
        sdk.Example("Mountains and clouds", {"form": "五言律诗", "mood": "mountains"}, seed=2),
        sdk.Example("Like a dream", {"form": "如梦令", "mood": "autumn"}, seed=4),
        sdk.Example("Acrostic: spring, river, flowers, moon", {"form": "七言绝句", "acrostic": "春江花月"}, seed=5),
    )

    class Params(sdk.Params):
        """What the artist can set."""

        language: str = sdk.choice("zh", [("zh", "Chinese"), ("en", "English")], label="Language")
        form: str = sdk.choice("七言绝句", FORMS, label="Form", when={"language": "zh"})
        kind: str = sdk.choice("quatrains", KINDS, label="Form of verse", when={"language": "en"})
        metre: str = sdk.choice(
            "tetrameter",
            [
                ("tetrameter", "Four feet, rising"), ("pentameter", "Five feet, rising"),
                ("trimeter", "Three feet, rising"), ("trochaic", "Four feet, falling"),
            ],
            label="Metre", when={"language": "en", "kind": OPEN_METRE},
            help="Rising feet are iambs, as in “The sun is up, the sky is clear”; falling ones are trochees.",
        )  # fmt: skip
        author: str = sdk.choice(
            "", [("", "Nobody in particular"), *((name, name) for name in AUTHORS)],
            label="In the manner of", when={"language": "en"},
            help="Leans towards the words of an author. It catches some of the tone, never the thought.",
        )  # fmt: skip
        mood: str = sdk.choice(
            "",
            [
                ("", "Whatever comes"), ("spring", "Spring"), ("autumn", "Autumn"), ("moonlight", "Moonlight"),
                ("parting", "Parting"), ("mountains", "Mountains"), ("river", "On the river"),
                ("frontier", "The frontier"), ("wine", "Wine"), ("temple", "An old temple"), ("snow", "Snow"),
            ],
            label="Mood", help="Brings in words that belong to it.",
        )  # fmt: skip
        theme: str = sdk.text(
            "", max_length=100, label="Words",
            help="Up to four words that should come up, in the language of the poem. Common English words of poems,"
            " such as autumn moon, are put into Chinese where the poem is Chinese.",
        )  # fmt: skip
        first_line: str = sdk.text(
            "", max_length=120, label="First line",
            help="What the poem begins with. In Chinese it must have as many characters as the form asks for.",
        )  # fmt: skip
        acrostic: str = sdk.text(
            "", max_length=40, label="Acrostic", when={"language": "zh"},
            help="Chinese characters that begin the phrases, one each, in order.",
        )  # fmt: skip
        temperature: float = sdk.number(
            0.8, min=0.1, max=2.0, step=0.05, group="Style", label="Temperature",
            help="Low: safe and repetitive. High: surprising, then nonsense.",
        )  # fmt: skip
        top_p: float = sdk.number(
            0.9, min=0.05, max=1.0, step=0.01, group="Style", advanced=True, label="Top-p",
            help="Only the likeliest signs or words that together reach this probability count; 1 considers all.",
        )  # fmt: skip
        tones: bool = sdk.toggle(
            default=True, group="Style", label="Mind the tones", when={"language": "zh"},
            help="Prefer level and oblique tones where regulated verse asks for them, by modern pronunciation.",
        )  # fmt: skip
        feet: bool = sdk.toggle(
            default=True, group="Style", label="Mind the stresses", when={"language": "en"},
            help="Prefer words whose stresses fall on the feet of the metre. Syllables are always counted.",
        )  # fmt: skip
        candidates: int = sdk.integer(
            8, min=1, max=MOST_CANDIDATES, group="Style", advanced=True, label="Candidates",
            help="How often each line is written before the likeliest is taken.",
        )  # fmt: skip
        model: str = sdk.choice(
            STARTER, [(STARTER, "The studio's own")], source="models:text.causal-lm", advanced=True, label="Model",
            help="The studio's own model of the language, or one that you taught starting from it.",
        )  # fmt: skip

    def generate(self, params: Params, ctx: sdk.Context) -> Iterator[sdk.Result]:
        """Yield the poem line by line, then whole.

        Raises:
            OutOfMemory: the device cannot hold even this model.
        """
        if params.language == "en":
            from studio_text.verse_in_english import write
        else:
            from studio_text.verse_in_chinese import write
        yield from write(params, ctx)

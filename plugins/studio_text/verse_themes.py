"""English themes in the words of old Chinese verse: "autumn moon" is 秋月. Standard library only.

Each entry of `WORDS` gives the word that stands for an English one by itself and, where that differs, the one character
that stands for it in a pair.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

MODIFIERS = """
spring 春风 春|springtime 春风 春|summer 夏 夏|autumn 秋风 秋|fall 秋风 秋|winter 冬 冬|morning 朝 朝|dawn 清晓 晓|
daybreak 清晓 晓|sunrise 朝日 晓|noon 日午 午|evening 黄昏 晚|dusk 黄昏 暮|sunset 落日 暮|twilight 黄昏 暮|night 夜 夜|
midnight 夜半 夜|day 日 日|red 红 红|crimson 红 红|green 绿 绿|white 白 白|yellow 黄 黄|gold 黄金 金|golden 黄金 金|
blue 青 青|jade 白玉 玉|silver 银 银|purple 紫 紫|black 黑 黑|cold 寒 寒|cool 凉 凉|warm 暖 暖|old 旧 古|ancient 古 古|
new 新 新|far 天涯 远|distant 天涯 远|deep 深 深|high 高 高|bright 明 明|clear 清 清|pale 淡 淡|lonely 孤 孤|lone 孤 孤|
solitary 孤 孤|empty 空 空|quiet 静 静|silent 寂寂 静|fallen 落 落|falling 落 落|wild 野 野|drifting 浮 浮|
fragrant 香 香|small 小 小|little 小 小|great 大 大|broken 断 断|sad 愁 愁|drunken 醉 醉|dark 暗 暗|light 光 轻|
gentle 轻 轻|long 长 长|thousand 千 千|late 晚 晚|early 早 早|heavenly 天 天|setting 落 落|mountain 青山 山|hill 山 山|
river 江水 江|lake 湖上 湖|sea 沧海 海|ocean 沧海 海|stream 溪 溪|brook 溪 溪|water 流水 水|forest 林 林|wood 林 林|
grove 林 林|sky 天 天|heaven 天 天|garden 园 园|valley 谷 谷|cave 洞 洞|island 洲 洲|shore 江边 岸|moonlit 明月 月|
misty 烟雨 烟|snowy 白雪 雪|rainy 风雨 雨|windy 风 风|stone 石 石|village 村 村|palace 宫 宫|pine 松 松|bamboo 竹 竹|
willow 杨柳 柳|plum 梅花 梅|peach 桃花 桃|lotus 莲 莲|flower 花 花|wind 风 风|snow 白雪 雪|rain 雨 雨|moon 明月 月|
cloud 白云 云|frontier 边城 边|border 边城 边|homeland 故乡 乡|farewell 别离 别|temple 古寺 寺|dream 梦 梦
""".replace("\n", "")
"""What may stand before another word to make one of both: season, time, colour, kind, place."""

OTHERS = """
moonlight 月明|sun 日|sunlight 日光|sunshine 日光|star 星|milky way 银河|breeze 清风 风|storm 风雨|thunder 雷|
lightning 电|mist 烟|fog 雾|frost 霜|dew 露|ice 冰|drizzle 细雨|rainbow 虹|haze 烟霞|smoke 烟|fire 火|earth 地|
world 人间|universe 乾坤|season 时节|year 年|month 月|yesterday 昨日|today 今日|tomorrow 明日|tonight 今夜|time 岁月|
youth 少年|childhood 儿时|age 老|spring wind 春风|spring breeze 春风|spring rain 春雨|spring river 春江|
spring night 春夜|spring day 春日|autumn moon 秋月|autumn wind 秋风|autumn rain 秋雨|autumn leaf 落叶|autumn water 秋水|
autumn night 秋夜|autumn river 秋江|full moon 明月|bright moon 明月|new moon 新月|crescent moon 新月|moon night 月夜|
moonlit night 月夜|setting sun 夕阳|evening sun 夕阳|west wind 西风|east wind 东风|north wind 北风|south wind 南风|
night rain 夜雨|first snow 初雪|mountain water 山水|landscape 山水|waterfall 瀑布|wave 波|tide 潮|spring water 春水|
spring of water 泉|well 井|pond 池塘|pool 池|cliff 崖|peak 峰|rock 石|sand 沙|desert 沙|field 田|meadow 芳草|
grass 草 草|bank 岸|bridge 桥|road 路|path 径|way 路|street 街|city 城|town 城|capital 长安|wall 城|gate 门|door 门|
window 窗|house 家|home 故乡 家|hometown 故乡|hut 茅屋|cottage 草堂|roof 屋|tower 高楼 楼|pavilion 亭|terrace 楼台|
courtyard 庭院 庭|curtain 珠帘|lamp 灯|candle 烛|lantern 灯|mirror 镜|bed 床|pillow 枕|china 中国|yangtze 长江|
yellow river 黄河|great wall 长城|west lake 西湖|jiangnan 江南|south 江南|north 北|east 东|west 西|tree 树|leaf 叶|
leave 叶|branch 枝|root 根|blossom 花|petal 花|fallen flower 落花|falling flower 落花|falling blossom 落花|
fallen leaf 落叶|falling leaf 落叶|plum blossom 梅花|peach blossom 桃花|cherry blossom 樱花|pear blossom 梨花|
apricot blossom 杏花|lotus flower 莲花|wild flower 野花|chrysanthemum 菊花|peony 牡丹|orchid 兰|osmanthus 桂花|
rose 蔷薇|moss 苔|reed 芦花|duckweed 浮萍|mulberry 桑|tea 茶|rice 稻|wheat 麦|fruit 果|tangerine 橘|bird 鸟|goose 雁|
wild goose 归雁|wild geese 归雁|geese 雁|swallow 燕|crane 鹤|oriole 黄莺|cuckoo 杜鹃|nightingale 黄莺|crow 乌|magpie 鹊|
gull 鸥|mandarin duck 鸳鸯|duck 鸭|chicken 鸡|cock 鸡|rooster 鸡|phoenix 凤凰|dragon 龙|eagle 鹰|butterfly 蝴蝶|bee 蜂|
firefly 萤|cricket 蟋蟀|cicada 蝉|fish 鱼|horse 马|ox 牛|cow 牛|sheep 羊|deer 鹿|monkey 猿|ape 猿|tiger 虎|dog 犬|
snake 蛇|love 相思|longing 相思|yearning 相思|missing you 相思|lovesickness 相思|desire 情|passion 多情|heart 心 心|
soul 魂|sorrow 愁 愁|sadness 愁|grief 伤心|melancholy 惆怅|loneliness 寂寞|solitude 独坐|joy 欢|happiness 欢|
homesickness 思乡|nostalgia 思乡|memory 忆|remembrance 忆|regret 恨|hate 恨|hope 望|peace 太平|silence 寂寂|
freedom 逍遥|beauty 佳人|tear 泪|laughter 一笑|smile 一笑|sigh 叹|thought 思|life 人生 生|death 死|fate 命|fame 功名|
illness 病|sleep 眠|drunkenness 醉|spring sleep 春眠|parting 别离 别|goodbye 别离|departure 别离|separation 离别|
return 归来 归|returning 归来|coming home 归来|reunion 相逢|meeting 相逢|journey 行人|travel 行人|traveller 行人 客|
traveler 行人 客|wanderer 行客|wandering 天涯|exile 天涯|stranger 客|guest 客 客|visitor 客|friend 故人|old friend 故人|
friendship 故人|mother 母|father 父|child 儿|son 儿|daughter 女|wife 妻|husband 夫|brother 兄弟|sister 姊妹|family 家|
lover 佳人|girl 少女|boy 少年|woman 美人|man 人|people 人|king 君王|queen 王后|emperor 君王|princess 公主|prince 王孙|
general 将军|soldier 兵|warrior 将军|hero 英雄|poet 诗人|scholar 书生|monk 僧|nun 尼|hermit 隐者|immortal 神仙|god 神|
ghost 鬼|spirit 神|fisherman 渔翁|fisher 渔翁|woodcutter 樵夫|farmer 农夫|old man 老翁|beggar 乞|shepherd 牧童|
neighbour 邻|neighbor 邻|ship 舟 舟|boat 扁舟 舟|sail 帆|oar 桨|cart 车|carriage 车马|wine 美酒 酒|drinking 饮酒|
cup 一杯|song 歌 歌|singing 歌声|music 曲|dance 歌舞|flute 笛|zither 琴|lute 琵琶|drum 鼓|bell 钟声 钟|poem 诗 诗|
poetry 诗|verse 诗|book 书|letter 书信|painting 画|chess 棋|brush 笔|ink 墨|paper 纸|sword 剑|bow 弓|war 征战|battle 战|
banner 旌旗|army 军|silk 丝|clothes 衣|clothe 衣|robe 衣|pearl 珠|incense 焚香|game 棋|work 耕|harvest 秋收|
festival 佳节|new year 新年|mid autumn 中秋|midautumn 中秋|double ninth 重阳|qingming 清明|cold food 寒食|wedding 新婚|
birthday 生日|holiday 佳节|history 千古|past 往事|eternity 千古|immortality 长生|nature 山水|shadow 影|sound 声|
voice 声|scent 香|fragrance 香|colour 色|color 色|zen 禅|dao 道|tao 道|buddha 佛|going home 归去|midsummer 夏|
solstice 冬至
""".replace("\n", "")
"""What ends a phrase, and phrases that are words of their own in Chinese; a second word is the character for pairs."""

SKIPPED = frozenset(("a", "an", "the", "my", "your", "his", "her", "our", "their", "this", "that", "some", "about"))
TURNED = frozenset(("of", "in", "on", "over", "at", "by", "under", "above", "upon", "beside", "through", "from"))
"""Between two things: the second says more about the first and stands before it in Chinese."""

PARTED = frozenset(("and", "or", "with", "to", "for", "after", "before", "without"))
LONGEST_PHRASE = 3
"""Most English words of one entry."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What an English word or phrase is in Chinese verse.

    Attributes:
        word: by itself.
        sign: one character for pairs, empty where it makes none.
        leads: whether it may be the first of a pair.
    """

    word: str
    sign: str
    leads: bool


class UnknownWord(Exception):
    """An English word without a Chinese one here; the message is the word."""


def _read(text: str, *, leads: bool) -> dict[str, Meaning]:
    return {english: Meaning(word, sign, leads) for english, word, sign in map(_entry, text.split("|"))}


def _entry(entry: str) -> tuple[str, str, str]:
    english, chinese = re.fullmatch(r"([a-z ]+) ([^a-z]+)", entry.strip()).groups()  # type: ignore[union-attr]
    word, _, sign = chinese.partition(" ")
    return english, word, sign or (word if len(word) == 1 else "")


WORDS = _read(OTHERS, leads=False) | _read(MODIFIERS, leads=True)
"""Meanings by English words in the singular."""


def in_chinese(text: str) -> tuple[str, ...]:
    """The Chinese words for an English theme, in order.

    Raises:
        UnknownWord: one of its words is none of `WORDS`.
    """
    found: dict[str, None] = {}
    for part in re.split(r"[^a-z'’ -]+", text.lower()):
        words = re.findall(r"[a-z]+", re.sub(r"['’]s?\b", "", part))
        found.update(dict.fromkeys(_in_order(list(_meanings(words)))))
    return tuple(found)


def _in_order(parts: list[Meaning | str]) -> Iterator[str]:
    """The Chinese words for meanings and the small words between them."""
    things: list[list[Meaning]] = [[]]
    joined = [""]
    for part in parts:
        if isinstance(part, Meaning):
            things[-1].append(part)
        else:
            things.append([])
            joined.append(part)
    place = 0
    while place < len(things):
        first, second = things[place], things[place + 1] if place + 1 < len(things) else []
        turned = len(first) == len(second) == 1 and joined[place + 1] in TURNED
        yield from _paired([replace(second[0], leads=True), first[0]] if turned else first)
        place += 2 if turned else 1


def _meanings(words: list[str]) -> Iterator[Meaning | str]:
    """Meanings of the longest phrases known, and the small words between them."""
    place = 0
    while place < len(words):
        for size in range(min(LONGEST_PHRASE, len(words) - place), 0, -1):
            phrase = words[place : place + size]
            meaning = next((WORDS[form] for form in _singulars(" ".join(phrase)) if form in WORDS), None)
            if meaning:
                yield meaning
                break
            if size == 1 and phrase[0] in TURNED | PARTED:
                yield phrase[0]
            elif size == 1 and phrase[0] not in SKIPPED:
                raise UnknownWord(phrase[0])
        place += size


def _singulars(phrase: str) -> tuple[str, ...]:
    """A phrase, and what it may be the plural of."""
    return (
        phrase,
        phrase.removesuffix("s"),
        phrase.removesuffix("es"),
        re.sub("ies$", "y", phrase),
        re.sub("ves$", "f", phrase),
    )


def _paired(meanings: list[Meaning]) -> Iterator[str]:
    """Words, two of them as one where the first may lead."""
    words: list[str] = []
    rest = list(meanings)
    while rest:
        last = rest.pop()
        if rest and rest[-1].leads and rest[-1].sign and last.sign and rest[-1].sign != last.sign:
            words.append(rest.pop().sign + last.sign)
        else:
            words.append(last.word)
    yield from reversed(words)

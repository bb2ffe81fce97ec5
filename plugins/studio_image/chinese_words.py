"""Simplified Chinese for pictures from words: pixel art and stickers."""

from __future__ import annotations

WORDS: dict[str, str] = {
    "Pixel art from words": "文字生成像素画",
    "Pixel art from a few words: creatures, weapons, potions, books, statues, doors and spells, see-through around.": (
        "用几个词生成像素画：生物、武器、药水、书、雕像、门和法术，背景透明。"
    ),
    "The model that comes along learned from 1,500 fantasy sprites, 32 × 32 pixels. It knows about 900 words and the "
    "main colours, in English, many of them in Chinese and French too; it leaves out others and says which. It does "
    "not understand sentences: name a thing and its colour, and pick among variations.": (
        "随附模型从 1,500 幅 32 × 32 像素的奇幻精灵图学来，认识约 900 个英文词和主要颜色，"
        "其中许多也可用中文或法文；其余的词会略去并告诉你。它不懂句子：说出一样东西和颜色，再从多幅变化中挑选。"
    ),
    "Blue potions": "蓝色药水",
    "Nine swords": "九把剑",
    "Potions on a sheet": "一张药水图集",
    "Frogs": "青蛙",
    "Undead in four greens": "四种绿色的亡灵",
    "A blue butterfly": "一只蓝蝴蝶",
    "Surprises": "惊喜",
    "Words": "词语",
    "A thing and its colour, in a few words. Leave it empty for a surprise.": (
        "用几个词说出一样东西和颜色。留空则随机。"
    ),
    "Arranged as": "排列方式",
    "One": "一幅",
    "4": "4",
    "9": "9",
    "16": "16",
    "One sheet": "一张图集",
    "Colours": "颜色",
    "All pictures share these; a number keeps the main ones.": "所有图片共用这些颜色；选数字则保留最主要的几种。",
    "As drawn": "保持原样",
    "4 colours": "4 色",
    "8 colours": "8 色",
    "16 colours": "16 色",
    "32 colours": "32 色",
    "Adventure (16)": "冒险（16 色）",
    "Daylight (32)": "日光（32 色）",
    "Pond (4 greens)": "池塘（4 种绿）",
    "Ember (6)": "余烬（6 色）",
    "Frost (6)": "霜（6 色）",
    "Grey (5)": "灰（5 色）",
    "Ink and paper (2)": "纸墨（2 色）",
    "Every pixel becomes a square this wide.": "每个像素变成这么宽的方块。",
    "Fill in what is left open": "补全未说明的部分",
    "Adds the colours and kinds that known pictures of these words have, another one for each picture.": (
        "加上已知图片中这些词常有的颜色和类别，每幅各不相同。"
    ),
    "Guidance": "引导强度",
    "How strictly words are followed; high values exaggerate.": "多严格地遵循词语；过高会夸张失真。",
    "More take longer and are a little cleaner.": "越多越慢，画面略干净一些。",
    "Tries": "尝试次数",
    "Each picture is drawn this often, and the one kept in which the model itself best sees the words.": (
        "每幅画这么多遍，留下模型自己最能从中看出这些词的那一幅。"
    ),
    "Drawing": "绘制",
    "Drawing, try {turn} of {tries}": "绘制，第 {turn} 次，共 {tries} 次",
    "The model knows none of these words.": "模型不认识这些词中的任何一个。",
    "It knows {words} words, for example: {near}.": "它认识 {words} 个词，例如：{near}。",
    "“{written}” is taken for “{taken}”.": "“{written}”被当作“{taken}”。",
    "The model does not know {unknown}; left out. It knows {words} words.": (
        "模型不认识{unknown}，已略去。它认识 {words} 个词。"
    ),
    "{things} seldom comes out clearly with this model. It is surest of others: {others}.": (
        "这个模型很少能把{things}画清楚。它最有把握的是其他词：{others}。"
    ),
    # what is taught
    "It learns what the words of the captions look like; words that occur only once are passed over. A thousand "
    "captioned pictures and some hours make a useful model.": (
        "它学习说明文字中的词是什么样子；只出现一次的词会略过。一千幅带说明的图片和几个小时就能得到可用的模型。"
    ),
    "64 shows more, and is drawn in coarser strokes.": "64 像素显示得更多，但笔触更粗。",
    "Words left out": "略去的词",
    "Share of single words it is not told, so that each word means something by itself.": (
        "训练时不告诉它的单个词的比例，使每个词自身都有意义。"
    ),
    "Rarest words": "最罕见的词",
    "How often a word must occur to be learned; the pictures of a word that occurs once are copied.": (
        "一个词至少出现几次才学；只出现一次的词，其图片会被照搬。"
    ),
    # stickers
    "Sticker from words": "文字生成贴纸",
    "A sticker of an everyday thing: an animal, a fruit, a face, a vehicle, the weather; see-through around.": (
        "日常事物的贴纸：动物、水果、表情、车辆、天气，背景透明。"
    ),
    "Write what it shows in English, Chinese or French. The model that comes along learned 720 things from open emoji "
    "collections, in four styles, 64 × 64 pixels; the studio enlarges them with smooth contours. Two things with a "
    "plus between them become one. Faces, hearts and cats come out best; many things are only hinted at, so try "
    "several seeds. It says what it took your words for.": (
        "用中文、英文或法文写出要画的东西。随附模型从开放的表情符号集中学了 720 样东西，四种风格，64 × 64 像素；"
        "工坊会以平滑的轮廓放大。两样东西之间写加号可合二为一。"
        "表情、心形和猫画得最好；许多东西只能隐约看出，请多试几个种子。它会说明把你的词当作了什么。"
    ),
    "A smile": "微笑",
    "A cat, flat": "扁平的猫",
    "A lemon": "柠檬",
    "A purple devil": "紫色小恶魔",
    "A yellow heart, rimmed": "带白边的黄心",
    "Four wolves": "四只狼",
    "Cat and sun": "猫与太阳",
    "One thing, in English, Chinese or French, with a colour if you like; or two: cat + rainbow.": (
        "一样东西，中文、英文或法文均可，可加颜色；或两样：猫 + 彩虹。"
    ),
    "Shaded": "明暗",
    "Plain": "朴素",
    "Glossy": "光泽",
    "Flat": "扁平",
    "Mixed": "混合",
    "Small, as drawn": "小，保持原样",
    "4 times as large": "放大 4 倍",
    "8 times as large": "放大 8 倍",
    "Enlarged with sharp, smooth contours.": "放大后轮廓清晰平滑。",
    "White rim": "白边",
    "Around the outline, as on a sticker that was cut out.": "沿轮廓一圈，像剪下的贴纸。",
    "Also as SVG": "同时生成 SVG",
    "Adds the drawing as SVG source, a text; save it under a name that ends in .svg. Each colour becomes one shape "
    "with an even gradient.": ("另附一份 SVG 源码文本；请以 .svg 结尾的名称保存。每种颜色成为一个带均匀渐变的形状。"),
    "Blend": "混合比例",
    "Of two things with a plus between them: 0 is all the first, 1 all the second.": (
        "对用加号连接的两样东西：0 全是第一样，1 全是第二样。"
    ),
    "The model knows nothing of this name.": "模型不认识这个名称。",
    "It knows {things} things, for example: {near}.": "它认识 {things} 样东西，例如：{near}。",
    "Colour afterwards": "事后上色",
    "A thing in a colour that the model does not know it in is drawn as it knows it, then recoloured. Off: the"
    " colour is only one of the words.": (
        "模型没见过这种颜色的事物时，先按它熟悉的样子画，再改颜色。关闭时，颜色只作为词语之一。"
    ),
    "Drawn in colours that the model knows, then coloured: {colour}.": "先用模型熟悉的颜色画，再改为 {colour}。",
    "The model knows one picture of this, so all will be much alike.": "模型只见过一张这样的图，所以各张会很相似。",
    "Drawn as: {label} ({chinese}, {french}).": "画作：{label}（{chinese}，{french}）。",
    "That is a guess. Nearby: {near}.": "这是猜测。相近的有：{near}。",
    "{file} was left out: {why}": "略去了 {file}：{why}",
    "Measuring the model": "正在测量模型",
}
"""What stands in braces is filled in by the studio."""

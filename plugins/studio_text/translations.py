"""简体中文 for everything this package shows; keys are the English words as they stand in the code."""

from __future__ import annotations

ZH_CN = {
    "Storyteller": "故事机",
    "Tells fairy tales and writes verse and scenes, word by word, from a beginning you give it.": (
        "从你给的开头，逐词写出英文童话、诗歌和戏剧片段。"
    ),
    "A small language model trained for this studio on public-domain fairy tales, English poems and Shakespeare. "
    "It knows how such texts sound, not what is true, and it loses the thread after a while: good for openings, odd "
    "turns and lines to build on.": (
        "这是为本工作室训练的小型语言模型，学自公有领域的童话、英文诗和莎士比亚戏剧。"
        "它懂得这类文字的腔调，却不懂得真假，写长了会跑题：适合拿来开头、找奇想、得佳句。"
    ),
    "Once upon a time": "很久很久以前",
    "The fox and the moon": "狐狸与月亮",
    "A poem by night": "夜之诗",
    "A forest near Athens": "雅典附近的森林",
    "Beginning": "开头",
    "The first words; the text goes on from here. Leave it empty to be surprised.": (
        "最前面的几个词，文字由此往下写（英文）。留空则自由发挥。"
    ),
    "Kind": "体裁",
    "Fairy tale": "童话",
    "Poem": "诗",
    "Scene of a play": "戏剧片段",
    "Title": "标题",
    "A title for it, which also hints at what it should be about.": "作品的标题，同时提示写什么内容。",
    "Length": "长度",
    "words": "词",
    "About how many words to write. The last sentence is finished; a poem may end earlier.": (
        "大约写多少个词。最后一句会写完整；诗可能提前结束。"
    ),
    "Continue a text": "续写文本",
    "Go on where this text ends. The beginning above is then left out.": (
        "从这段文本的末尾接着写，上面的“开头”此时不用。"
    ),
    "Style": "风格",
    "Temperature": "温度",
    "Low: safe and repetitive. High: surprising, then nonsense.": "低：稳妥但重复。高：出人意料，再高就不知所云。",
    "Top-p": "Top-p（核采样）",
    "Only the likeliest words that together reach this probability are considered; 1 considers all.": (
        "只考虑概率合计达到此值的最可能的词；1 表示考虑全部。"
    ),
    "Top-k": "Top-k",
    "Only this many of the likeliest words are considered; 0 considers all.": (
        "只考虑最可能的这么多个词；0 表示考虑全部。"
    ),
    "Repetition penalty": "重复惩罚",
    "Above 1, words that occurred lately become less likely.": "大于 1 时，刚出现过的词更不易再出现。",
    "Stop at": "停止于",
    "The text ends before these characters if they come up.": "一旦出现这些字符，文字就在其前结束。",
    # said while it works, and when something does not fit
    "Loading the model": "正在载入模型",
    "Writing": "正在写作",
    "Nothing was written before the text to stop at came up.": "还没有写出任何文字，就遇到了停止文字。",
}

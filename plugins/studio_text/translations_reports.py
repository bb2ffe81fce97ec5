"""简体中文 for what the reports on text models say."""

from __future__ import annotations

KINDS = {"tales": "童话", "poems": "诗歌", "plays": "戏剧"}

_PEOPLE = {
    "women": "女性",
    "men": "男性",
    "children": "儿童",
    "older people": "老年人",
    "other people": "其他人",
    "nobody": "没有人",
}

REPORTS = {
    "Some of the hints in captions are left out now and then; the texts stay as they are.": (
        "说明中的部分提示有时会被隐去；文本保持原样。"
    ),
    # ---- the storyteller
    **{f"bits per byte of {kind}": f"{chinese}的每字节比特数" for kind, chinese in KINDS.items()},
    **{f"runs of 8 words copied in {kind}": f"{chinese}中照抄连续 8 词的比例" for kind, chinese in KINDS.items()},
    **{f"longest copied run in {kind}": f"{chinese}中最长的照抄片段" for kind, chinese in KINDS.items()},
    "How surprised the model is by texts it has not seen.": "模型对未见过的文本有多意外。",
    "It keeps the tone of old tales, verse and plays from line to line.": (
        "它一行一行都保持着古老童话、诗歌和戏剧的语气。"
    ),
    "It forgets who is who after a few paragraphs, and its plots lead nowhere in particular.": (
        "几段之后它就会忘记谁是谁，情节也没有明确的去向。"
    ),
    "It knows the English of its books, which ends with 1955 at the latest, and what people thought then.": (
        "它只懂书里的英语（最晚到 1955 年），以及当时人们的想法。"
    ),
    "Beginnings, moods and images to go on from by hand; texts for practice.": (
        "提供可以亲手续写的开头、氛围与意象；也可作练习文本。"
    ),
    # ---- models that write
    "bits per byte": "每字节比特数",
    "bits per character": "每字符比特数",
    "held out bits per byte": "留出文本的每字节比特数",
    "How surprised the model is by texts it has not seen, on {count} bytes.": (
        "模型对未见过的文本有多意外，用 {count} 个字节测得。"
    ),
    "How surprised the model is by texts it has not seen, on {count} characters.": (
        "模型对未见过的文本有多意外，用 {count} 个字符测得。"
    ),
    "Kneser-Ney 5-gram": "Kneser-Ney 五元模型",
    "distinct-{length}": "不同的 {length} 词组合（distinct-{length}）",
    "Share of different runs of {length} words among all it wrote (Li et al. 2016).": (
        "在它写出的全部文字中，连续 {length} 个词的不同组合所占的比例（Li 等，2016）。"
    ),
    "texts by people": "人写的文本",
    "new texts by people": "人写的新文本",
    "repetition": "重复的比例",
    "Share of runs of four words that had occurred in the same text before.": (
        "连续四个词在同一篇文本的前文里已经出现过的比例。"
    ),
    "runs of {length} words copied": "照抄连续 {length} 词的比例",
    "Share of what it wrote that stands word for word in its training texts.": (
        "它写出的文字中，与训练文本逐字相同的比例。"
    ),
    "longest copied run": "最长的照抄片段",
    "Words in a row that stand in a training text.": "连续出现在某篇训练文本中的词数。",
    "memorised texts": "背下来的文本的比例",
    "Share of the texts it wrote that hold {length} words in a row from a training text.": (
        "它写出的文本中，含有某篇训练文本里连续 {length} 个词的比例。"
    ),
    "It needs {percent} % fewer bits for new texts than counting what follows the last four signs.": (
        "预测新文本时，它所用的比特比统计“前四个符号之后出现什么”少 {percent}%。"
    ),
    "It knows how such texts sound, not what is true.": "它知道这类文字读起来是什么样，却不知道什么是真的。",
    "No text was held out, so how it does on new texts is not known.": "没有留出文本，因此不知道它对新文本的表现。",
    "Drafts and ideas in the manner of the texts it learned from.": "写出与所学文字相似的草稿与点子。",
    "kinds in training": "训练文本的类别",
    "people in captions": "说明文字中的人",
    "people in training texts": "训练文本中的人",
    "people in written texts": "所写文本中的人",
    **_PEOPLE,
    **{
        f"people in {where} texts, captions naming {group}": f"{told}中的人（说明文字提到：{name}）"
        for where, told in (("training", "训练文本"), ("written", "所写文本"))
        for group, name in _PEOPLE.items()
    },
    "mixed": "混合格律",
    "pentameter": "五音步",
    "tetrameter": "四音步",
    "trimeter": "三音步",
    "ballad": "歌谣体",
    "long": "长格律",
    # ---- verse
    "poems with exactly their form": "完全合乎格式的诗的比例",
    "Share of poems whose lines are as many and as long as the form lays down.": (
        "句数和字数都与格式规定相符的诗所占的比例。"
    ),
    "poems that rhyme throughout": "全诗押韵的比例",
    "Share of poems with every rhyme of their form, by modern readings.": (
        "按今音，格式要求的韵全都押上的诗所占的比例。"
    ),
    "tones kept": "平仄相符的比例",
    "Share of characters of the right tone where regulated verse fixes it, by modern readings.": (
        "按今音，近体诗规定平仄之处，平仄相符的字所占的比例。"
    ),
    "lines with the right number of syllables": "音节数正确的诗行的比例",
    "Share of lines with exactly the syllables of their feet.": "音节数与音步恰好相符的诗行所占的比例。",
    "rhymes kept": "押上的韵的比例",
    "Share of the rhymes asked for that are rhymes by the pronouncing dictionary.": (
        "要求押韵之处，按发音词典确实押韵的比例。"
    ),
    "words on their feet": "重音落在重位的词的比例",
    "Share of the words of several syllables whose main stress falls on a strong place.": (
        "多音节词中，主重音落在重位上的词所占的比例。"
    ),
    # ---- LoRAs
    "the base alone": "单独的基础模型",
    "How surprised it is by texts it has not seen; lower than the base: it learned their manner.": (
        "它对未见过的文本有多意外；低于基础模型，说明它学到了文风。"
    ),
    "Share of different pairs of words among all it wrote (Li et al. 2016).": (
        "在它写出的全部文字中，相邻两词的不同组合所占的比例（Li 等，2016）。"
    ),
    # ---- models that find answers
    "F1": "F1 值",
    "F1 where the text says it": "文中有答案时的 F1 值",
    "F1 of what is shown": "给出答案时的 F1 值",
    "F1 within reach": "可及的 F1 值",
    "F1 by kind of question": "各类问题的 F1 值",
    "the sentence with most of the question (TF-IDF)": "含问题词语最多的句子（TF-IDF）",
    "Words shared with a person's answer, on {count} questions to new texts, answered in its words or not.": (
        "与人的答案共有的词，用关于新文本的 {count} 个问题测得，不论人是否用原文词语作答。"
    ),
    "The same on the {count} questions whose answer stands in the text.": "同上，只算答案就在文中的 {count} 个问题。",
    "The same where it says an answer ({share} of the questions) instead of finding none.": (
        "同上，只算它给出答案、而不是说没有找到的情形（占问题的 {share}）。"
    ),
    "exact answers": "完全一致的答案的比例",
    "Share of the answers that are a person's, word for word, articles not counted.": (
        "与人的答案逐词相同的比例，冠词不计。"
    ),
    "The best of the candidates it weighs: what better weighing could reach.": (
        "它所权衡的候选答案中最好的一个：权衡得更好时能达到的水平。"
    ),
    "no answer where there is none": "没有答案时不作答的比例",
    "always answering": "总是作答",
    "Share of questions put to a text of another work that it refuses to answer.": (
        "拿问题去问另一部作品的文本时，它拒绝回答的比例。"
    ),
    "error of confidence": "把握的误差",
    "How far confidence is from the F1 that is then reached, on average over tenths of the questions.": (
        "它的把握与实际达到的 F1 值相差多少；把问题按把握分成十组，取平均。"
    ),
    "Its answers share {times} times as much with a person's as the most fitting sentence.": (
        "它的答案与人的答案的重合度，是最贴合的句子的 {times} 倍。"
    ),
    "It points at words of the text: what has to be concluded, or felt, it does not know.": (
        "它只指出文中的词语：需要推断或体会的，它不知道。"
    ),
    "It knows about as much English as stands in its training texts, and nothing of other languages.": (
        "它懂的英文大约就是训练文本里的那些，其他语言一概不懂。"
    ),
    "There were too few questions to learn how sure to be.": "问题太少，没能学会该有几成把握。",
    "Finding the place in a tale or an article that answers a question, to be read there.": (
        "在故事或文章里找到回答问题的地方，再由人去读。"
    ),
    "{question}\nfound: {found}\na person: {answer}": "{question}\n找到：{found}\n人的答案：{answer}",
    "action": "行动",
    "causal relationship": "因果",
    "character": "人物",
    "feeling": "情感",
    "outcome resolution": "结局",
    "prediction": "预测",
    "setting": "场景",
}

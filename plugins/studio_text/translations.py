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
    "Drafts": "草稿数",
    "Writes so many texts, drops those that repeat themselves, and keeps the one the model finds most fitting. "
    "The first is shown while they grow.": (
        "写出这么多份文字，舍去自我重复的，留下模型认为最通顺的一份。写作时显示的是第一份。"
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
    "Writing {count} drafts": "正在写 {count} 份草稿",
    "Nothing was written before the text to stop at came up.": "还没有写出任何文字，就遇到了停止文字。",
    # ---- verse
    "Verse": "格律诗",
    "Writes verse in strict forms, line by line: Chinese quatrains, regulated verse and ci, "
    "or English verse in metre.": ("按严格的格式逐行写诗：中文绝句、律诗和词，或英文格律诗。"),
    "Two small models trained for this studio, one on poems of the Tang and Song, one on English poems of four "
    "centuries. Lengths of lines and rhymes are exact, by modern standard pronunciation; what the lines say is often "
    "beautiful and seldom meant. A Chinese poem repeats no more than twelve characters in a row of any poem it learned "
    "from; an English one is written anew when it repeats more than seven words.": (
        "这是为本工作室训练的两个小型模型，一个学自唐宋诗词，一个学自四百年来的英文诗。"
        "行长与押韵（按现代标准读音）分毫不差；词句常有意境，却未必真有所指。"
        "中文诗不会连续照抄所学诗词超过十二个字，英文诗若连续照抄超过七个词，就会重写。"
    ),
    "A song of the sea": "海之歌（英文）",
    "A sonnet by night": "夜的十四行诗（英文）",
    "A limerick": "五行打油诗（英文）",
    "Language": "语言",
    "Chinese": "中文",
    "English": "英文",
    "Form of verse": "诗体",
    "Quatrains, a b a b": "四行诗，隔行韵 a b a b",
    "Couplets, a a b b": "双行诗，随韵 a a b b",
    "Enclosed rhyme, a b b a": "抱韵 a b b a",
    "Ballad": "歌谣体",
    "Sonnet": "十四行诗",
    "Limerick": "五行打油诗",
    "Blank verse, without rhyme": "素体诗，不押韵",
    "Metre": "格律",
    "Four feet, rising": "四音步，抑扬",
    "Five feet, rising": "五音步，抑扬",
    "Three feet, rising": "三音步，抑扬",
    "Four feet, falling": "四音步，扬抑",
    "Rising feet are iambs, as in “The sun is up, the sky is clear”; falling ones are trochees.": (
        "抑扬格先轻后重，如 “The sun is up, the sky is clear”；扬抑格先重后轻。"
    ),
    "In the manner of": "仿谁的笔调",
    "Nobody in particular": "不限",
    "Leans towards the words of an author. It catches some of the tone, never the thought.": (
        "偏向某位诗人的用词。能学到几分腔调，学不到思想。"
    ),
    "Mind the stresses": "讲究轻重音",
    "Prefer words whose stresses fall on the feet of the metre. Syllables are always counted.": (
        "尽量选用重音合乎格律的词。音节数总是准确的。"
    ),
    "This model does not write English verse.": "这个模型不写英文诗。",
    "The model knows none of these words.": "模型不认识这些词。",
    "Write common English words, parted by spaces.": "请写常见的英文单词，用空格隔开。",
    "The first line needs English words.": "首句需要英文单词。",
    "Write it in English.": "请用英文书写。",
    "The first line is too long for a line of verse.": "首句太长，不成一行诗。",
    "Shorten it.": "请缩短。",
    "The model knows too few rhymes for “{word}”.": "模型知道的与 “{word}” 押韵的词太少。",
    "End the first line on another word.": "请让首句以别的词结尾。",
    "The word “{word}” is not among the English ones that can be put into Chinese.": (
        "英文词“{word}”不在能译成中文的词表里。"
    ),
    "Write it in Chinese, or take common words of poems: moon, river, autumn, wine, friend.": (
        "请直接写中文，或用诗中常见的英文词：moon、river、autumn、wine、friend。"
    ),
    "“{english}” is taken for “{chinese}”.": "“{english}”被译作“{chinese}”。",
    "Moonlight, four lines": "月夜四句",
    "Spring wind": "春风",
    "Mountains and clouds": "青山白云",
    "Like a dream": "如梦令",
    "Acrostic: spring, river, flowers, moon": "藏头：春江花月",
    "Form": "体裁",
    "Quatrain, five characters": "五言绝句",
    "Quatrain, seven characters": "七言绝句",
    "Regulated verse, five characters": "五言律诗",
    "Regulated verse, seven characters": "七言律诗",
    "Ci: Like a Dream": "词：如梦令",
    "Ci: Recalling Jiangnan": "词：忆江南",
    "Ci: Silk-Washing Stream": "词：浣溪沙",
    "Ci: Bodhisattva Barbarian": "词：菩萨蛮",
    "Ci: Pure Serene Music": "词：清平乐",
    "Ci: Song of Divination": "词：卜算子",
    "Ci: Picking Mulberries": "词：采桑子",
    "Ci: Moon over West River": "词：西江月",
    "Ci: Partridge Sky": "词：鹧鸪天",
    "Ci: The Beautiful Lady Yu": "词：虞美人",
    "Ci: Waves Washing Sand": "词：浪淘沙",
    "Ci: Immortal by the River": "词：临江仙",
    "Ci: Butterflies in Love with Flowers": "词：蝶恋花",
    "Ci: River All Red": "词：满江红",
    "Ci: Prelude to Water Melody": "词：水调歌头",
    "Mood": "意境",
    "Whatever comes": "随意",
    "Spring": "春",
    "Autumn": "秋",
    "Moonlight": "月夜",
    "Parting": "离别",
    "Mountains": "山",
    "On the river": "江上",
    "The frontier": "边塞",
    "Wine": "酒",
    "An old temple": "古寺",
    "Snow": "雪",
    "Brings in words that belong to it.": "写入与之相称的词语。",
    "Words": "用词",
    "Up to four words that should come up, in the language of the poem. Common English words of poems, such as"
    " autumn moon, are put into Chinese where the poem is Chinese.": (
        "希望出现的词语，最多四个，语言与诗相同。写中文诗时，诗中常见的英文词（如 autumn moon）会译成中文。"
    ),
    "First line": "首句",
    "What the poem begins with. In Chinese it must have as many characters as the form asks for.": (
        "全诗以此开头。中文首句的字数须合体裁。"
    ),
    "Acrostic": "藏头",
    "Chinese characters that begin the phrases, one each, in order.": "依次作为各句第一个字的汉字。",
    "Only the likeliest signs or words that together reach this probability count; 1 considers all.": (
        "只考虑概率合计达到此值的最可能的字或词；1 表示考虑全部。"
    ),
    "Mind the tones": "讲究平仄",
    "Prefer level and oblique tones where regulated verse asks for them, by modern pronunciation.": (
        "近体诗中尽量合乎平仄，按现代读音。"
    ),
    "Candidates": "候选数",
    "How often each line is written before the likeliest is taken.": "每行写多少遍，再取最通顺的一遍。",
    "Model": "模型",
    "The studio's own": "工作室自带",
    "The studio's own model of the language, or one that you taught starting from it.": (
        "该语言的模型：工作室自带的，或你在其基础上训练的。"
    ),
    "This model does not write Chinese characters.": "这个模型不写汉字。",
    "Choose the studio's own.": "请选用工作室自带的模型。",
    "None of these words can stand in a poem.": "这些词都无法写入诗中。",
    "Write Chinese words of one to four characters, parted by spaces.": "请写一到四个字的中文词语，用空格隔开。",
    "The first line of this form has {length} characters, not {given}.": (
        "这种体裁的首句有 {length} 个字，而不是 {given} 个。"
    ),
    "Change the line or choose another form.": "请修改首句，或换一种体裁。",
    "This form has {phrases} phrases, so an acrostic has at most as many characters.": (
        "这种体裁共 {phrases} 句，藏头最多也只能有这么多字。"
    ),
    "Shorten it or choose a longer form.": "请缩短藏头，或换一种更长的体裁。",
    "Only Chinese characters can stand here.": "这里只能写汉字。",
    "Write it in Chinese.": "请用中文书写。",
    "The model does not know the character {letter}.": "模型不认识“{letter}”字。",
    "Use a simplified character that is common in old verse.": "请用古诗词中常见的简体字。",
    # ---- teaching a text model
    "Teach a text model": "训练文本模型",
    "Teaches a small language model to write like the texts of a dataset, in any language.": (
        "教一个小型语言模型像数据集里的文字那样写作，不限语言。"
    ),
    "The texts may be poems, tales, letters or one long book. Captions say what a text is: the part before the first "
    "comma is its kind, the others are hints, of which some are hidden while learning so that both short and long "
    "captions work later. The report tells how well the model foresees texts it has not seen, beside a simple counting "
    "method, and how much of what it writes is copied.": (
        "文字可以是诗、故事、书信，或一整本书。说明文字标明文本是什么：第一个逗号前是体裁，其余是提示；"
        "训练时会隐去部分提示，使日后提示长短皆可。报告会说明模型对未见过的文字预测得多好（与简单的计数方法对照），"
        "以及它写的内容有多少是照抄。"
    ),
    "Dataset": "数据集",
    "The texts to learn from.": "用来学习的文本。",
    "Start from": "起点",
    "A new model": "全新模型",
    "Stop early": "提前停止",
    "looks": "次查看",
    "Ends when the held-out loss has not fallen for so many looks at it, and keeps the best weights; 0 never.": (
        "留出数据上的损失连续这么多次查看都没有下降就结束，并保留最好的权重；0 表示从不提前停止。"
    ),
    "Go on teaching a model instead of beginning with a new one. It keeps its size and its characters. Small language "
    "models of your own are taught whole; for large ones use a LoRA.": (
        "在已有模型上继续训练，而不是从头开始；模型的大小和字表不变。你自己的小型语言模型会整体训练；大模型请用 LoRA。"
    ),
    "Steps": "步数",
    "How often the model is corrected. More is better until the held-out curve rises again.": (
        "模型被修正的次数。越多越好，直到留出曲线重新上升。"
    ),
    "As the script suggests": "由文字种类决定",
    "Characters": "字符",
    "Parts of words": "词的片段",
    "Reads and writes": "读写单位",
    "What one step of writing is: a character suits Chinese, parts of words suit alphabets.": (
        "每次写出的单位：中文宜用字符，字母文字宜用词的片段。"
    ),
    "Size": "大小",
    "Layers": "层数",
    "How often each word looks back at the text before it.": "每个词回看前文的次数。",
    "Width": "宽度",
    "Numbers that describe a word in its context; rounded to a multiple of 64.": (
        "描述一个词及其语境的数的个数，取 64 的倍数。"
    ),
    "Context": "上下文",
    "tokens": "词元",
    "How much of the text the model can see while it writes.": "模型写作时能看到多长的前文。",
    "Vocabulary": "词表",
    "Most different characters or parts of words.": "不同字符或词片段的最大数目。",
    "Learning": "学习",
    "Batch": "批量",
    "How much text one step sees.": "每一步看到多少文字。",
    "Weight decay": "权重衰减",
    "How strongly each step shrinks the weights. More keeps a model that reads few texts many times from learning them "
    "by heart.": "每一步让权重收缩多少。文本少而反复读时，多一些可以避免死记硬背。",
    "Learning rate": "学习率",
    "How far one step may change the model. Use about a tenth when you go on from a model.": (
        "每一步可以改变模型多少。在已有模型上继续时，用大约十分之一。"
    ),
    "How far one step may change the model. Use about a tenth when you go on from a model; one of your own is taught "
    "with a twentieth of what stands here.": (
        "每一步可以改变模型多少。在已有模型上继续时，用大约十分之一；你自己的语言模型按此值的二十分之一训练。"
    ),
    "Hide hints": "隐去提示",
    "Chance for each part of a caption but the first to be hidden while learning.": (
        "训练时隐去说明中除第一部分外每一部分的概率。"
    ),
    "Hide captions": "隐去说明",
    "Chance for a whole caption to be hidden while learning.": "训练时隐去整条说明的概率。",
    "Report": "报告",
    "Text judged": "评测文字量",
    "How much held-out text the final report is measured on.": "最终报告用多少留出的文字来衡量。",
    "Reading the texts": "正在读取文本",
    "Judging": "正在评测",
    "The dataset has no texts to learn from.": "数据集里没有可供学习的文本。",
    "Add texts to it.": "请添加文本。",
    "A text of the dataset cannot be read: {why}": "数据集中有一篇文本无法读取：{why}",
    "Prepare the dataset anew.": "请重新准备数据集。",
    "The model to start from cannot be read.": "无法读取作为起点的模型。",
    "Choose another one.": "请另选一个。",
    "To be taught whole, the model in {folder} needs {needed} GB of memory; {free} are free.": (
        "整体训练 {folder} 中的模型需要 {needed} GB 内存，目前空闲 {free} GB。"
    ),
    "Use “Teach a language model (LoRA)” instead: it needs far less.": "请改用“训练语言模型（LoRA）”，所需内存少得多。",
    "The model in {folder} has no token that ends a text.": "{folder} 中的模型没有表示文本结束的词元。",
    "Use “Teach a language model (LoRA)” instead.": "请改用“训练语言模型（LoRA）”。",
}

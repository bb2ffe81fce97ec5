"""简体中文 for the artist's own language models and their LoRAs."""

from __future__ import annotations

OWN_MODELS = {
    "English verse": "英语诗",
    "Classical Chinese verse": "中国古典诗",
    "Answers from a text": "从文中找答案",
    "Own language model": "自己的语言模型",
    "Goes on from your words, or answers them, with a language model of your own from a local folder.": (
        "用你本机文件夹里的语言模型，接着你的文字往下写，或回答你的问题。"
    ),
    "Any causal language model that transformers knows: Llama, Qwen, Mistral, Gemma, GPT-2 and others. Nothing is "
    "downloaded and no code from the folder is run. A LoRA taught here turns it to your texts.": (
        "支持 transformers 认识的各种因果语言模型：Llama、Qwen、Mistral、Gemma、GPT-2 等。"
        "不下载任何东西，也不运行文件夹里的代码。在这里教出的 LoRA 能让它写出你的文风。"
    ),
    "Go on with a story": "续写故事",
    "Ask for a list": "列一份清单",
    "Beginning or question": "开头或问题",
    "What the model starts from.": "模型由此开始。",
    "What to do with it": "怎样处理",
    "Go on from it": "往下写",
    "Answer it": "回答",
    "Only models that were taught to chat can answer.": "只有学过对话的模型才能回答。",
    "Instruction": "要求",
    "In what manner to answer, e.g. “You write short, plain sentences.”": "以怎样的方式回答，例如“句子要短而朴素”。",
    "None chosen yet": "尚未选择",
    "None": "无",
    "LoRA": "LoRA",
    "LoRA weight": "LoRA 权重",
    "0 is without, 1 as it was taught.": "0 为不用，1 为教出时的强度。",
    "A folder with a language model in transformers' layout and .safetensors weights. It is used where it lies, never "
    "changed.": "transformers 格式、权重为 .safetensors 的语言模型文件夹。原地使用，从不改动。",
    "Turns the model to a manner of writing. It must have been taught on the same model.": (
        "让模型用某种文风写作。必须是在同一个模型上教出来的。"
    ),
    "tokens": "词元",
    "Most tokens to write; a token is about three quarters of a word. The model may end earlier.": (
        "最多写多少个词元；一个词元约为四分之三个英文单词。模型可能提前结束。"
    ),
    # said while it works, and when something does not fit
    "Choose a language model first.": "请先选择一个语言模型。",
    "Any folder with a causal language model in transformers' layout: folder:PATH.": (
        "任何 transformers 格式的因果语言模型文件夹：folder:路径。"
    ),
    "Choose a folder in transformers' layout: config.json, tokenizer files, and weights in .safetensors.": (
        "请选择 transformers 格式的文件夹：含 config.json、分词器文件和 .safetensors 权重。"
    ),
    "The model in {folder} is {what}, which does not write texts here.": (
        "{folder} 中的模型是 {what}，在这里不能写文字。"
    ),
    "The model in {folder} is stored as a pickle, which can run code when it is opened.": (
        "{folder} 中的模型以 pickle 格式保存，打开时可能运行代码。"
    ),
    "Get the same model with .safetensors files.": "请换成同一模型的 .safetensors 版本。",
    "The model in {folder} has no weights.": "{folder} 中的模型没有权重。",
    "Copy the model anew.": "请重新复制该模型。",
    "The model in {folder} lacks its tokenizer.": "{folder} 中的模型缺少分词器。",
    "Copy its tokenizer files as well.": "请把分词器文件也复制过来。",
    "The adapter in {folder} is no LoRA.": "{folder} 中的适配器不是 LoRA。",
    "Choose a LoRA.": "请选择一个 LoRA。",
    "The LoRA in {folder} has no {file}.": "{folder} 中的 LoRA 没有 {file}。",
    "Get it with .safetensors weights.": "请换成 .safetensors 权重的版本。",
    "The folder {folder} holds no {what}: {file} is missing.": "文件夹 {folder} 中没有所需的模型：缺少 {file}。",
    "{file} in {folder} is damaged.": "{folder} 中的 {file} 已损坏。",
    "Copy the folder anew.": "请重新复制该文件夹。",
    "The model in {folder} cannot be loaded: {why}": "{folder} 中的模型无法载入：{why}",
    "Its files may be damaged or incomplete, or need code of their own.": "文件可能损坏、不完整，或需要它自带的代码。",
    "The LoRA in {folder} does not fit this model.": "{folder} 中的 LoRA 与此模型不匹配。",
    "Choose the model it was taught on, or one of the same make.": "请选择教它时所用的模型，或同一种模型。",
    "This model was not taught to chat.": "这个模型没有学过对话。",
    "Let it go on from your words instead.": "请改为让它接着你的文字往下写。",
    "The model ended the text before it wrote anything.": "模型还没写出任何文字就结束了。",
    "Try other words or a seed.": "请换些词语，或换一个种子。",
    # ---- teaching
    "Teach a language model (LoRA)": "训练语言模型（LoRA）",
    "Teaches a language model of yours to write like the texts of a dataset, as a small LoRA beside it.": (
        "教你的语言模型写得像数据集中的文字，成果是模型旁的一个小 LoRA。"
    ),
    "The model itself stays as it is. Some twenty pages change its manner; facts it hardly learns so. It needs memory "
    "for the model and about half as much again; the report tells how much better it foresees texts it has not seen "
    "than the model alone, and what it copied.": (
        "模型本身保持不变。二十来页文字就能改变文风，但很难这样学会事实。"
        "所需内存约为模型的一倍半；报告会说明它预测未见文字比原模型好多少，以及抄了什么。"
    ),
    "A manner of writing": "一种文风",
    "More, and deeper": "更多、更深",
    "Dataset": "数据集",
    "The texts to learn from.": "供学习的文本。",
    "Base model": "基础模型",
    "Steps": "步数",
    "How often it is corrected. More is better until the held-out curve rises again.": (
        "纠正多少次。越多越好，直到留出文本的曲线重新上升。"
    ),
    "Rank": "秩",
    "How much it can learn; more makes a larger file.": "能学多少；越大，文件也越大。",
    "Alpha": "Alpha",
    "How strongly it acts while it learns, compared with the rank.": "学习时的作用强度，与秩相比。",
    "Changes": "改动范围",
    "Attention": "注意力",
    "Attention and the layers between": "注意力与其间各层",
    "Attention suffices for a manner; new matter needs more.": "改文风只需注意力；学新内容需要更多。",
    "Captions first": "先给说明",
    "Shows each text below its caption, so that it can be asked for later.": "每篇文字前先给出说明，以后便可据此索取。",
    "Learning": "学习",
    "Context": "上下文",
    "How much of a text it sees at once; never more than the model can.": "一次能看到多少文字；不超过模型的上限。",
    "Batch size": "批量大小",
    "Learning rate": "学习率",
    "How far one step may change it.": "每一步最多改变多少。",
    "Moving average": "移动平均",
    "Decay per step of averaged weights, which are steadier; 0 for none.": "平均权重每步的衰减，更稳；0 为不用。",
    "Gradient checkpointing": "梯度检查点",
    "Much less memory, a third more time.": "内存少得多，时间多三分之一。",
    "Report": "报告",
    "Text judged": "评测文本",
    "How much held-out text the final report is measured on.": "最终报告用多少留出文本来衡量。",
    "Reading the texts": "正在读取文本",
    "Judging": "正在评测",
    "The dataset has no texts to learn from.": "数据集中没有可学习的文本。",
    "Add texts to it.": "请添加文本。",
    "The texts are too short to learn from.": "文本太短，无法学习。",
    "Add longer ones.": "请添加较长的文本。",
    # ---- what the report says
    "It knows the manner of the texts, not whether what it says is true.": "它懂得这些文字的腔调，却不懂得真假。",
    "It fits only models of the make of {base}.": "它只适用于与 {base} 同一种的模型。",
    "No text was held out, so how it does on new ones is not known.": "没有留出文本，因此不知道它对新文本的表现。",
    "Drafts and ideas in the manner of the texts it learned from, on top of the base model.": (
        "在基础模型之上，写出与所学文字相似的草稿与点子。"
    ),
}

"""简体中文 for finding answers in a text, and for teaching that."""

from __future__ import annotations

ANSWERS = {
    "Answer from a text": "从文中找答案",
    "Finds the answer to a question in a tale or an article you paste.": (
        "在你贴入的故事或文章里，找出问题的答案（英文）。"
    ),
    "A small model trained for this studio on children's questions to fairy tales, in English. It points at words of "
    "the text and shows the sentence they stand in; it knows nothing beyond the text and draws no conclusions. It is "
    "right more often about who, what and where than about why, and often wrong: so it says how sure it is, and says "
    "that it found no answer when it is not.": (
        "这是为本工作室训练的小型模型，学自孩子们对英文童话的提问。它指出原文中的词语，并给出所在的句子；"
        "它不知道文外之事，也不会推理。问“谁、什么、哪里”比问“为什么”更常答对，但仍常常答错："
        "所以它会说明有几成把握，没把握时就说没有找到答案。"
    ),
    "Who sat under the bridge?": "谁坐在桥下？",
    "Why was the troll weeping?": "山怪为什么哭？",
    "What did he give her?": "他给了她什么？",
    "Something the tale does not say": "故事里没说的事",
    "Question": "问题",
    "A question in English whose answer stands in the text.": "用英文提问，答案须在文中。",
    "Text": "文本",
    "The tale or article to look in. Paste it here.": "要查找的故事或文章，贴在这里（英文）。",
    "Text from the library": "库中的文本",
    "Look in this text; the one above is then left out.": "在这篇文本里查找，上面的文本此时不用。",
    "Other places": "其他位置",
    "How many further places to show where the answer might stand.": "再列出几处可能的答案。",
    "Always answer": "总是回答",
    "Show the likeliest place also when the model thinks that the text holds no answer.": (
        "即使模型认为文中没有答案，也给出最可能的位置。"
    ),
    "The studio's own model, or one that you taught to find answers.": "工作室自带的模型，或你训练的找答案的模型。",
    "Reading": "正在阅读",
    "Done": "完成",
    "This model does not find answers.": "这个模型不会找答案。",
    "There are no sentences in this text.": "这篇文本里没有句子。",
    "Ask a question first.": "请先提一个问题。",
    "There is no text to look in.": "没有可供查找的文本。",
    "Paste a tale or an article.": "请贴入一个故事或一篇文章。",
    "This model reads English only.": "这个模型只读得懂英文。",
    "Paste an English text.": "请贴入英文文本。",
    # ---- teaching
    "Teach an answer finder": "训练找答案的模型",
    "Teaches a small model to find the answer to a question in a text.": "教一个小型模型在文中找出问题的答案。",
    "The dataset is a file of texts, one JSON object a line, each with the keys `text` and `questions`: a list of "
    "`question` and `answer`. Answers in a text's own words are learned from, the others only measured. The report "
    "tells how much of the answers it finds in texts it has not seen, beside taking the sentence most like the "
    "question, and how often it sees that a text holds no answer.": (
        "数据集是一个文本文件，每行一个 JSON 对象，含 `text` 与 `questions` 两项，"
        "后者是 `question` 和 `answer` 的列表。"
        "用原文词语作答的用来学习，其余只用来评测。报告会说明它在未见过的文本里能找出多少答案"
        "（与直接取最像问题的句子对照），以及有多少次能看出文中没有答案。"
    ),
    "Texts with questions and answers.": "带有问题和答案的文本。",
    "Go on teaching a model instead of beginning with a new one. It keeps its size and its words.": (
        "在已有模型上继续训练，而不是从头开始；模型的大小和词表不变。"
    ),
    "How often each word looks at the words around it and at the question.": "每个词看周围的词和问题的次数。",
    "Numbers that describe a word in its context; rounded to a multiple of 32.": (
        "描述一个词及其语境的数的个数，取 32 的倍数。"
    ),
    "How much of the text the model sees at once, with the question.": "模型一次能看到多少文字（连同问题）。",
    "Most different words and parts of words.": "不同的词和词片段的最大数目。",
    "questions": "个问题",
    "How many questions one step sees.": "每一步看到多少个问题。",
    "Hide words": "隐去词语",
    "Chance for each word to be hidden while learning, so that names are not learned by heart.": (
        "训练时隐去每个词的概率，以免模型死记名字。"
    ),
    "Questions judged": "评测的问题数",
    "How many held-out questions the final report is measured on, at most.": "最终报告最多用多少个留出的问题来衡量。",
    "The dataset has no questions with answers to learn from.": "数据集里没有可供学习的问答。",
    "Each text needs the keys “question” and “answer”, or a list “questions” of such pairs.": (
        "每篇文本需要 “question” 和 “answer” 两项，或由它们组成的列表 “questions”。"
    ),
    "No answer of the dataset stands in its text.": "数据集里没有一个答案出现在其文本中。",
    "Answer in the words of the text.": "请用原文的词语作答。",
    "The model to start from does not find answers.": "作为起点的模型不会找答案。",
    "Choose a model that the studio taught to find answers.": "请选择由工作室训练的找答案的模型。",
}

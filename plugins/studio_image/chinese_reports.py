"""Simplified Chinese for what the reports on picture models say."""

from __future__ import annotations

REPORTS: dict[str, str] = {
    # curves
    "generator loss": "生成器损失",
    "discriminator loss": "判别器损失",
    "score of training pictures": "训练图片的评分",
    "score of held out pictures": "留出图片的评分",
    "pictures": "图片",
    "reconstruction error": "重建误差",
    "held out reconstruction error": "留出图片的重建误差",
    "error": "误差",
    "divergence": "散度",
    # what all of them measure
    "precision": "精确率",
    "recall": "召回率",
    "kernel distance × 1,000": "核距离 × 1,000",
    "copies": "抄袭的比例",
    "one half of the training pictures against the other": "训练图片的一半与另一半相比",
    "pictures never seen": "从未见过的图片",
    "Share of made pictures that lie among training pictures, by features of a fixed random convolution network; low: "
    "they look wrong.": "生成的图片中落在训练图片之间的比例，按固定随机卷积网络的特征衡量；低，说明看起来不对。",
    "Share of training pictures that lie among made ones, by features of a fixed random convolution network; low: "
    "little variety.": "训练图片中落在生成图片之间的比例，按固定随机卷积网络的特征衡量；低，说明缺少变化。",
    "How far made pictures as a whole are from training pictures, by features of a fixed random convolution network; "
    "not comparable with figures published for other feature spaces.": (
        "生成的图片整体上离训练图片有多远，按固定随机卷积网络的特征衡量；不能与用其他特征空间发表的数值相比。"
    ),
    "Share of made pictures that are closer to a training picture, pixel for pixel, than 95 % of pictures never seen "
    "are.": "生成的图片中，逐像素比较时比 95% 从未见过的图片更接近某幅训练图片的比例。",
    "words in captions": "说明文字中的词",
    "people in captions": "说明文字中的人",
    "women": "女性",
    "men": "男性",
    "children": "儿童",
    "older people": "老年人",
    "other people": "其他人",
    "nobody": "没有人",
    "New pictures in a moment on any computer.": "在任何电脑上，片刻就能得到新图片。",
    "It cannot be asked for anything in words.": "不能用文字向它提要求。",
    # GANs
    "Moves smoothly between pictures.": "能在图片之间平滑过渡。",
    "Pictures have {width} × {height} pixels and are of the one kind it has seen.": (
        "图片为 {width} × {height} 像素，而且只有它见过的那一类。"
    ),
    "Some come out as formless patches; make many and keep the good ones.": (
        "有些会成为不成形的色块；多做一些，留下好的。"
    ),
    "Ideas, variations and moving pictures in the manner of the training pictures.": (
        "按训练图片的样子找灵感、做变体和动态画面。"
    ),
    # VAEs
    "PSNR": "峰值信噪比（PSNR）",
    "SSIM": "结构相似度（SSIM）",
    "the mean training picture every time": "每次都给出训练图片的平均图",
    "Decibels between held-out pictures and what is left of them after coding.": (
        "留出图片与其编码后所剩的样子之间的分贝数。"
    ),
    "How much of the structure of held-out pictures is left after coding, at most 1.": (
        "留出图片的结构在编码后还剩多少，最多为 1。"
    ),
    "Smooth sliders and walks between pictures.": "滑块变化平滑，图片之间的漫步也平滑。",
    "Pictures have {width} × {height} pixels, are soft, and of the one kind it has seen.": (
        "图片为 {width} × {height} 像素，比较柔和，而且只有它见过的那一类。"
    ),
    "Many new pictures are vague shapes; those near training pictures are the clearest.": (
        "许多新图片只是模糊的形状；靠近训练图片的最清晰。"
    ),
    "Exploring what lies between pictures, and moving pictures of it.": "探索图片与图片之间有什么，并做成动态画面。",
    # pictures from words
    "the same without words": "不给文字的同一模型",
    "Error of the predicted motion from noise to held-out pictures; lower than without words: it listens.": (
        "预测从噪声到留出图片的运动时的误差；低于不给文字时，说明它听从文字。"
    ),
    "agreement with captions": "与说明文字相符的比例",
    "real pictures it was not taught on": "分类器没有学过的真实图片",
    "Share of {pictures} made pictures in which a small classifier taught on the training pictures sees the thing "
    "their caption names, out of {things}; guessing finds {chance}.": (
        "{pictures} 幅生成的图片中，由训练图片教出的小分类器从 {things} 种东西里认出其说明所指之物的比例；"
        "乱猜的比例为 {chance}。"
    ),
    "How often it shows the thing asked for is not known: too few captions name the same things.": (
        "它有多常画出所要的东西，不得而知：指同一东西的说明太少。"
    ),
    "copies, by people in captions": "抄袭的比例，按说明文字中的人",
    "agreement, by people in captions": "与说明文字相符的比例，按说明文字中的人",
    "Makes what single known words ask for.": "能画出单个认识的词所要的东西。",
    "Pictures have {width} × {height} pixels; it knows {words} words.": (
        "图片为 {width} × {height} 像素；它认识 {words} 个词。"
    ),
    "It does not understand sentences, numbers, or where things stand.": "它不懂句子、数目，也不懂东西的位置。",
    "Small pictures in the manner of the training pictures, from a few words.": "用几个词画出训练图片那样的小图。",
}
"""Chinese by English text."""

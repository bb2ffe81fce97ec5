"""Simplified Chinese for the trainers and the latent explorer."""

from __future__ import annotations

TRAINING: dict[str, str] = {
    "Fantasy sprites from words": "文字生成的奇幻像素画",
    "Stickers from words": "文字生成的贴纸",
    "Fantasy items (GAN)": "奇幻物品（GAN）",
    "Faces (VAE)": "表情（VAE）",
    "Start from": "起点",
    "A new model": "新模型",
    "Go on teaching a model instead of beginning with a new one. It keeps its size and its network.": (
        "接着教一个已有的模型，而不从头开始。其尺寸与网络保持不变。"
    ),
    "The model to start from cannot be read.": "作为起点的模型无法读取。",
    "Choose another one.": "请另选一个。",
    "The model to start from is of another kind.": "作为起点的模型属于另一类。",
    "Choose one this recipe taught.": "请选择由此配方教出的模型。",
    "Latent explorer": "潜空间漫游",
    "New pictures by a GAN or VAE, the ways between them, and sliders for what the model has learned to vary.": (
        "由 GAN 或 VAE 生成新图、图与图之间的过渡，并用滑块调节模型学到的变化。"
    ),
    "Two small models come along: a VAE of faces, soft and smooth between its pictures, and a GAN of fantasy things, "
    "crisper and wilder. Train your own on your pictures; make a sheet and keep the best.": (
        "随附两个小模型：画表情脸的 VAE 柔和、过渡平滑；画奇幻物品的 GAN 更清晰、更狂放。"
        "请用自己的图片训练模型；先做一张图集，再留下最好的。"
    ),
    "A GAN's weapons and things": "GAN 的武器与物品",
    "A sheet of faces": "一张表情图集",
    "From one to another": "从一幅到另一幅",
    "What the sliders do": "各滑块的作用",
    "What the words do": "各词语的作用",
    "Moves every picture towards words of the captions a VAE learned from, each as far as the number behind it says: "
    "“cat, crying 2, hat -1”. A sheet of what the words do shows which there are.": (
        "让每张图朝 VAE 所学说明中的词语移动，词后的数字表示移动多远：“cat, crying 2, hat -1”。"
        "“各词语的作用”一览表会显示有哪些词语。"
    ),
    "This model knows no words.": "这个模型不认识任何词语。",
    "VAEs trained on pictures with captions know some. Leave the field empty for others.": (
        "用带说明的图片训练的 VAE 才认识词语；其他模型请留空。"
    ),
    "This model does not know the word “{word}”.": "这个模型不认识词语“{word}”。",
    "It knows: {words}.": "它认识：{words}。",
    "Cats that cry": "哭泣的猫",
    "A walk among faces": "表情间漫步",
    "Model": "模型",
    "Show": "显示",
    "A sheet of pictures": "图集",
    "Single pictures": "单幅图片",
    "A walk as a video": "漫步视频",
    "Pictures": "图片数",
    "How many pictures, or how many from one to the other.": "图片数量，或从一幅到另一幅的步数。",
    "Variety": "多样性",
    "Less is surer and more alike, more is bolder and rougher.": "越小越稳妥、越相似；越大越大胆、越粗糙。",
    "Seed of the other picture": "另一幅图的种子",
    "Where the way from the seed leads.": "从种子出发所到之处。",
    "Pictures on the way": "途经图片数",
    "The walk returns to the first.": "漫步最后回到第一幅。",
    "Length": "时长",
    "Of the video.": "视频的时长。",
    "Frames per second": "每秒帧数",
    "Background": "背景",
    "Behind see-through pictures; videos have no transparency.": "透明图片的底色；视频没有透明度。",
    "Enlarge": "放大",
    "Every pixel becomes this many wide; a sheet stays within 4,096 pixels.": (
        "每个像素放大到这么宽；图集不超过 4,096 像素。"
    ),
    "Directions": "方向",
    "Moves every picture along one of the model's main directions; 0 leaves it.": (
        "让每幅图沿模型的一个主要方向移动；0 表示不变。"
    ),
    "Direction 1": "方向 1",
    "Direction 2": "方向 2",
    "Direction 3": "方向 3",
    "Direction 4": "方向 4",
    "Direction 5": "方向 5",
    "Direction 6": "方向 6",
    "Loading the model": "载入模型",
    "Making pictures": "生成图片",
    "Walking": "漫步",
    "Done": "完成",
    "Learning": "学习",
    "This model cannot be read.": "无法读取这个模型。",
    "Pick another one, or train it again.": "请另选一个，或重新训练。",
    "Train a picture GAN": "训练图片 GAN",
    "Teaches a small network to make new pictures of one kind, 32 or 64 pixels wide: sprites, faces, tiles, stamps.": (
        "教一个小网络生成某一类新图，宽 32 或 64 像素：精灵图、头像、图块、印章。"
    ),
    "Two networks learn against each other: one makes pictures, the other tells them from yours. It works from about "
    "200 pictures on when they resemble each other, and each run shows the same places of its imagination grow "
    "clearer.": (
        "两个网络相互对抗着学习：一个生成图片，另一个分辨它们与你的图片。若图片彼此相似，约 200 幅即可；"
        "训练中始终展示同一批位置，看它们逐渐清晰。"
    ),
    "Dataset": "数据集",
    "200 similar pictures or more.": "200 幅或更多相似的图片。",
    "Architecture": "架构",
    "Residual networks learn finer pictures; a DCGAN takes a third of the time per step.": (
        "残差网络学得更精细；DCGAN 每步只需三分之一时间。"
    ),
    "Residual": "残差",
    "DCGAN": "DCGAN",
    "64 takes about four times as long.": "64 约需四倍时间。",
    "32 × 32": "32 × 32",
    "64 × 64": "64 × 64",
    "Framing": "取景",
    "How pictures that are not square are cut.": "非正方形图片如何裁切。",
    "Middle square": "中间正方形",
    "Whole picture": "整幅图片",
    "Transparency": "透明度",
    "Whether see-through parts stay see-through.": "透明部分是否保持透明。",
    "As the pictures are": "与图片一致",
    "Keep": "保留",
    "Put on a colour": "铺上底色",
    "Behind see-through parts.": "透明部分后面的颜色。",
    "Steps": "步数",
    "More make better pictures, up to a point.": "在一定限度内，越多图片越好。",
    "Mirror pictures": "镜像图片",
    "Every other picture is mirrored.": "每两张图片中有一张会被镜像。",
    "Before the judging network sees a picture, its brightness, saturation and contrast change, "
    "it is shifted by up to an eighth of its side, and a square of half its side is blanked; each time anew.": (
        "判别网络看到图片之前，图片的亮度、饱和度和对比度会改变，图片最多平移边长的八分之一，并遮去边长一半的方块；每次都不同。"
    ),
    "Also learn from mirror images; not for letters.": "也从镜像中学习；不适用于文字。",
    "Augment": "数据增强",
    "Keeps a small dataset from being learned by heart; leave it on below 5,000 pictures.": (
        "防止小数据集被死记硬背；少于 5,000 幅时请保持开启。"
    ),
    "Batch size": "批大小",
    "Learning rate": "学习率",
    "Loss": "损失函数",
    "Hinge": "合页",
    "Non-saturating": "非饱和",
    "Minimax (saturating)": "极小极大（会饱和）",
    "Minimax is the original game: its generator learns next to nothing while it loses.": (
        "极小极大是最初的博弈：生成器处于下风时几乎学不到东西。"
    ),
    "Gradient penalty": "梯度惩罚",
    "R1 on real pictures, every 16 steps; more is calmer and slower.": (
        "对真实图片的 R1 惩罚，每 16 步一次；越大越平稳也越慢。"
    ),
    "Spectral normalisation": "谱归一化",
    "Goes well with the hinge loss.": "与合页损失搭配良好。",
    "Hinge and spectral normalisation": "合页损失与谱归一化",
    "Stop early": "提前停止",
    "looks": "次查看",
    "Ends when the held-out loss has not fallen for so many looks at it, and keeps the best weights; 0 never.": (
        "留出数据上的损失连续这么多次查看都没有下降就结束，并保留最好的权重；0 表示从不提前停止。"
    ),
    "Moving average": "滑动平均",
    "Decay per step of the averaged weights that make the pictures; 0 for none.": (
        "用于生成图片的平均权重的每步衰减；0 表示不用。"
    ),
    "Latent numbers": "潜变量个数",
    "Network": "网络",
    "Channels": "通道数",
    "Train a picture VAE": "训练图片 VAE",
    "Teaches a small network a map of your pictures, on which every place is a picture and neighbours are alike.": (
        "教一个小网络绘出你的图片的“地图”：地图上每一处都是一幅图，相邻的图彼此相像。"
    ),
    "What it makes is softer than what a GAN makes, but it learns calmly, knows every training picture's place, and "
    "its sliders and walks change pictures smoothly. It works from about 200 pictures on.": (
        "它的结果比 GAN 柔和，但学得平稳，知道每幅训练图片的位置，滑块与漫步的变化也很平滑。约 200 幅图片即可。"
    ),
    "Smoothness of the map": "地图的平滑度",
    "β: more makes sliders and walks smoother and pictures softer.": "β：越大，滑块与漫步越平滑，图片越柔和。",
    "β warm-up": "β 预热",
    "Share of the run over which β grows from 0.": "β 从 0 增长所占的训练比例。",
    "Train pictures from words": "训练文字生图",
    "Teaches a small network to paint pictures from a few words, 32 or 64 pixels wide, from pictures with captions.": (
        "用带说明文字的图片教一个小网络，按几个词画出宽 32 或 64 像素的图片。"
    ),
    "It learns what the words of the captions look like; words that occur only once are passed over. A thousand "
    "captioned pictures and some hours make a useful model.": (
        "它学习说明文字中的词是什么样子；只出现一次的词不会学到。一千幅带说明的图片、几个小时，即可得到有用的模型。"
    ),
    "A thousand pictures with captions or more.": "一千幅或更多带说明的图片。",
    "Captions left out": "省略说明",
    "Share of pictures shown without their caption; guidance needs some.": "不带说明展示的图片比例；引导需要一些。",
    "Word vectors": "词向量",
    "None of these pictures has a caption.": "这些图片都没有说明文字。",
    "Name the files after what they show, or teach a GAN, which needs no words.": (
        "请按图片内容给文件命名，或训练不需要文字的 GAN。"
    ),
    "Pictures to learn from: {count}; at least {fewest} are needed.": "可学习的图片：{count} 幅；至少要 {fewest} 幅。",
    "A few hundred similar pictures give the best results.": "几百幅相似的图片效果最好。",
    "Small and quick": "小而快",
    "Opaque, 64 pixels": "不透明，64 像素",
    "Fast DCGAN": "快速 DCGAN",
    "For few pictures": "图片较少时",
    "Smoother sliders": "更平滑的滑块",
    "Sharper reconstructions": "更清晰的重建",
    "Mirrored pictures": "含镜像图片",
}
"""Chinese by English text."""

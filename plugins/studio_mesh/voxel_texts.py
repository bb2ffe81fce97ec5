"""Translations of the voxel generator and its trainer."""

from __future__ import annotations

ZH_CN = {
    "Some of the shapes are turned by a quarter, half or three quarters.": (
        "部分形体会被旋转四分之一、半圈或四分之三圈。"
    ),
    "Words to voxel objects": "文字生成的体素物件",
    "Voxel objects": "体素物件",
    "Makes a small 3D object from a few words: a pine tree, a red mushroom, a house, a bench.":
        "用几个词做出一个小三维物件：松树、红蘑菇、房子、长凳。",
    "The model that comes along learned from 380 low-poly objects. It puts together 32 × 32 × 32 coloured voxels, as "
    "blocks or with a smooth skin, closed and ready to print; blocks can be saved as `.vox` for voxel editors as well. "
    "It knows 180 words, in English; others are left out, and it says which.":
        "随附的模型学自 380 个低多边形物件，拼出 32 × 32 × 32 的彩色体素，可以是方块，也可蒙上平滑的表皮，"
        "封闭、可直接打印；方块也可存为 `.vox`，供体素编辑器使用。"
        "它认识 180 个英文词；其余的词会略去，并告诉你是哪些。",
    "Pine tree": "松树",
    "Red mushroom": "红蘑菇",
    "House": "房子",
    "Armchair": "扶手椅",
    "Police car": "警车",
    "Autumn tree": "秋天的树",
    "Boulder": "巨石",
    "Surprise": "惊喜",
    "Words": "词语",
    "A thing and what it is like, in a few words. Leave it empty for a surprise.":
        "用几个（英文）词说出一样东西及其样子。留空则随机。",
    "Model": "模型",
    "Surface": "表面",
    "Blocks": "方块",
    "Smooth": "平滑",
    "Blocks, few faces": "方块，少面",
    "Blocks keeps every voxel; Smooth draws one skin over them. Few faces joins squares into rectangles: light for "
    "games, and not watertight for a printer.":
        "“方块”保留每个体素；“平滑”在其上蒙一层表皮。“少面”把方格并成矩形：适合游戏，但不封闭，不宜打印。",
    "Variation": "变化",
    "How far seeds wander from the objects the model learned from. Words it met in only one object leave little to "
    "vary.":
        "种子偏离所学物件的程度。只在一个物件中出现过的词几乎没有变化余地。",
    "Size": "大小",
    "m": "米",
    "The longest side.": "最长的边。",
    "loading the model": "正在载入模型",
    "shaping": "正在成形",
    "making the surface": "正在生成表面",
    "done": "完成",
    "Nothing came of these words.": "这些词没有生成任何东西。",
    "Try another seed, less variation or fewer words.": "试试别的种子、更小的变化或更少的词。",
    "The model “{name}” can't be used for voxel objects ({error}).": "模型“{name}”不能用于体素物件（{error}）。",
    "“{written}” is taken for “{taken}”.": "“{written}”被当作“{taken}”。",
    "The model does not know {words}; left out.": "模型不认识{words}；已略去。",
    "The model knows none of these words.": "模型不认识这些词中的任何一个。",
    "Some that it knows: {words}.": "它认识的词例如：{words}。",
    # the trainer
    "Teach voxel objects": "训练体素物件",
    "Teaches a small model what the words in your captions look like in 3D, as 32 × 32 × 32 coloured voxels.":
        "教一个小模型：说明文字中的词在三维里是什么样子，以 32 × 32 × 32 的彩色体素表示。",
    "It learns from `.glb` or `.vox` files with captions of a few words each. Some hundred shapes and a quarter of an "
    "hour on an ordinary processor are enough for simple objects; it knows only words from the captions.":
        "它从带有几个词说明的 `.glb` 或 `.vox` 文件学习。几百个形状、在普通处理器上一刻钟就足以学会简单的物件；"
        "它只认识说明文字中的词。",
    "A quick try": "快速一试",
    "Dataset": "数据集",
    "Start from": "起点",
    "A new model": "新模型",
    "Go on teaching a model instead of beginning with a new one. It keeps its words and its colours.": (
        "接着教一个已有的模型，而不从头开始。其词汇与颜色保持不变。"
    ),
    "The model to start from cannot be read.": "作为起点的模型无法读取。",
    "Choose another one.": "请另选一个。",
    "3D models with captions of a few words.": "带有几个词说明的三维模型。",
    "Steps": "步数",
    "How long to learn. Some hundred shapes need about 2,000 steps; ten times as many shapes, more.":
        "学习多久。几百个形状约需 2,000 步；形状多十倍则需更多。",
    "Learning": "学习",
    "Shapes per step": "每步形状数",
    "Learning rate": "学习率",
    "How far each step goes. Too high and training goes astray; too low and it takes long.":
        "每一步走多远。太高会使训练偏离；太低则耗时很长。",
    "Turned shapes": "转动的形状",
    "Share of the shapes that is shown turned by a quarter, half or three quarters.":
        "以四分之一、一半或四分之三圈转动后展示的形状比例。",
    "Size of the latent": "潜变量大小",
    "Numbers that tell apart shapes with the same words; different seeds draw different ones.":
        "用来区分词语相同的形状的数字；不同的种子取得不同的数字。",
    "Weight of the latent": "潜变量权重",
    "Higher: words decide more, and objects with the same words become more alike.":
        "越高：词语的作用越大，词语相同的物件越相像。",
    "Colours in the palette": "调色板颜色数",
    "The model paints with this many colours, found in the training shapes.":
        "模型用这么多种取自训练形状的颜色上色。",
    "learning": "正在学习",
    "reading {number} of {total}": "正在读取第 {number} 个，共 {total} 个",
    "comparing with what was held out": "正在与留出的形状比较",
    "None of the 3D models can be learned from.": "没有一个三维模型可供学习。",
    "They need captions, and files that end in .vox or .glb.": "它们需要说明文字，且文件以 .vox 或 .glb 结尾。",
    "{name} has no caption and is left out.": "{name} 没有说明文字，已略去。",
    "“{name}” can't be read ({error}).": "“{name}”无法读取（{error}）。",
    "“{name}” is empty.": "“{name}”是空的。",
    "Stop early": "提前停止",
    "looks": "次查看",
    "Ends when the held-out loss has not fallen for so many looks at it, and keeps the best weights; 0 never.":
        "留出数据上的损失连续这么多次查看都没有下降就结束，并保留最好的权重；0 表示从不提前停止。",
    # curves and report
    "loss": "损失",
    "occupancy loss": "占据损失",
    "color loss": "颜色损失",
    "latent divergence": "潜变量散度",
    "distance": "距离",
    "known overlap": "与已知形状的重叠",
    "held out overlap": "与留出形状的重叠",
    "overlap": "重叠",
    "overlap with held-out shapes": "与留出形状的重叠",
    "shape with the nearest caption": "说明最接近的形状",
    "Intersection over union with {count} shapes whose captions were never seen; 1 is the same.":
        "与 {count} 个其说明从未见过的形状的交并比；1 表示相同。",
    "overlap with known shapes": "与已知形状的重叠",
    "training shape with the same caption": "说明相同的训练形状",
    "The same for captions it learned from; several shapes may have one caption.":
        "对学过的说明做同样比较；几个形状可能共用一条说明。",
    "share of copies": "复制品比例",
    "real shapes kept out": "未用于训练的真实形状",
    "Made objects that overlap a training shape by {share} or more. Words that occur once make copies.":
        "与某个训练形状重叠 {share} 以上的生成物件。只出现过一次的词会做出复制品。",
    "overlap with the nearest training shape": "与最近训练形状的重叠",
    "1 would be a copy of it.": "1 即为其复制品。",
    "Chamfer distance to held-out shapes": "与留出形状的倒角距离",
    "Chamfer distance to known shapes": "与已知形状的倒角距离",
    "How far the surfaces lie apart on average, as a share of the grid's side; 0 is the same.":
        "两个表面平均相距多远，以网格边长的比例表示；0 表示相同。",
    "watertight objects": "封闭物件的比例",
    "Share of made objects whose blocks and whose smooth skin are closed, edge by edge; a slicer needs that.":
        "生成的物件中，方块与平滑表皮的每条边都封闭的比例；切片软件需要如此。",
    "words in captions": "说明文字中的词",
    "people in captions": "说明文字中的人",
    "women": "女性",
    "men": "男性",
    "children": "儿童",
    "older people": "老年人",
    "other people": "其他人",
    "Things that occur in several captions, and what their words have in common.":
        "在多条说明中出现的东西，以及其词语的共同之处。",
    "It knows {words} words and {shapes} shapes, nothing else; other words are left out.":
        "它只认识 {words} 个词和 {shapes} 个形状；其余的词会略去。",
    "Thin parts (legs, wires, railings) may break or vanish at 32 voxels a side.":
        "在每边 32 个体素下，细的部分（腿、线、栏杆）可能断开或消失。",
    "Words that occur only once bring back nearly the shape they came from, whatever the seed.":
        "只出现过一次的词，无论种子如何，都会带回几乎原来的形状。",
    "Sketching simple objects for games, toys and prints from the words of its captions.":
        "用其说明中的词，为游戏、玩具和打印勾画简单物件。",
}  # fmt: skip
"""Simplified Chinese. What stands in braces is filled in by the studio."""

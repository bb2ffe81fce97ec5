"""简体中文 for everything this package shows; keys are the English words as they stand in the code."""

from __future__ import annotations

ZH_CN: dict[str, str] = {
    "diffusion": "扩散模型",
    "Own image model": "自己的图像模型",
    "Paints what your words say with an image model of your own: Stable Diffusion, SDXL or Flux, from a local "
    "folder.": ("用你自己的图像模型按文字作画：本机文件夹里的 Stable Diffusion、SDXL 或 Flux。"),
    "Nothing is downloaded and no code from the folder is run. A LoRA, found or taught here, turns the same model to "
    "your subject or style.": (
        "不下载任何东西，也不运行文件夹里的代码。LoRA（现成的，或在这里教出的）能让同一模型画你的主题或风格。"
    ),
    "A fox in snow": "雪中狐狸",
    "Ink and wash": "水墨",
    "A quick draft": "快速草图",
    "Prompt": "提示词",
    "What the picture shows, and in what manner.": "画什么，用什么画法。",
    "Model": "模型",
    "None chosen yet": "尚未选择",
    "None": "无",
    "A folder in diffusers' layout: Stable Diffusion 1.5 or 2, SDXL or Flux. It is used where it lies, never "
    "changed.": ("diffusers 格式的文件夹：Stable Diffusion 1.5 或 2、SDXL 或 Flux。原地使用，从不改动。"),
    "LoRA": "LoRA",
    "Turns the model to a subject or style. It must have been made for the same kind of model.": (
        "让模型画某个主题或某种风格。必须是为同类模型制作的。"
    ),
    "LoRA weight": "LoRA 权重",
    "0 is without, 1 as it was taught.": "0 为不用，1 为教出时的强度。",
    "Negative prompt": "反向提示词",
    "What should not be there. Flux does not know such words and leaves them out.": (
        "不应出现的东西。Flux 不懂反向提示词，会略去。"
    ),
    "The model's own size": "模型自身的尺寸",
    "The size of the pictures it learned from suits it best.": "它学习时所用图片的尺寸最适合它。",
    "Size": "尺寸",
    "px": "像素",
    "Rounded down to what the model can draw.": "向下取整到模型能画的尺寸。",
    "Steps": "步数",
    "More steps draw finer, and take longer in proportion.": "步数越多越精细，用时也成比例增加。",
    "Guidance": "引导强度",
    "How strictly the words are followed; 0 takes what suits the kind of model.": (
        "多严格地遵循文字；0 表示采用适合该类模型的值。"
    ),
    "Save memory": "节省内存",
    "Keeps only the working part of the model on the GPU and finishes the picture in tiles; slower.": (
        "GPU 上只留正在工作的部分，并分块完成图片；较慢。"
    ),
    # said while it works, and when something does not fit
    "Loading the model": "正在载入模型",
    "Painting": "正在作画",
    "Done": "完成",
    "Choose an image model first.": "请先选择一个图像模型。",
    "Any folder with Stable Diffusion, SDXL or Flux in diffusers' layout: folder:PATH.": (
        "任何 diffusers 格式的 Stable Diffusion、SDXL 或 Flux 文件夹：folder:路径。"
    ),
    "Choose a folder in diffusers' layout: Stable Diffusion 1.5 or 2, SDXL or Flux.": (
        "请选择 diffusers 格式的文件夹：Stable Diffusion 1.5 或 2、SDXL 或 Flux。"
    ),
    "The model in {folder} is a {what}, which does not work here.": "{folder} 中的模型是 {what}，在这里不能使用。",
    "The model in {folder} lacks its {part}.": "{folder} 中的模型缺少 {part}。",
    "The folder {folder} holds {what}: model_index.json is missing.": (
        "文件夹 {folder} 中没有可用的图像模型：缺少 model_index.json。"
    ),
    "model_index.json in {folder} is damaged.": "{folder} 中的 model_index.json 已损坏。",
    "Copy the model anew.": "请重新复制该模型。",
    "The part {part} of the model in {folder} is a {what}, which does not work here.": (
        "{folder} 中模型的 {part} 部分是 {what}，在这里不能使用。"
    ),
    "The {part} of the model in {folder} is stored as a pickle, which can run code when it is opened.": (
        "{folder} 中模型的 {part} 以 pickle 格式保存，打开时可能运行代码。"
    ),
    "Get the same model with .safetensors files.": "请换成同一模型的 .safetensors 版本。",
    "{file} in {folder} is damaged.": "{folder} 中的 {file} 已损坏。",
    "The {part} of the model in {folder} has no weights.": "{folder} 中模型的 {part} 没有权重。",
    "The model in {folder} cannot be loaded: {why}": "{folder} 中的模型无法载入：{why}",
    "Its files may be damaged or incomplete; copy the model anew.": "文件可能损坏或不完整；请重新复制该模型。",
    "The folder {folder} holds {what}.": "文件夹 {folder} 中有 {what}。",
    "A LoRA is one .safetensors file in a folder of its own, or is called pytorch_lora_weights.safetensors.": (
        "LoRA 是单独文件夹中的一个 .safetensors 文件，或名为 pytorch_lora_weights.safetensors。"
    ),
    "{file} cannot be read.": "{file} 无法读取。",
    "Copy the LoRA anew.": "请重新复制该 LoRA。",
    "{file} is no LoRA.": "{file} 不是 LoRA。",
    "Choose the folder of a LoRA.": "请选择 LoRA 的文件夹。",
    "The LoRA {file} asks for something unusual ({what}).": "LoRA {file} 提出了不寻常的要求（{what}）。",
    "Choose an ordinary LoRA.": "请选择普通的 LoRA。",
    "The LoRA {file} does not fit {folder}, which is of the kind {kind}.": (
        "LoRA {file} 与 {folder} 不匹配，后者属于 {kind} 类。"
    ),
    "Choose a LoRA that was made for this kind of model.": "请选择为此类模型制作的 LoRA。",
    "The model's own safety checker withheld this picture.": "模型自带的安全检查扣下了这张图片。",
    "Try other words or a seed.": "请换些词语，或换一个种子。",
    "{kind} knows no negative prompt; it was left out.": "{kind} 不懂反向提示词，已略去。",
    # ---- teaching
    "Teach an image model (LoRA)": "训练图像模型（LoRA）",
    "Teaches an image model of yours a subject or a style from a few captioned pictures, as a small LoRA beside it.": (
        "用少量带说明的图片教你的图像模型一个主题或一种风格，成果是模型旁的一个小 LoRA。"
    ),
    "The model itself stays as it is. Ten to thirty pictures are enough for a subject, some more for a style. It needs "
    "a GPU that holds the model and about half as much again; on a processor alone it works, and takes days.": (
        "模型本身保持不变。教一个主题，十到三十张图片就够；教风格要多一些。"
        "显存要能装下模型并再多一半左右；只用处理器也能教，但要好几天。"
    ),
    "A subject": "一个主题",
    "A style": "一种风格",
    "Dataset": "数据集",
    "Ten to thirty pictures of one thing, or more.": "同一事物的十到三十张图片，或更多。",
    "Base model": "基础模型",
    "Trigger word": "触发词",
    "Stands in front of every caption and calls the subject up later; a made-up word such as “ohwx”.": (
        "放在每条说明之前，以后用它唤出主题；用一个生造的词，如“ohwx”。"
    ),
    "About a hundred for each picture.": "每张图片约一百步。",
    "Stop early": "提前停止",
    "looks": "次查看",
    "Ends when the held-out loss has not fallen for so many looks at it, and keeps the best weights; 0 never.": (
        "留出数据上的损失连续这么多次查看都没有下降就结束，并保留最好的权重；0 表示从不提前停止。"
    ),
    "Rank": "秩",
    "How much it can learn; more makes a larger file.": "能学多少；越大，文件也越大。",
    "Alpha": "Alpha",
    "How strongly it acts while it learns, compared with the rank.": "学习时的作用强度，与秩相比。",
    "Changes": "改动范围",
    "Attention": "注意力",
    "Attention and the layers between": "注意力与其间各层",
    "Attention suffices for subjects; a style may need more.": "教主题只需注意力；教风格可能需要更多。",
    "Side of a square picture; others get as many pixels. 0 takes the size the model learned.": (
        "方形图片的边长；其他形状取同样多的像素。0 表示采用模型学习时的尺寸。"
    ),
    "Mirror pictures": "镜像图片",
    "Each picture is learned as it is, and mirrored as well.": "每张图片都按原样学习，也会学习其镜像。",
    "Also learn from mirror images; not for faces or letters.": "也从镜像中学习；不适合人脸和文字。",
    "Prior preservation": "先验保持",
    "Class pictures": "同类图片",
    "Pictures the model makes": "由模型制作",
    "A folder of mine": "我的一个文件夹",
    "Ordinary pictures of the same class keep the model from turning everything into your subject.": (
        "同类的普通图片能防止模型把一切都画成你的主题。"
    ),
    "Class caption": "同类说明",
    "What the class pictures show, without the trigger word: “a photo of a dog”.": (
        "同类图片上是什么，不含触发词：“a photo of a dog”。"
    ),
    "Class pictures made": "制作的同类图片数",
    "They are made once, before the training.": "训练之前制作一次。",
    "Folder of class pictures": "同类图片文件夹",
    "Read where they lie.": "原地读取。",
    "Weight": "权重",
    "How much they count beside your own pictures.": "相对于你自己的图片占多大分量。",
    "Learning": "学习",
    "Batch size": "批量大小",
    "Learning rate": "学习率",
    "Captions left out": "略去的说明",
    "Share of pictures shown without their caption; guidance needs some.": "不带说明展示的图片比例；引导需要一些。",
    "Moving average": "移动平均",
    "Decay per step of averaged weights, which are steadier; 0 for none.": "平均权重每步的衰减，更稳；0 为不用。",
    "Min-SNR gamma": "Min-SNR γ",
    "Keeps nearly clean pictures from counting too much; 0 weighs all alike. Not used by Flux.": (
        "防止几乎无噪的图片占太大分量；0 为一视同仁。Flux 不用此项。"
    ),
    "Gradient checkpointing": "梯度检查点",
    "Much less memory, a third more time.": "内存少得多，时间多三分之一。",
    "Steps of a sample": "样张步数",
    "How many steps the sample sheets are painted with.": "样张用多少步画成。",
    "Reading the pictures": "正在读取图片",
    "Measuring": "正在测量",
    "Making class pictures: {number} of {count}": "正在制作同类图片：{number} / {count}",
    "The dataset has no picture to learn from.": "数据集中没有可学习的图片。",
    "Add pictures, or make it anew.": "请添加图片，或重新制作数据集。",
    "None of these pictures has a caption.": "这些图片都没有说明。",
    "Name a trigger word, or name the files after what they show.": "请填写触发词，或用图片内容给文件命名。",
    "Class pictures need a caption.": "同类图片需要说明。",
    "Say what they show: a photo of a dog.": "写明图上是什么：a photo of a dog。",
    "There is no class picture that can be used.": "没有可用的同类图片。",
    "Leave them out.": "请不用同类图片。",
    "The folder of class pictures holds no picture.": "同类图片文件夹中没有图片。",
    "Choose a folder with PNG or JPEG files.": "请选择含 PNG 或 JPEG 文件的文件夹。",
    "{file} was left out: {why}": "略去了 {file}：{why}",
    # ---- what the report says
    "words in captions": "说明文字中的词",
    "people in captions": "说明文字中的人",
    "women": "女性",
    "men": "男性",
    "children": "儿童",
    "older people": "老年人",
    "other people": "其他人",
    "the base alone": "单独的基础模型",
    "How far off it is on pictures it never saw, with the same noise; lower than the base: it learned.": (
        "在相同噪声下，它对从未见过的图片偏差多少；低于基础模型，说明它学到了东西。"
    ),
    "copied samples": "抄袭样本的比例",
    "held-out pictures": "留出的图片",
    "Share of samples that lie nearer to a training picture than nearly all held-out pictures do.": (
        "样本中，比几乎所有留出图片都更接近某幅训练图片的比例。"
    ),
    "Works with every {kind} model of the same make, in this studio and in other programs.": (
        "可用于同一种的各个 {kind} 模型，在本工作室和其他程序中皆可。"
    ),
    "It fits only {kind}; what the base cannot draw, it does not draw either.": (
        "它只适用于 {kind}；基础模型画不出的，它也画不出。"
    ),
    "No picture was held out, so how it does on new ones is not known.": "没有留出图片，因此不知道它对新图片的表现。",
    "New pictures of the subject or in the style of the training pictures, on top of the base model.": (
        "在基础模型之上，画出该主题或训练图片风格的新图片。"
    ),
}

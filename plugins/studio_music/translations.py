"""Simplified Chinese for everything the plugin shows."""

from __future__ import annotations

ZH_CN: dict[str, str] = {
    "Pieces are transposed by up to six semitones, as far as the ranges of the voices allow.": (
        "乐曲会在各声部音域允许的范围内移调，最多六个半音。"
    ),
    "Every song is moved to the key of C, major or minor.": "每首歌都会移到 C 大调或 C 小调。",
    "In some beats, a bar is replaced by a fill of the same style.": "部分节奏中的一小节会换成同一风格的过门。",
    "Chorales": "众赞歌",
    "Songs": "歌曲",
    # the generator
    "Composer": "作曲家",
    "Composes and plays a piece of music: form, harmony, melody, bass and drums from a mood and a seed.": (
        "作曲并演奏：由情绪和随机种子生成曲式、和声、旋律、低音与鼓。"
    ),
    "Describe the music in words or pick what you care about; whatever stays on *Automatic* follows the mood. You get "
    "the notes (MIDI) and a mastered recording, and the separate instruments if you want them. Give it a melody and it "
    "writes the accompaniment.": (
        "用文字描述音乐，或只选择你在意的选项；保持“自动”的选项由情绪决定。你会得到音符（MIDI）和母带处理后的录音，"
        "需要时还有各乐器的分轨。给它一段旋律，它会写出伴奏。"
    ),
    # examples
    "Quiet morning": "安静的早晨",
    "Autumn quartet": "秋日弦乐",
    "Rainy lo-fi": "雨天低保真",
    "The hero returns": "英雄归来",
    "Toy carousel": "玩具旋转木马",
    "Night drive": "夜间行车",
    "Campfire song": "篝火之歌",
    "Late club": "深夜爵士",
    # groups
    "Composition": "作曲",
    "Parts": "声部",
    "Sound": "音色",
    # labels
    "Prompt": "提示词",
    "Mood": "情绪",
    "Ensemble": "乐队",
    "Length in": "长度单位",
    "Seconds": "秒",
    "Bars": "小节",
    "Key": "调",
    "Mode": "调式",
    "Metre": "拍号",
    "Tempo": "速度",
    "Exact tempo": "精确速度",
    "Form": "曲式",
    "Density": "密度",
    "Harmonic colour": "和声色彩",
    "Melody to accompany": "待伴奏的旋律",
    "Melody": "旋律",
    "Chords": "和弦",
    "Bass": "低音",
    "Drums": "鼓",
    "SoundFont": "音色库 (SoundFont)",
    "Reverberation": "混响",
    "Human touch": "演奏的人情味",
    "Separate instruments": "分轨",
    # units
    "s": "秒",
    "bpm": "拍/分",
    # help
    "Words such as “a sad waltz for piano in D minor”. They decide whatever is left on Automatic below.": (
        "例如“忧伤的钢琴圆舞曲，D minor”。下面保持“自动”的选项由这些词决定。"
    ),
    "Sets tempo, mode, rhythm and harmony wherever you leave them open.": "决定你没有指定的速度、调式、节奏与和声。",
    "Who plays.": "由谁演奏。",
    "Rounded to whole bars; the tempo bends by a few percent to meet it.": (
        "取整到完整小节；速度会微调百分之几以符合时长。"
    ),
    "Quarter notes per minute.": "每分钟四分音符数。",
    "Few long notes … many short ones.": "少而长的音 …… 多而短的音。",
    "Plain chords of the key … sevenths, borrowed chords and secondary dominants.": (
        "调内的简单和弦 …… 七和弦、借用和弦与副属和弦。"
    ),
    "Its highest part is kept as it is; chords, bass and drums are written for it.": (
        "最高声部原样保留；为它编写和弦、低音与鼓。"
    ),
    "Play with the instruments of this file instead of the studio's own.": "用此文件中的乐器代替内置乐器演奏。",
    "1 is what suits the ensemble.": "1 为适合该乐队的混响量。",
    "Small unevenness of timing and touch; 0 is exact.": "时间与力度的细微不匀；0 表示完全精确。",
    "Also give one recording per instrument; they add up to the mix.": "另外为每件乐器生成一条录音；它们相加即为混音。",
    # options
    "Automatic": "自动",
    "Calm": "平静",
    "Happy": "快乐",
    "Melancholy": "忧伤",
    "Heroic": "英雄",
    "Mysterious": "神秘",
    "Playful": "俏皮",
    "Dreamy": "梦幻",
    "Tense": "紧张",
    "Piano solo": "钢琴独奏",
    "Piano and strings": "钢琴与弦乐",
    "Chamber strings": "室内弦乐",
    "Orchestra": "管弦乐队",
    "Harp and flute": "竖琴与长笛",
    "Guitars and bass": "吉他与贝斯",
    "Lo-fi": "低保真",
    "Music box": "八音盒",
    "Synth pop": "合成器流行",
    "Jazz trio": "爵士三重奏",
    "Organ": "管风琴",
    "Major": "大调",
    "Minor": "小调",
    "Dorian": "多利亚调式",
    "Mixolydian": "混合利底亚调式",
    "Lydian": "利底亚调式",
    "Phrygian": "弗里几亚调式",
    "Very slow": "很慢",
    "Slow": "慢",
    "Medium": "中速",
    "Fast": "快",
    "Very fast": "很快",
    "AABA song": "AABA 歌曲体",
    "Ternary (ABA)": "三段体 (ABA)",
    "Verse and chorus": "主歌与副歌",
    "Rondo": "回旋曲",
    "Theme and variations": "主题与变奏",
    "One section": "单段体",
    "As the ensemble has them": "随乐队",
    "On": "开",
    "Off": "关",
    # the chorale
    "Chorale": "众赞歌",
    "Writes a chorale in four parts, or harmonises your melody, with a small model that learned from Bach's "
    "chorales.": ("用从巴赫众赞歌中学习的小模型写四声部众赞歌，或为你的旋律配和声。"),
    "Give it a melody and it keeps every note of it and writes alto, tenor and bass below. Without a melody it "
    "composes all four voices, phrase by phrase. You get the notes (MIDI) and a recording. It knows chorales and "
    "nothing else: other music comes out in their manner. Models that you teach from your own scores can be chosen "
    "instead.": (
        "给它一段旋律，它会保留每个音，并在下方写出女低音、男高音与男低音。没有旋律时，它逐句创作全部四个声部。"
        "你会得到音符（MIDI）和录音。它只懂众赞歌：别的音乐也会变成这种风格。也可以改用你用自己的乐谱教出的模型。"
    ),
    "Morning hymn": "清晨圣咏",
    "Evening in A minor": "A 小调的傍晚",
    "Bold harmonies": "大胆的和声",
    "Short amen": "短小的阿门",
    "Melody to harmonise": "待配和声的旋律",
    "Its highest notes are kept; three voices are written below them.": "保留其最高音，并在下方写三个声部。",
    "Automatic takes the melody's key, or draws one.": "“自动”取旋律的调，没有旋律时随机选一个。",
    "A melody brings its own length.": "旋律自带长度。",
    "Bars per phrase": "每句小节数",
    "Each phrase ends on a held chord. A melody's phrases end with its long notes.": (
        "每句以持续的和弦结束。旋律的乐句在长音处结束。"
    ),
    "Quarter notes per minute. A melody brings its own.": "每分钟四分音符数。旋律自带速度。",
    "Wind quartet": "管乐四重奏",
    "Piano": "钢琴",
    "Temperature": "温度",
    "Low plays safe, high surprises.": "低则稳妥，高则出人意料。",
    "Keep the rules": "遵守规则",
    "Avoids parallel fifths and octaves and crossing voices. Off leaves it all to the model.": (
        "避免平行五度、平行八度和声部交叉。关闭则全由模型决定。"
    ),
    "Model": "模型",
    "The studio's own, or one that you taught.": "内置模型，或你教出的模型。",
    # the trainer
    "Teach a score writer": "训练乐谱写作",
    "Teaches a small transformer to write music in the manner of your scores: chorales, songs, counterpoint.": (
        "教一个小型 Transformer 按你的乐谱风格写音乐：众赞歌、歌曲、对位。"
    ),
    "It reads MIDI files onto a raster of sixteenths with a few voices, learns which note follows which, and can "
    "afterwards compose such pieces or harmonise a melody. A few hundred pieces of one kind are enough. Everything is "
    "transposed while it learns, as far as the voices' ranges allow.": (
        "它把 MIDI 文件读成十六分音符网格上的几个声部，学习音与音的先后关系，之后便能创作同类乐曲或为旋律配和声。"
        "几百首同类乐曲就够了。学习时会在各声部音域允许的范围内移调。"
    ),
    "Four-part chorales": "四声部众赞歌",
    "Two-part inventions": "二部创意曲",
    "Dataset": "数据集",
    "MIDI files, best of one kind of music.": "MIDI 文件，最好是同一类音乐。",
    "Voices": "声部数",
    "Files with as many parts keep them; others are split by height, the highest note first.": (
        "声部数相同的文件保持原样；其余按音高分声部，最高音在前。"
    ),
    "Steps": "步数",
    "More steps learn more, until the model begins to copy.": "步数越多学得越多，直到模型开始照抄。",
    "Network": "网络",
    "Learning rate": "学习率",
    "How far one step may change the model. Use about a tenth when you go on from a model.": (
        "每一步最多把模型改动多少。在已有模型上继续时，用大约十分之一。"
    ),
    "Start from": "起点",
    "A new model": "全新的模型",
    "Go on teaching a model instead of beginning with a new one. It keeps its size and how far it looks.": (
        "继续教一个已有的模型，而不是从头开始。它的大小和看多远保持不变。"
    ),
    "Stop early": "提前停止",
    "looks": "次查看",
    "Ends when the held-out loss has not fallen for so many looks at it, and keeps the best weights; 0 never.": (
        "留出数据上的损失连续这么多次查看都没有下降就结束，并保留最好的权重；0 表示从不提前停止。"
    ),
    "Rows per step": "每步行数",
    "How many stretches of music each step learns from.": "每一步从多少段音乐中学习。",
    "Width": "宽度",
    "Layers": "层数",
    "Memory": "记忆",
    "beats": "拍",
    "How far back the model looks, quarter notes.": "模型回看多远，以四分音符计。",
    "Melody ahead": "旋律提前量",
    "How far ahead the lower voices know the melody, quarter notes.": "低声部提前多久知道旋律，以四分音符计。",
    # keys and metres read the same in both languages
    "C": "C",
    "Db": "降 D",
    "D": "D",
    "Eb": "降 E",
    "E": "E",
    "F": "F",
    "F#": "升 F",
    "G": "G",
    "Ab": "降 A",
    "A": "A",
    "Bb": "降 B",
    "B": "B",
    "4/4": "4/4",
    "3/4": "3/4",
    "2/4": "2/4",
    "6/8": "6/8",
    "5/4": "5/4",
    # said while it works, and when something does not fit
    "Composing": "正在作曲",
    "Tuning": "正在调音",
    "Mastering": "正在母带处理",
    "Playing bar {bar} of {bars}": "正在演奏第 {bar} 小节，共 {bars} 小节",
    "Every part is switched off.": "所有声部都已关闭。",
    "Switch on at least one part.": "请至少打开一个声部。",
    "The score has no notes to accompany.": "乐谱中没有可以伴奏的音符。",
    "Choose one with a melody.": "请选择一份有旋律的乐谱。",
    "The melody is too long: about {bars} bars, at most {most} are taken.": (
        "旋律太长：约 {bars} 小节，最多 {most} 小节。"
    ),
    "This file is no intact SoundFont: {why}.": "这个文件不是完好的 SoundFont：{why}。",
    "Try another .sf2 or .sf3 file.": "请换一个 .sf2 或 .sf3 文件。",
    "The SoundFont can't be opened: {why}.": "无法打开 SoundFont：{why}。",
    # what chorales say while they are written, and when they cannot be
    "Reading the model": "正在读取模型",
    "Writing": "正在写作",
    "The model in {folder} cannot be read: {reason}": "无法读取 {folder} 中的模型：{reason}",
    "Choose another model.": "请选择其他模型。",
    "The melody has no notes.": "旋律里没有音符。",
    "Choose a score with a melody.": "请选择带有旋律的乐谱。",
    "The melody is too long: at most {beats} beats are harmonised.": "旋律太长：最多为 {beats} 拍配和声。",
    "Harmonise it in parts.": "请分段配和声。",
}

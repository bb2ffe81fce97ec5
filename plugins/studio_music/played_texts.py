"""Simplified Chinese for drums and songs, for the trainers of their models, and for the player of scores."""

from __future__ import annotations

ZH_CN: dict[str, str] = {
    # drums
    "Plays drums in eighteen styles, with the force and timing of people, or gives a human touch to your pattern.": (
        "以十八种风格打鼓，力度与时间如真人演奏；也能让你写的节奏型有人情味。"
    ),
    "A small model learned from about 1,000 takes of ten drummers. Choose a style, a tempo and how often a fill comes. "
    "Or give it a written drum pattern (MIDI): every stroke is kept, and the model decides how hard and how early or "
    "late it falls. You get the notes (MIDI) and a recording. It knows four quarters to the bar and nine drums; of "
    "rock it heard hundreds of takes, of blues, dance, highlife and Middle Eastern only a few.": (
        "一个小模型从十位鼓手的约一千段演奏中学成。选择风格、速度，以及多久来一次过门。或者给它一段写好的鼓节奏"
        "（MIDI）：每一击都保留，由模型决定打多重、早一点还是晚一点。你会得到音符（MIDI）和录音。它会每小节四拍和"
        "九种鼓；摇滚听过几百段，布鲁斯、舞曲、高生活和中东风格只听过几段。"
    ),
    "Funk with fills": "带过门的放克",
    "Laid-back hip-hop": "慵懒的嘻哈",
    "Swing": "摇摆乐",
    "Second line": "新奥尔良游行鼓",
    "Fast punk": "快速朋克",
    "Afro-Cuban six bars": "六小节非洲古巴",
    "Pattern to play": "待演奏的节奏型",
    "A written drum pattern on channel 10. Its strokes are kept; they get force and timing.": (
        "写在第 10 通道的鼓节奏。保留每一击，为它们加上力度与时间。"
    ),
    "Style": "风格",
    "Afrobeat": "非洲节拍",
    "Afro-Cuban": "非洲古巴",
    "Blues": "布鲁斯",
    "Country": "乡村",
    "Dance": "舞曲",
    "Funk": "放克",
    "Gospel": "福音",
    "Highlife": "高生活",
    "Hip-hop": "嘻哈",
    "Jazz": "爵士",
    "Latin": "拉丁",
    "Middle Eastern": "中东",
    "New Orleans": "新奥尔良",
    "Pop": "流行",
    "Punk": "朋克",
    "Reggae": "雷鬼",
    "Rock": "摇滚",
    "Soul": "灵魂乐",
    "Another …": "其他……",
    "Other style": "其他风格",
    "A style that your own model learned, as its captions call it.": "你自己的模型学过的风格，用说明文字里的叫法。",
    "Quarter notes per minute. A pattern brings its own.": "每分钟四分音符数。节奏型自带速度。",
    "A pattern brings its own length.": "节奏型自带长度。",
    "Fills": "过门",
    "Never": "从不",
    "Every 2 bars": "每 2 小节",
    "Every 4 bars": "每 4 小节",
    "Every 8 bars": "每 8 小节",
    "The last bar of so many is a fill.": "每隔这么多小节，最后一小节是过门。",
    "Busyness": "繁忙程度",
    "How many strokes.": "打多少下。",
    "Sparse": "稀疏",
    "Busy": "繁忙",
    "How much of the drummer's force and timing is taken over; 0 is the plain pattern.": (
        "采用多少鼓手的力度与时间；0 为平直的节奏型。"
    ),
    "Weight of the style": "风格权重",
    "1 plays a style as freely as the drummers did; more makes it plainer.": (
        "1 像鼓手那样自由地演奏风格；更大则更鲜明。"
    ),
    "The model does not know the style “{style}”; it plays freely. It knows: {known}.": (
        "模型不认识风格“{style}”，将自由演奏。它认识：{known}。"
    ),
    "The pattern is too long: at most {bars} bars are played.": "节奏型太长：最多演奏 {bars} 小节。",
    "Play it in parts.": "请分段演奏。",
    "The pattern has no drums.": "节奏型里没有鼓。",
    "Choose a score with drums on channel 10.": "请选择第 10 通道有鼓的乐谱。",
    # the trainer of drum models
    "Teach a drummer": "训练鼓手",
    "Teaches a small transformer to play drums in the manner of your takes: strokes, force and timing.": (
        "教一个小型 Transformer 按你的录音风格打鼓：击打、力度与时间。"
    ),
    "It reads MIDI files with drums (channel 10). Each file's caption says its style, and may end with “beat” or "
    "“fill”: “funk beat”, “jazz fill”. It learns which drums are struck on every sixteenth, how hard, and by how much "
    "the player is ahead of or behind the beat. A few hundred bars are enough.": (
        "它读取带鼓的 MIDI 文件（第 10 通道）。每个文件的说明写明风格，末尾可加 beat 或 fill，例如 funk beat、"
        "jazz fill。它学习每个十六分音符上打哪些鼓、打多重，以及鼓手比节拍早或晚多少。几百小节就够了。"
    ),
    "Your drum grooves": "你的鼓节奏",
    "A few takes": "少量录音",
    "MIDI files with drums; captions say the style.": "带鼓的 MIDI 文件；说明写明风格。",
    "Bars remembered": "记住的小节数",
    "How far back the model looks.": "模型回看多远。",
    # songs
    "Song": "歌曲",
    "Writes a song for a singing instrument and piano, continues yours, or plays it in another manner.": (
        "为一件歌唱的乐器和钢琴写歌，续写你的歌，或换一种方式演奏它。"
    ),
    "A small model learned from about 1,000 songs by composers from Haydn to the early twentieth century. It lays a "
    "song out as A-A-B-A, with phrases to sing and rests to breathe. Give it a MIDI file and it goes on where that "
    "ends, or keeps its melody: with a new piano part, or as a waltz, a march, a lullaby, with a jazz trio and more. "
    "You get the notes (MIDI) and a recording. It knows melodies of that time, in sixteenths without triplets; it "
    "writes no words.": (
        "一个小模型从海顿到二十世纪初作曲家的约一千首歌曲中学成。它按 A-A-B-A 安排歌曲，有可唱的乐句和换气的休止。"
        "给它一个 MIDI 文件，它会从结尾续写，或保留旋律：配上新的钢琴部分，或变成圆舞曲、进行曲、摇篮曲、爵士三重奏"
        "等。你会得到音符（MIDI）和录音。它懂那个时代的旋律，以十六分音符为单位，没有三连音；它不写歌词。"
    ),
    "Spring song": "春之歌",
    "Night in D minor": "D 小调之夜",
    "Barcarole": "船歌",
    "A waltz of it": "写成圆舞曲",
    "With a jazz trio": "与爵士三重奏",
    "Lullaby": "摇篮曲",
    "Your song": "你的歌",
    "A song or a melody to go on with, or to play anew.": "要续写或换方式演奏的歌曲或旋律。",
    "What to do with it": "怎样处理",
    "Keep its melody": "保留旋律",
    "Go on where it ends": "从结尾续写",
    "Song with piano": "歌曲与钢琴",
    "Waltz": "圆舞曲",
    "March": "进行曲",
    "Hymn": "圣咏",
    "Song with piano is what the model writes. All others play the melody with the studio's players; jazz, Latin, rock "
    "and reggae with drums from the drum model.": (
        "“歌曲与钢琴”由模型写成。其余用工作室的乐手演奏旋律；爵士、拉丁、摇滚与雷鬼的鼓来自鼓模型。"
    ),
    "Automatic takes your song's key, or draws one.": "“自动”取你的歌的调，没有时随机选一个。",
    "Your song brings its own.": "你的歌自带拍号。",
    "Quarter notes per minute. Your song brings its own.": "每分钟四分音符数。你的歌自带速度。",
    "Length of a section": "每段长度",
    "4 bars": "4 小节",
    "8 bars": "8 小节",
    "16 bars": "16 小节",
    "A new song has four: A, A, B, A. Going on adds one.": "新歌有四段：A、A、B、A。续写增加一段。",
    "Piano begins": "钢琴先奏",
    "Two bars before the song.": "歌曲之前的两小节。",
    "Variation": "变化",
    "How much changes when A comes back: 0 nothing, 1 the whole piano part and the endings.": (
        "A 再现时改变多少：0 不变，1 整个钢琴部分和句尾都变。"
    ),
    "Who sings": "由谁歌唱",
    "Clarinet": "单簧管",
    "Flute": "长笛",
    "Violins": "小提琴",
    "Cellos": "大提琴",
    "Horns": "圆号",
    "Arranging": "正在编配",
    "The score has no notes.": "乐谱里没有音符。",
    "The score is too long: at most {beats} beats are taken.": "乐谱太长：最多取 {beats} 拍。",
    "Take a part of it.": "请取其中一段。",
    # the trainer of song models
    "Teach a song writer": "训练歌曲写作",
    "Teaches a small transformer to write songs for a voice and piano in the manner of yours.": (
        "教一个小型 Transformer 按你的风格写人声与钢琴的歌曲。"
    ),
    "It reads MIDI files: a part called voice or melody (else the highest part), and both hands of the piano. It "
    "learns melody, harmony and figures of the accompaniment in sixteenths, told key, metre, mode, density, tempo and "
    "where the singer's phrases end. A hundred songs of one kind are a beginning.": (
        "它读取 MIDI 文件：名为 voice 或 melody 的声部（否则取最高声部），以及钢琴的双手。它以十六分音符学习旋律、"
        "和声与伴奏音型，并知道调、拍号、调式、密度、速度和乐句在哪里结束。一百首同类歌曲就可以开始。"
    ),
    "Your songs": "你的歌曲",
    "A few songs": "少量歌曲",
    "MIDI files with a voice and a piano.": "有人声与钢琴的 MIDI 文件。",
    # playing a score
    "Play a score": "演奏乐谱",
    "Plays a score with the studio's own instruments: an imported MIDI file, one you drew, or one of your results.": (
        "用工作室自己的乐器演奏乐谱：导入的 MIDI 文件、你画的谱，或你的作品。"
    ),
    "Every track gets the instrument that comes nearest to its General MIDI program; or let one instrument play them "
    "all. Speed, transposition and room are yours. It needs no model. A note sounds for ten seconds at most.": (
        "每条音轨使用与其 General MIDI 音色最接近的乐器，也可以让一件乐器演奏全部。速度、移调与空间由你决定。"
        "不需要模型。一个音最长响十秒。"
    ),
    "Score": "乐谱",
    "The notes to play.": "要演奏的音符。",
    "Instrument": "乐器",
    "As written, or one for all tracks but the drums.": "按谱所写，或除鼓以外全部用同一件乐器。",
    "As written": "按谱所写",
    "Electric piano": "电钢琴",
    "Celesta": "钢片琴",
    "Vibraphone": "颤音琴",
    "Marimba": "马林巴",
    "Kalimba": "卡林巴琴",
    "Nylon guitar": "尼龙弦吉他",
    "Steel guitar": "钢弦吉他",
    "Harp": "竖琴",
    "Double bass": "低音提琴（拨奏）",
    "Electric bass": "电贝斯",
    "Synth bass": "合成贝斯",
    "Violas": "中提琴",
    "Double basses": "低音提琴",
    "Pizzicato": "弦乐拨奏",
    "Strings": "弦乐",
    "Synth lead": "合成主音",
    "Bright lead": "明亮主音",
    "Synth pluck": "合成拨弦",
    "Warm pad": "温暖铺底",
    "Speed": "快慢",
    "%": "%",
    "Of the score's own tempo.": "以乐谱自己的速度为准。",
    "Transpose": "移调",
    "By so many semitones; drums stay as they are. What leaves the range of MIDI comes back by octaves.": (
        "移动这么多个半音；鼓保持不变。超出 MIDI 音域的音按八度移回。"
    ),
    "Room": "空间",
    "Dry": "干声",
    "Small room": "小房间",
    "Hall": "音乐厅",
    "Church": "教堂",
    "Choose or draw one that has some.": "请选择或画一份有音符的乐谱。",
    "The score is too long: it would sound for {minutes} minutes, and at most {most} are played.": (
        "乐谱太长：会响 {minutes} 分钟，最多演奏 {most} 分钟。"
    ),
    "Play it faster, or take a part of it.": "请演奏得快一些，或取其中一段。",
}
"""Texts by the English ones."""

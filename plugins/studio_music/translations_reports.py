"""Simplified Chinese for what the reports on music models say."""

from __future__ import annotations

HISTOGRAMS = {
    "degrees": "音级",
    "intervals": "音程",
    "durations": "时值",
    "chords": "和弦",
    "drums": "鼓件",
    "velocities": "力度",
    "timing": "时间偏差",
}
"""What is counted."""

REPORTS: dict[str, str] = {
    # all of them
    "held-out loss": "留出数据上的损失",
    "training": "训练数据",
    "held out": "留出数据",
    "written": "模型写出",
    "training, chords": "训练数据的和弦",
    "held out, chords": "留出数据的和弦",
    "written, chords": "模型写出的和弦",
    "n-gram": "n 元模型",
    "n-gram of order {order}": "{order} 元模型",
    "copied stretches": "抄袭片段的比例",
    "notes in the key": "调内音的比例",
    **{f"{name}: overlap with the data": f"{chinese}与数据的重合度" for name, chinese in HISTOGRAMS.items()},
    # scores
    **{
        f"How much of the histogram of {name} it shares with the training pieces; 1 is all.": (
            f"{chinese}的直方图与训练乐曲重合多少；1 为完全重合。"
        )
        for name, chinese in HISTOGRAMS.items()
    },
    "nats per token": "每个记号的奈特数",
    "nats per token, key and phrases told": "每个记号的奈特数（告知调与乐句）",
    "Surprise at held-out music per voice and sixteenth, told neither key nor phrases.": (
        "对留出乐曲的意外程度，按每个声部、每个十六分音符计，不告知调与乐句。"
    ),
    "The same when it is told key and phrase ends, as it is when it composes.": (
        "同上，但告知调与乐句的结尾，与作曲时一样。"
    ),
    "held-out pieces": "留出的乐曲",
    "pieces by people": "人写的乐曲",
    "Share of notes that belong to the scale of the key it was asked for.": "属于所要求的调的音阶的音所占的比例。",
    "parallel fifths per bar": "每小节的平行五度",
    "parallel octaves per bar": "每小节的平行八度",
    "voice crossings per bar": "每小节的声部交叉",
    "notes out of range per bar": "每小节超出音域的音",
    "parallel fifths per bar, rules kept": "每小节的平行五度（遵守规则）",
    "parallel octaves per bar, rules kept": "每小节的平行八度（遵守规则）",
    "voice crossings per bar, rules kept": "每小节的声部交叉（遵守规则）",
    "notes out of range per bar, rules kept": "每小节超出音域的音（遵守规则）",
    "As the generator writes by default, in {count} chorales.": "按生成器的默认方式写，共 {count} 首众赞歌。",
    "Sampled without any rule.": "采样时不加任何规则。",
    "Share of stretches of {beats} beats that stand chord by chord in a training piece, in any key.": (
        "长 {beats} 拍的片段中，逐个和弦出现在某首训练乐曲里的比例，不论什么调。"
    ),
    "It knows the harmony and voice-leading of the pieces it learned from, phrase by phrase.": (
        "它懂得所学乐曲的和声与声部进行，逐句如此。"
    ),
    "It looks back {quarters} quarter notes and plans no form beyond that.": (
        "它回看 {quarters} 个四分音符，不规划更大的曲式。"
    ),
    "It knows only the kind of music it learned from, on a raster of sixteenths: no triplets, no dynamics.": (
        "它只懂所学的那一类音乐，以十六分音符为网格：没有三连音，没有力度变化。"
    ),
    "Sketches, exercises and harmonisations to work on by hand.": "写草稿、习题与和声配写，供人继续加工。",
    # songs
    **{
        f"How much of the histogram of {name} it shares with the training songs; 1 is all.": (
            f"{chinese}的直方图与训练歌曲重合多少；1 为完全重合。"
        )
        for name, chinese in HISTOGRAMS.items()
    },
    "nats per token, all told": "每个记号的奈特数（全部告知）",
    "Surprise at held-out songs per lane and sixteenth, told only the place within the bar.": (
        "对留出歌曲的意外程度，按每条线、每个十六分音符计，只告知在小节中的位置。"
    ),
    "Surprise at held-out songs per lane and sixteenth, told metre, mode, phrases, density and tempo as well, as it "
    "is when it writes.": (
        "对留出歌曲的意外程度，按每条线、每个十六分音符计，还告知拍号、调式、乐句、密度与速度，与写作时一样。"
    ),
    "held-out songs": "留出的歌曲",
    "songs by people": "人写的歌曲",
    "Share of notes that belong to the scale of the key; sampled without any rule.": (
        "属于该调音阶的音所占的比例；采样时不加任何规则。"
    ),
    "Share of stretches of {beats} beats that stand chord by chord in a training song.": (
        "长 {beats} 拍的片段中，逐个和弦出现在某首训练歌曲里的比例。"
    ),
    "It knows melodies, harmony and figures of the piano in songs like those it learned from.": (
        "它懂得所学那类歌曲的旋律、和声与钢琴音型。"
    ),
    "It looks back {quarters} quarter notes; larger form is laid out by the generator.": (
        "它回看 {quarters} 个四分音符；更大的曲式由生成器安排。"
    ),
    "It knows sixteenths but no triplets, no words, and no dynamics.": "它懂十六分音符，但不懂三连音、歌词和力度变化。",
    "It moves every song to C and back, and so knows nothing of the character of keys.": (
        "它把每首歌移到 C 调再移回，因此不懂各调的性格。"
    ),
    "Sketches of songs and accompaniments to work on by hand.": "写歌曲与伴奏的草稿，供人继续加工。",
    # drums
    **{
        f"How much of the histogram of {name} it shares with the training beats, styles weighted alike; 1 is all.": (
            f"{chinese}的直方图与训练节奏重合多少，各风格权重相同；1 为完全重合。"
        )
        for name, chinese in HISTOGRAMS.items()
    },
    "nats per step": "每步的奈特数",
    "nats per step, style told": "每步的奈特数（告知风格）",
    "held-out nats per step": "留出演奏上每步的奈特数",
    "Surprise at held-out takes per sixteenth: which drums, how hard, how early or late, told nothing.": (
        "对留出演奏的意外程度，按每个十六分音符计：打哪些鼓、多重、早还是晚；什么也不告知。"
    ),
    "Surprise at held-out takes per sixteenth: which drums, how hard, how early or late, told style, kind, tempo and "
    "business.": (
        "对留出演奏的意外程度，按每个十六分音符计：打哪些鼓、多重、早还是晚；告知风格、种类、速度与繁忙程度。"
    ),
    "held-out takes": "留出的演奏",
    "held-out beats": "留出的节奏",
    "chance": "随机猜测",
    "style heard by a classifier": "分类器听出的风格",
    "Share of written takes in which a classifier of {count} styles, which learned from the training takes and is not "
    "told the tempo, hears the style that was asked for; averaged over styles.": (
        "写出的演奏中，分类器能听出所要求风格的比例，按风格取平均；分类器从训练演奏中学会 {count} 种风格，不知道速度。"
    ),
    "Share of stretches of {bars} bars that stand stroke by stroke in a training take.": (
        "长 {bars} 小节的片段中，逐击出现在某段训练演奏里的比例。"
    ),
    "It knows how people play these styles: which drums, how hard, and how far from the beat.": (
        "它懂得人怎样演奏这些风格：打哪些鼓、多重、偏离节拍多少。"
    ),
    "It looks back {bars} bars and plans no form; fills come where they are asked for.": (
        "它回看 {bars} 小节，不规划曲式；过门出现在所要求的地方。"
    ),
    "A drum is struck once a sixteenth at most: fast rolls and flams are thinned out.": (
        "每个十六分音符上一个鼓最多打一次：快速滚奏与装饰击会变稀。"
    ),
    "Drum tracks to play along with and to work on by hand; giving written patterns a human touch.": (
        "可合奏、可继续加工的鼓轨；让写好的节奏型有人情味。"
    ),
    "kick": "底鼓",
    "snare": "军鼓",
    "closed hat": "闭镲",
    "open hat": "开镲",
    "low tom": "低音通鼓",
    "mid tom": "中音通鼓",
    "high tom": "高音通鼓",
    "crash": "强音镲",
    "ride": "叮叮镲",
}
"""Texts by the English ones."""

"""简体中文 names of the poets whose leanings English verse knows."""

from __future__ import annotations

AUTHORS = {
    "Alexander Pope": "亚历山大·蒲柏",
    "Alfred Edward Housman": "A. E. 豪斯曼",
    "Algernon Charles Swinburne": "斯温伯恩",
    "Christina Rossetti": "克里斯蒂娜·罗塞蒂",
    "Edna St. Vincent Millay": "埃德娜·圣文森特·米莱",
    "Edward Lear": "爱德华·李尔",
    "Ella Wheeler Wilcox": "埃拉·惠勒·威尔科克斯",
    "Emily Dickinson": "艾米莉·狄金森",
    "Emma Lazarus": "埃玛·拉扎勒斯",
    "Henry Wadsworth Longfellow": "朗费罗",
    "John Clare": "约翰·克莱尔",
    "John Dryden": "约翰·德莱顿",
    "John Keats": "约翰·济慈",
    "Jonathan Swift": "乔纳森·斯威夫特",
    "Lord Byron": "拜伦",
    "Oscar Wilde": "奥斯卡·王尔德",
    "Percy Bysshe Shelley": "雪莱",
    "Ralph Waldo Emerson": "爱默生",
    "Robert Herrick": "罗伯特·赫里克",
    "Rudyard Kipling": "吉卜林",
    "Sara Teasdale": "萨拉·蒂斯代尔",
    "Thomas Hardy": "托马斯·哈代",
    "Thomas Moore": "托马斯·穆尔",
    "Walter Scott": "沃尔特·司各特",
    "William Blake": "威廉·布莱克",
    "William Butler Yeats": "叶芝",
    "William Morris": "威廉·莫里斯",
    "William Wordsworth": "华兹华斯",
}

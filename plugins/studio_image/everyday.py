"""What people call things in one everyday word, where the collections' labels are longer or name something else."""

from __future__ import annotations

from collections.abc import Mapping

_NAMES = """
grinning face: smile, happy, happy face, smiley, sourire, heureux, 笑, 笑脸, 开心, 微笑
crying face: sad, sad face, cry, triste, 哭, 难过, 伤心, 哭脸
angry face: angry, anger, colère, fâché, 生气, 愤怒
smiling face with heart-eyes: in love, amoureux, 恋爱, 花痴
face with tears of joy: laugh, laughing, lol, rire, 大笑, 笑哭
smiling face with sunglasses: cool, cool face, 酷
thinking face: think, thinking, penser, 思考
sleeping face: sleep, sleepy, asleep, dormir, 睡觉, 困
winking face: wink, clin d'œil, 眨眼
astonished face: surprise, surprised, wow, surpris, 惊讶
pile of poo: poop, poo, caca, 便便
smiling face with horns: devil, demon, diable, 恶魔, 魔鬼
smiling face with halo: angel, ange, 天使
alien: extraterrestre, 外星人
red heart: heart, love, cœur, amour, 心, 爱心, 爱, 红心
monkey face: ape, singe, 猴子, 猴
dog face: puppy, doggy, chiot, 小狗
rabbit face: bunny, lapin, 兔子, 兔
mouse face: 老鼠, 鼠, souris
pig face: 猪, cochon
cow face: 奶牛, 牛, vache
tiger face: 老虎, 虎, tigre
hatching chick: chick, poussin, 小鸡
chicken: hen, poule, 鸡
honeybee: bee, abeille, 蜜蜂
lady beetle: ladybug, ladybird, coccinelle, 瓢虫
spouting whale: 鲸, 鲸鱼, baleine
T-Rex: dinosaur, dino, dinosaure, 恐龙
crocodile: alligator, 鳄鱼
dragon face: dragon, 龙
blossom: flower, fleur, 花, 花朵
cherry blossom: sakura, 樱花
deciduous tree: tree, arbre, 树, 大树
evergreen tree: pine, fir, pine tree, sapin, 松树
palm tree: palm, palmier, 棕榈树
four leaf clover: clover, trèfle, 四叶草
maple leaf: leaf, feuille, 叶子, 树叶, 枫叶
red apple: apple, pomme, 苹果
tangerine: orange, orange fruit, mandarine, 橙子, 橘子
cherries: cherry, cerise, 樱桃
blueberries: blueberry, myrtille, 蓝莓
ear of corn: corn, maize, maïs, 玉米
hot pepper: chili, chilli, piment, 辣椒
baguette bread: bread, baguette, pain, 面包
cheese wedge: cheese, fromage, 奶酪
meat on bone: meat, viande, 肉
hamburger: burger, 汉堡
french fries: fries, chips, frites, 薯条
spaghetti: pasta, noodles, pâtes, 面条, 意面
cooked rice: rice, riz, 米饭
soft ice cream: cone, ice cream cone, 冰激凌
birthday cake: cake, gâteau, 蛋糕
doughnut: donut, 甜甜圈
hot beverage: coffee, tea, café, thé, 咖啡, 茶
glass of milk: milk, lait, 牛奶
wine glass: wine, vin, 红酒, 葡萄酒
beer mug: beer, bière, 啤酒
cocktail glass: cocktail, 鸡尾酒
house: home, maison, 房子, 家
castle: château, 城堡
automobile: car, auto, voiture, 汽车, 车, 小汽车
delivery truck: truck, lorry, camion, 卡车
locomotive: steam train, steam engine, 蒸汽火车
train: 火车
sailboat: boat, sail, bateau, voilier, 船, 帆船
airplane: plane, avion, 飞机
bicycle: bike, vélo, 自行车
flying saucer: ufo, soucoupe, 飞碟
crescent moon: moon, lune, 月亮, 月牙
sun with face: sun, soleil, 太阳
star: étoile, 星星, 星
cloud: nuage, 云
cloud with lightning and rain: storm, thunderstorm, orage, 雷雨
high voltage: lightning, thunder, bolt, éclair, 闪电
snowflake: snow, neige, 雪, 雪花
umbrella with rain drops: rain, pluie, 下雨, 雨
droplet: drop, water, goutte, eau, 水, 水滴
water wave: wave, sea, vague, mer, 海浪, 波浪
fire: flame, feu, 火
jack-o-lantern: pumpkin, halloween, citrouille, 南瓜
wrapped gift: gift, present, cadeau, 礼物
soccer ball: football, soccer, ballon, 足球
game die: dice, die, dé, 骰子
teddy bear: teddy, nounours, 泰迪熊
crystal ball: boule de cristal, 水晶球
gem stone: gem, diamond, jewel, diamant, 宝石, 钻石
running shirt: shirt, 衬衫
man’s shoe: shoe, chaussure, 鞋, 鞋子
billed cap: cap, casquette, 帽子
top hat: hat, chapeau, 礼帽
guitar: guitare, 吉他
drum: tambour, 鼓
musical keyboard: piano, 钢琴
"""


def _table() -> Mapping[str, tuple[str, ...]]:
    lines = (line.split(": ", 1) for line in _NAMES.strip().splitlines())
    return {label: tuple(names.split(", ")) for label, names in lines}


EVERYDAY: Mapping[str, tuple[str, ...]] = _table()
"""More names by a thing's label."""

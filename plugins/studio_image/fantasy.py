"""Chinese, French and other English names for what fantasy sprites show."""

from __future__ import annotations

from collections.abc import Mapping

_CHINESE = """
龙 dragon|巨龙 dragon|火龙 fire dragon|冰龙 ice dragon|骨龙 skeleton dragon|金龙 golden dragon|
影龙 shadow dragon|沼泽龙 swamp dragon|飞龙 drake|九头蛇 hydra|蛇 snake|毒蛇 snake|娜迦 naga|蜥蜴 lizard|
蝾螈 salamander|鳄鱼 alligator|乌龟 turtle|龟 turtle|青蛙 frog|蜘蛛 spider|蝎子 scorpion|蚂蚁 ant|蜜蜂 bee|
黄蜂 wasp|飞蛾 moth|蝴蝶 butterfly|甲虫 beetle|蜗牛 snail|虫 worm|蠕虫 worm|蜈蚣 centipede|水母 jellyfish|
螃蟹 crab|鱼 fish|海怪 kraken|章鱼 kraken|蝙蝠 bat|狼 wolf|熊 bear|狗 hound|猎犬 hound|猫 cat|大象 elephant|
象 elephant|猪 hog|牦牛 yak|羊 sheep|乌鸦 raven|凤凰 phoenix|狮鹫 griffon|半人马 centaur|骷髅 skeleton|
骷髅兵 skeleton|僵尸 zombie|丧尸 zombie|木乃伊 mummy|幽灵 ghost|鬼 ghost|鬼魂 ghost|幽魂 spectral|亡灵 undead|
巫妖 lich|吸血鬼 vampire|怨灵 wraith|尸妖 wight|食尸鬼 ghoul|死神 death|灵魂 soul|恶魔 demon|魔鬼 devil|
小恶魔 imp|邪魔 fiend|天使 angel|兽人 orc|巨魔 troll|食人魔 ogre|哥布林 goblin|地精 goblin|豺狼人 gnoll|
狗头人 kobold|矮人 dwarf|精灵 elf|侏儒 gnome|巨人 giant|人鱼 merfolk|美人鱼 mermaid|海妖 siren|天狗 tengu|
独眼巨人 giant|石像鬼 statue|魔像 golem|傀儡 golem|元素 elemental|火元素 fire elemental|水元素 water elemental|
土元素 earth elemental|气元素 air elemental|史莱姆 slime|软泥 ooze|果冻 jelly|眼睛 eye|眼球 eye|蘑菇 fungi|
真菌 fungi|植物 plant|树 tree|大树 tree|灌木 bush|藤蔓 vine|树人 treant|荆棘 thorn|骑士 knight|战士 warrior|
法师 mage|巫师 wizard|女巫 enchantress|牧师 priest|僧侣 monk|弓箭手 archer|射手 archer|狂战士 berserker|
术士 sorcerer|死灵法师 necromancer|萨满 shaman|国王 king|王 king|王后 queen|女王 queen|公主 princess|
队长 captain|人类 human|人 human|英雄 hero|剑 sword|宝剑 sword|长剑 long sword|短剑 short sword|巨剑 greatsword|
弯刀 scimitar|刀 katana|武士刀 katana|匕首 dagger|小刀 knife|斧 axe|斧头 axe|战斧 battle axe|长矛 spear|矛 spear|
长枪 spear|三叉戟 spear|戟 halberd|镰刀 scythe|锤 hammer|战锤 hammer|锤子 hammer|钉锤 mace|晨星 morningstar|
连枷 flail|棍棒 club|木棒 club|鞭子 bullwhip|弓 bow|长弓 longbow|短弓 shortbow|弩 crossbow|投石索 sling|箭 arrow|
弩箭 bolt|飞镖 dart|标枪 javelin|针 needle|石头 stone|吹箭 blowgun|法杖 staff|杖 staff|魔杖 wand|权杖 sceptre|
短棒 rod|武器 weapon|盾 shield|盾牌 shield|圆盾 buckler|头盔 helmet|盔甲 armour|铠甲 armour|锁子甲 mail|
板甲 plate mail|皮甲 leather|长袍 cloak|法袍 cloak|斗篷 cloak|帽子 hat|帽 hat|手套 glove|靴子 boots|鞋 boots|
戒指 ring|指环 ring|护符 amulet|项链 amulet|宝石 gem|水晶 crystal|红宝石 ruby|珍珠 pearl|宝珠 orb|法球 orb|
书 book|魔法书 book|卷轴 scroll|药水 potion|药剂 potion|食物 food|面包 bread|苹果 apple|香蕉 banana|柠檬 lemon|
葡萄 grape|梨 pear|奶酪 cheese|肉 meat|披萨 pizza|香肠 sausage|蜂蜜 honeycomb|骨头 bone|门 door|大门 gate|
传送门 portal|入口 enter|出口 exit|楼梯 stairs|墙 wall|地板 floor|柱子 column|喷泉 fountain|祭坛 altar|
雕像 statue|石棺 sarcophagus|陷阱 trap|网 net|商店 shop|洞穴 cave|火山 volcano|熔岩 lava|岩浆 lava|岩石 rock|
水 water|火 fire|火焰 flame|火球 fire|冰 ice|霜 frost|闪电 lightning|雷电 lightning|烟 smoke|云 cloud|
毒云 cloud poison|毒 poison|酸 acid|血 blood|雨 rain|风暴 storm|龙卷风 tornado|魔法 magic|混沌 chaos|黑暗 dark|
光 light|阴影 shadow|影子 shadow|神圣 holy|地狱 hell|死亡 death|钢 iron|铁 iron|银 silver|金 gold|木 wood|
玻璃 glass|铜 copper|青铜 bronze|大 large|大型 large|小 small|小型 small|古老 ancient|怪物 monster|动物 animal|
物品 item|神器 artefact|宝物 artefact
"""

_FRENCH = """
hydre hydra|lézard lizard|salamandre salamander|tortue turtle|grenouille frog|araignée spider|fourmi ant|
abeille bee|guêpe wasp|papillon butterfly|scarabée beetle|escargot snail|ver worm|méduse jellyfish|crabe crab|
poisson fish|chauve-souris bat|chauve bat|loup wolf|ours bear|chien hound|chat cat|éléphant elephant|
corbeau raven|phénix phoenix|centaure centaur|squelette skeleton|fantôme ghost|momie mummy|liche lich|âme soul|
démon demon|diable devil|diablotin imp|ange angel|orque orc|nain dwarf|elfe elf|géant giant|sirène mermaid|
gargouille statue|élémentaire elemental|gelée jelly|œil eye|oeil eye|champignon fungi|plante plant|arbre tree|
buisson bush|vigne vine|chevalier knight|guerrier warrior|magicien wizard|sorcier sorcerer|sorcière enchantress|
prêtre priest|moine monk|roi king|reine queen|princesse princess|capitaine captain|humain human|héros hero|
épée sword|sabre scimitar|dague dagger|poignard dagger|couteau knife|hache axe|lance spear|hallebarde halberd|
faux scythe|marteau hammer|masse mace|fléau flail|gourdin club|massue club|fouet bullwhip|arbalète crossbow|
fronde sling|flèche arrow|carreau bolt|fléchette dart|javelot javelin|aiguille needle|pierre stone|bâton staff|
baguette wand|bouclier shield|casque helmet|heaume helmet|armure armour|cuir leather|chapeau hat|gant glove|
bottes boots|botte boots|anneau ring|bague ring|amulette amulet|collier amulet|gemme gem|cristal crystal|
rubis ruby|perle pearl|livre book|parchemin scroll|nourriture food|pain bread|pomme apple|banane banana|
citron lemon|raisin grape|poire pear|fromage cheese|viande meat|saucisse sausage|os bone|porte door|
portail portal|entrée enter|sortie exit|escalier stairs|mur wall|sol floor|colonne column|fontaine fountain|
autel altar|sarcophage sarcophagus|piège trap|filet net|magasin shop|grotte cave|volcan volcano|lave lava|
roche rock|eau water|feu fire|flamme flame|glace ice|givre frost|éclair lightning|foudre lightning|fumée smoke|
nuage cloud|sang blood|pluie rain|tempête storm|tornade tornado|magie magic|sombre dark|lumière light|
ombre shadow|enfer hell|mort death|fer iron|argent silver|or gold|bois wood|verre glass|cuivre copper|
grande large|petit small|petite small|ancien ancient|monstre monster|arme weapon
"""

_ENGLISH = """
toadstool fungi|crocodile alligator|serpents snake|reptile lizard|wyrm dragon|boar hog|pig hog|ox yak|
squid kraken|bug beetle|insect beetle|witch enchantress|magician wizard|warlock sorcerer|sorceress enchantress|
cleric priest|barbarian berserker|ranger archer|merman merfolk|spirit ghost|specter wraith|satan devil|
blob slime|shrub bush|saber scimitar|sabre scimitar|warhammer hammer|lance spear|pike spear|trident spear|
polearm halberd|armor armour|chainmail mail|breastplate plate|boot boots|shoes boots|cape cloak|gauntlets glove|
gloves glove|necklace amulet|jewel gem|diamond crystal|emerald gem|sapphire gem|tome book|grimoire book|
spellbook book|elixir potion|flask potion|bottle potion|vial potion|gateway gate|doorway door|stairway stairs|
shrine altar|coffin sarcophagus|fireball fire|blaze flame|inferno flame|thunder lightning|thunderbolt lightning|
fog cloud|mist cloud|steam cloud|blizzard ice|tiny small|little small|huge giant|old ancient|creature monster|
axes axe|treasure artefact|coin gold
"""


def _table(*lists: str) -> Mapping[str, str]:
    pairs = (entry.partition(" ") for text in lists for entry in text.replace("\n", "").split("|"))
    return {name: words for name, _, words in pairs}


NAMES: Mapping[str, str] = _table(_ENGLISH, _FRENCH, _CHINESE)
"""Known words by other names."""

"""Sentences in English and Chinese with invented personal data in known places, and many that only look like it."""

from __future__ import annotations

import base64
import random
import string
from collections.abc import Callable
from dataclasses import dataclass

Label = tuple[str, int, int]
Filler = Callable[[random.Random], str]


@dataclass(frozen=True)
class Sentence:
    """A sentence and the personal data in it: kind, start, end."""

    text: str
    labels: tuple[Label, ...]


def labelled(seed: int, count: int = 1000) -> list[Sentence]:
    """`count` sentences, as many with personal data as without, the same for the same seed."""
    dice = random.Random(seed)
    positive = [(kind, template) for kind, templates in TEMPLATES.items() for template in templates]
    sentences = []
    for number in range(count):
        if number % 2:
            sentences.append(_fill(dice, dice.choice(NEGATIVES), NEUTRAL, {}))
        else:
            kind = tuple(TEMPLATES)[number // 2 % len(TEMPLATES)]
            template = dice.choice(TEMPLATES[kind])
            if dice.random() < 0.15:
                template += " " + dice.choice(positive)[1]
            sentences.append(_fill(dice, template, {**NEUTRAL, **PERSONAL}, KINDS))
    dice.shuffle(sentences)
    return sentences


def _fill(dice: random.Random, template: str, fillers: dict[str, Filler], kinds: dict[str, str]) -> Sentence:
    text, labels = "", []
    for literal, slot, _, _ in string.Formatter().parse(template):
        text += literal
        if slot:
            value = fillers[slot](dice)
            if slot in kinds:
                labels.append((kinds[slot], len(text), len(text) + len(value)))
            text += value
    return Sentence(text, tuple(labels))


def _digits(dice: random.Random, count: int) -> str:
    return "".join(dice.choice(string.digits) for _ in range(count))


def _token(dice: random.Random, count: int, letters: str = string.ascii_letters + string.digits) -> str:
    return "".join(dice.choice(letters) for _ in range(count))


def _shape(dice: random.Random, shape: str) -> str:
    """``#`` becomes a digit, ``N`` one from 2 to 9."""
    return "".join(
        dice.choice(string.digits) if letter == "#" else dice.choice("23456789") if letter == "N" else letter
        for letter in shape
    )


FIRST = ("anna", "li.wei", "j.smith", "maria_k", "bob+news", "zhang.san", "o-brien", "x", "franz99", "José.Pérez")
DOMAINS = (
    "example.com",
    "mail.example.org",
    "studio.co.uk",
    "qq.com",
    "163.com",
    "uni-köln.de",
    "a-b.io",
    "foo.museum",
)


def _mail(dice: random.Random) -> str:
    name = dice.choice(FIRST) + (_digits(dice, 2) if dice.random() < 0.3 else "")
    written = f"{name}@{dice.choice(DOMAINS)}"
    return written.upper() if dice.random() < 0.1 else written


def _mail_spelled(dice: random.Random) -> str:
    return f"{dice.choice(('anna', 'li.wei', 'franz99'))} [at] {dice.choice(('example', 'studio'))} [dot] com"


PHONES = (
    "+1 (NNN) NNN-####",
    "+1-NNN-NNN-####",
    "(NNN) NNN-####",
    "NNN-NNN-####",
    "+44 20 7### ####",
    "+44 7### ######",
    "07### ######",
    "020 7### ####",
    "+49 30 #######",
    "+49 (0)89 ######",
    "+33 1 ## ## ## ##",
    "01 ## ## ## ##",
    "+81 3-####-####",
    "+852 #### ####",
    "+61 4## ### ###",
    "+39 06 #### ####",
    "0049 170 #######",
    "+14155550###",
)
CHINESE_PHONES = (
    "138########",
    "159########",
    "186 #### ####",
    "177-####-####",
    "+86 139 #### ####",
    "+86138########",
    "0086 135########",
    "010-6#######",
    "021-5#######",
    "0755-8#######",
    "(0571) 8#######",
    "400-8##-####",
    "+86 10 6### ####",
)


def _wide(text: str) -> str:
    return "".join(chr(ord(letter) + 0xFEE0) if letter in string.digits else letter for letter in text)


def _chinese_phone(dice: random.Random) -> str:
    written = _shape(dice, dice.choice(CHINESE_PHONES))
    return _wide(written) if dice.random() < 0.08 else written


def _luhn_digit(body: str) -> str:
    total = 0
    for place, digit in enumerate(reversed(body)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value // 10 + value % 10
    return str(-total % 10)


def _card(dice: random.Random) -> str:
    start, length = dice.choice(
        (
            ("4", 16),
            ("51", 16),
            ("54", 16),
            ("2311", 16),
            ("34", 15),
            ("6011", 16),
            ("6222", 19),
            ("622", 16),
            ("3528", 16),
        )
    )
    body = start + _digits(dice, length - len(start) - 1)
    number = body + _luhn_digit(body)
    if length == 15:
        return dice.choice((number, f"{number[:4]} {number[4:10]} {number[10:]}"))
    groups = [number[place : place + 4] for place in range(0, length, 4)]
    return dice.choice((number, " ".join(groups), "-".join(groups)))


def _iban(dice: random.Random) -> str:
    country, shape = dice.choice(
        (
            ("DE", "#" * 18),
            ("GB", "AAAA" + "#" * 14),
            ("FR", "#" * 23),
            ("NL", "AAAA" + "#" * 10),
            ("CH", "#" * 17),
            ("NO", "#" * 11),
        )
    )
    body = "".join(
        dice.choice(string.ascii_uppercase) if letter == "A" else dice.choice(string.digits) for letter in shape
    )
    turned = "".join(str(int(letter, 36)) for letter in f"{body}{country}00")
    number = f"{country}{98 - int(turned) % 97:02}{body}"
    return dice.choice((number, " ".join(number[place : place + 4] for place in range(0, len(number), 4))))


def _ip(dice: random.Random) -> str:
    if dice.random() < 0.3:
        groups = [f"{dice.randrange(1, 65536):x}" for _ in range(8)]
        return dice.choice((":".join(groups), f"2001:db8::{groups[0]}:{groups[1]}", f"fe80::{':'.join(groups[:4])}"))
    return f"{dice.choice((10, 192, 172, 8, 84, 203))}." + ".".join(str(dice.randrange(1, 255)) for _ in range(3))


def _key(dice: random.Random) -> str:
    url = string.ascii_letters + string.digits + "-_"
    jwt = ".".join(
        base64.urlsafe_b64encode(part.encode()).decode().rstrip("=")
        for part in ('{"alg":"HS256","typ":"JWT"}', f'{{"sub":"{_digits(dice, 9)}","name":"{_token(dice, 8)}"}}')
    )
    return dice.choice(
        (
            f"AKIA{_token(dice, 16, string.ascii_uppercase + string.digits)}",
            f"ghp_{_token(dice, 36)}",
            f"github_pat_{_token(dice, 22)}_{_token(dice, 59)}",
            f"sk-{_token(dice, 48)}",
            f"sk-proj-{_token(dice, 60)}",
            f"sk_live_{_token(dice, 24)}",
            f"AIza{_token(dice, 35)}",
            f"xoxb-{_digits(dice, 12)}-{_token(dice, 24)}",
            f"hf_{_token(dice, 34)}",
            f"{jwt}.{_token(dice, 42, url)}",
            f"-----BEGIN RSA PRIVATE KEY-----\n{_token(dice, 64)}\n{_token(dice, 64)}\n-----END RSA PRIVATE KEY-----",
        )
    )


def _secret(dice: random.Random) -> str:
    return dice.choice(
        (f"{_token(dice, 31)}7", f"a{_token(dice, 30, '0123456789abcdef')}9", f"Tr0ub4dor{_digits(dice, 3)}")
    )


def _identity(dice: random.Random) -> str:
    body = (
        dice.choice(("110105", "310104", "440304", "330106", "510107"))
        + f"{dice.randrange(1940, 2015)}{dice.randrange(1, 13):02}{dice.randrange(1, 29):02}{_digits(dice, 3)}"
    )
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return body + "10X98765432"[sum(int(digit) * weight for digit, weight in zip(body, weights, strict=True)) % 11]


PERSONAL: dict[str, Filler] = {
    "mail": _mail,
    "mailspelled": _mail_spelled,
    "phone": lambda dice: _shape(dice, dice.choice(PHONES)),
    "cnphone": _chinese_phone,
    "plainphone": lambda dice: _shape(dice, dice.choice(("555 ####", "NNN ####", "62######", "NN## ####"))),
    "card": _card,
    "iban": _iban,
    "ip": _ip,
    "key": _key,
    "secret": _secret,
    "id": _identity,
}
KINDS = {
    "mail": "e-mail",
    "mailspelled": "e-mail",
    "phone": "phone",
    "cnphone": "phone",
    "plainphone": "phone",
    "card": "card",
    "iban": "iban",
    "ip": "ip",
    "key": "key",
    "secret": "key",
    "id": "id-number",
}

NAMES = ("Anna", "Li Wei", "Mrs. Ward", "the gardener", "Tom", "Dr. Okoye")
CHINESE_NAMES = ("张三", "李雷", "韩梅梅", "王老师", "小明")
NEUTRAL: dict[str, Filler] = {
    "name": lambda dice: dice.choice(NAMES),
    "cnname": lambda dice: dice.choice(CHINESE_NAMES),
    "date": lambda dice: dice.choice(
        (
            f"{dice.randrange(1900, 2030)}-{dice.randrange(1, 13):02}-{dice.randrange(1, 29):02}",
            f"{dice.randrange(1, 29):02}.{dice.randrange(1, 13):02}.{dice.randrange(1900, 2030)}",
            f"{dice.randrange(1, 13)}/{dice.randrange(1, 29)}/{dice.randrange(1900, 2030)}",
            f"{dice.randrange(1900, 2030)}{dice.randrange(1, 13):02}{dice.randrange(1, 29):02}",
        )
    ),
    "cndate": lambda dice: f"{dice.randrange(1900, 2030)}年{dice.randrange(1, 13)}月{dice.randrange(1, 29)}日",
    "years": lambda dice: f"{dice.randrange(1500, 1900)}–{dice.randrange(1900, 2026)}",
    "yearpair": lambda dice: f"{dice.randrange(1500, 1900)}-{dice.randrange(1900, 2026)}",
    "year": lambda dice: str(dice.randrange(1000, 2100)),
    "time": lambda dice: f"{dice.randrange(24):02}:{dice.randrange(60):02}:{dice.randrange(60):02}",
    "stamp": lambda dice: (
        f"{dice.randrange(2000, 2030)}-{dice.randrange(1, 13):02}-{dice.randrange(1, 29):02}"
        f"T{NEUTRAL['time'](dice)}.{_digits(dice, 6)}Z"
    ),
    "price": lambda dice: (
        f"{dice.choice('$€£¥')}{dice.randrange(1, 999)},{_digits(dice, 3)},{_digits(dice, 3)}.{_digits(dice, 2)}"
    ),
    "cents": lambda dice: f"{_digits(dice, 5)}.{_digits(dice, 2)}",
    "isbn": lambda dice: dice.choice(
        (
            f"978-{_digits(dice, 1)}-{_digits(dice, 4)}-{_digits(dice, 4)}-{_digits(dice, 1)}",
            f"978{_digits(dice, 10)}",
            f"{_digits(dice, 1)}-{_digits(dice, 3)}-{_digits(dice, 5)}-X",
        )
    ),
    "version": lambda dice: ".".join(str(dice.randrange(40)) for _ in range(dice.choice((3, 4)))),
    "version3": lambda dice: ".".join(str(dice.randrange(40)) for _ in range(3)),
    "verse": lambda dice: f"{dice.randrange(1, 90)}:{dice.randrange(1, 40)}-{dice.randrange(1, 40)}",
    "goals": lambda dice: f"{dice.randrange(9)}:{dice.randrange(9)}",
    "sets": lambda dice: " ".join(f"{dice.randrange(7)}-{dice.randrange(7)}" for _ in range(4)),
    "million": lambda dice: f"{dice.randrange(1, 999)} {_digits(dice, 3)} {_digits(dice, 3)}",
    "long": lambda dice: dice.choice("23456789") + _digits(dice, dice.choice((7, 8, 9, 11, 12, 17, 21))),
    "decimal": lambda dice: f"{dice.randrange(10)}.{_digits(dice, 12)}",
    "badcard": lambda dice: _off_by_one(_plain_card(dice)),
    "badid": lambda dice: _off_by_one(_identity(dice).replace("X", "0")),
    "badiban": lambda dice: _iban(dice).replace(" ", "")[:-2] + "zz",
    "hex": lambda dice: f"#{_token(dice, 6, '0123456789abcdef')}",
    "commit": lambda dice: _token(dice, 40, "0123456789abcdef"),
    "uuid": lambda dice: "-".join(_token(dice, count, "0123456789abcdef") for count in (8, 4, 4, 4, 12)),
    "size": lambda dice: f"{dice.randrange(1, 9999)}x{dice.randrange(1, 9999)}",
    "coordinates": lambda dice: (
        f"{dice.randrange(-89, 89)}.{_digits(dice, 5)}, {dice.randrange(-179, 179)}.{_digits(dice, 5)}"
    ),
    "handle": lambda dice: f"@{dice.choice(('anna_k', 'studio', 'liwei88'))}",
    "mac": lambda dice: ":".join(_token(dice, 2, "0123456789abcdef") for _ in range(6)),
    "order": lambda dice: f"{_digits(dice, 3)}-{_digits(dice, 7)}-{_digits(dice, 7)}",
    "zip": lambda dice: f"{_digits(dice, 5)}-{_digits(dice, 4)}",
    "ratio": lambda dice: f"{dice.randrange(1, 20)}:{dice.randrange(1, 20)}:{dice.randrange(1, 20)}",
}


def _plain_card(dice: random.Random) -> str:
    body = "4" + _digits(dice, 14)
    return body + _luhn_digit(body)


def _off_by_one(number: str) -> str:
    return number[:-1] + str((int(number[-1]) + 1) % 10)


TEMPLATES: dict[str, tuple[str, ...]] = {
    "e-mail": (
        "Write to {mail} before Friday.",
        "{name} ({mail}) sent the drawings.",
        "Contact: <{mail}>",
        "mailto:{mail}?subject=hello",
        "请发邮件到{mail}。",
        "{cnname}的邮箱是{mail}，欢迎来信",
        "邮箱：{mail}",
        "Reach me at {mailspelled}.",
        "“{mail}” is where the poems went on {date}.",
        "{mail}, {mail} and {name} agreed.",
    ),
    "phone": (
        "Call {name} at {phone}.",
        "Phone: {phone}",
        "My number is {phone}, after {time}.",
        "{name}, {phone}, room 12",
        "Tel. {plainphone}",
        "You can phone {plainphone} until noon.",
        "Fax {phone}; founded {year}.",
        "WhatsApp: {phone}",
        "电话：{cnphone}",
        "请拨打{cnphone}联系{cnname}。",
        "{cnname}的手机号是{cnphone}，{cndate}启用。",
        "联系方式 {cnphone}（{cnname}）",
        "有事请致电 {cnphone}",
        "She left only this: {phone}!",
    ),
    "card": (
        "Card {card}, paid {price}.",
        "Pay with {card} please.",
        "卡号{card}，金额{cents}元",
        "银行卡：{card}",
        "{name}'s card number is {card}.",
        "Visa or not: {card}; expires 09/29.",
    ),
    "iban": (
        "IBAN: {iban}",
        "Please transfer {price} to {iban}.",
        "账户 {iban} 已于{cndate}开通。",
        "The account ({iban}) is {name}'s.",
        "{iban} is the account of the choir",
    ),
    "ip": (
        "The server at {ip} answered.",
        "Login from {ip} at {time}.",
        "服务器地址为{ip}。",
        "ping {ip}",
        "From [{ip}] came nothing.",
        "{cnname}于{cndate}从{ip}登录",
        "Hosts: {ip}, {ip}",
    ),
    "key": (
        "Use {key} for the tests.",
        "export API_KEY={secret}",
        'api_key = "{secret}"',
        "token: {secret}",
        "{key}",
        "密钥：{secret}",
        "password={secret}",
        "令牌是 {key} 请勿外传",
        '"secret": "{secret}",',
        "Authorization: Bearer {secret}",
        "AWS_SECRET_ACCESS_KEY={secret}",
    ),
    "id-number": (
        "身份证号：{id}",
        "{cnname}，身份证{id}，{cndate}登记。",
        "Identity number {id} belongs to {name}.",
        "证件号码{id}（{cnname}）",
    ),
}

NEGATIVES = (
    "The letter is dated {date}.",
    "{name} lived {years} in Bergen.",
    "She was born in {yearpair} or so.",
    "It cost {price}.",
    "The invoice of {date} says {cents}.",
    "ISBN {isbn}, second edition.",
    "Version {version} came out in {year}.",
    "Upgrade from v{version} to v{version}.",
    "We tested release {version}.",
    "See Psalm {verse} and Luke {verse}.",
    "The match ended {goals} after {goals} at half-time.",
    "He won {sets}.",
    "The city has {million} people.",
    "The serial number is {long}.",
    "Pi times that is {decimal}.",
    "Order {order} has shipped.",
    "Not a card: {badcard}.",
    "The paint is {hex}, not {hex}.",
    "commit {commit}",
    "The object {uuid} is gone.",
    "A picture of {size} pixels.",
    "It lies at {coordinates}.",
    "{handle} said so at {time}.",
    "Mix them {ratio}.",
    "ZIP {zip}",
    "At {time} the bell rang.",
    "Chapter {version3} explains the rest.",
    "Account {badiban} does not exist.",
    "The log starts {stamp} and is short.",
    "I have {long} reasons, said {name}.",
    "In {year} {name} wrote {year} lines.",
    "The device {mac} is off.",
    "He bought 3 apples@$2.50 each.",
    "Use std::vector and a::b in C++.",
    "The key = C minor, the token: a coin.",
    "Our password policy is described on page 12.",
    "Call me Ishmael; call it {year} for short.",
    "Text 12 lines by {date}.",
    "The key is under the mat in room {year}.",
    "The secret: patience, practice and time.",
    "Tickets {long} to {long}.",
    "{cnname}生于{cndate}。",
    "这本书的书号是{isbn}。",
    "版本{version}已于{cndate}发布。",
    "比分是{goals}，用时{time}。",
    "价格{cents}元。",
    "编号{long}的画已经售出。",
    "全城有{million}人。",
    "诗共{year}句，第{verse}节最好。",
    "卡号{badcard}无效。",
    "身份证{badid}校验错误。",
    "他在{year}年到{year}年之间写了三百首诗。",
    "订单{order}已发货。",
    "密码学是一门有趣的学问。",
    "坐标是{coordinates}。",
    "颜色为{hex}。",
    "床前明月光，疑是地上霜。",
    "The fox ran over the hill and was gone.",
    "电话是1876年发明的。",
    "手机有128GB内存。",
    "圆周率是{decimal}。",
    "第{version3}章讲述了其余的内容。",
)

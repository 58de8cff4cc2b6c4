"""Made-up people and vehicles, each a pure function of a number.

Every value comes from a one-to-one function of the number, so no two people share a name, a mobile
or an ID number and no two vehicles a plate or a VIN, however large the group is. Numbers next to
each other give values that do not look alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta


def _split(width: int, text: str) -> tuple[str, ...]:
    return tuple(text[start : start + width] for start in range(0, len(text), width))


SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎"
    "余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
)
GIVEN = "".join(
    dict.fromkeys(
        "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰红建国志鑫宇浩轩梓涵欣怡佳琪雨婷思远博雅诗晨阳子睿"
        "俊豪嘉悦文斌海燕春梅晓东雪松立群培德宏达振兴永福瑞祥家宝天佑承恩启航书瑶紫萱若曦依诺沐锦程翔飞鹏云帆亦"
        "凡景行致和修齐治安泽民友善美琳珊珍珠翠莲荷菊竹君贤淑惠慧颖聪哲仁义礼智信忠孝勤俭谦恭诚朴毅恒坚韧卓越凌"
        "峰岩岚岳川河湖溪泉源润清澄澈皓月星辰朗旭晖昊昕昱晟曜炎煜烨灿焕炜炳耀辉光彩虹霖霏露霜雯霄震霆鸣鸿鹤鹰骏"
        "骥驰骋麒麟凤凰龄岭柏桐楠榆槐榕枫杉桦樱棠梨桃杏柳莹玲珑璐瑾瑜璇玥琦琛琼瑛璟钧铭锋钊铮镇钦铁锐鉴定安世昌"
        "盛荣富贵顺利成功业绩勋章典范维新尚进"
    )
)
PHONE_PREFIXES = _split(
    3,
    "130131132133135136137138139150151152153155156157158159166176177178180181182183185186"
    "187188189191193198199",
)
ID_REGIONS = _split(
    6,
    "110101110105120103130102140105210102220104230103310104310115320102320505330106330203"
    "340104350102350203360102370102370202410102420106430102440103440305450103500103500112"
    "510104510107520102530102610103620102650102",
)
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
CITY_LETTERS = "ABCDEFGH"
VIN_VALUES = dict(
    zip(
        "0123456789ABCDEFGHJKLMNPRSTUVWXYZ",
        (*range(10), *range(1, 9), *range(1, 6), 7, 9, *range(2, 10)),
        strict=True,
    )
)
VIN_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
VIN_YEARS = "123456789ABCDEFGHJKLMNPRSTVWXY"
ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
FIRST_BIRTHDAY = date(1955, 1, 2)
BIRTHDAYS = 18_253  # days, up to the end of 2004; coprime to the step of Person.birthday
_STEP = 2_654_435_761  # a prime above all moduli but the phones', so multiplying is one-to-one


def scramble(number: int, modulus: int, salt: int) -> int:
    """One-to-one on 0 … modulus-1 for a modulus that is no multiple of the step."""
    return (number % modulus * _STEP + salt) % modulus


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody, told by a number and the group's salt."""

    number: int
    salt: int

    @property
    def name(self) -> str:
        """Three characters."""
        space = len(SURNAMES) * len(GIVEN) ** 2
        rest, second = divmod(scramble(self.number, space, self.salt), len(GIVEN))
        surname, first = divmod(rest, len(GIVEN))
        return SURNAMES[surname] + GIVEN[first] + GIVEN[second]

    @property
    def phone(self) -> str:
        """A mobile number of 11 digits."""
        prefix, rest = divmod(scramble(self.number, len(PHONE_PREFIXES) * 10**8, self.salt), 10**8)
        return f"{PHONE_PREFIXES[prefix]}{rest:08d}"

    @property
    def birthday(self) -> date:
        """A day from 1955 to 2004; unique among 18,000 consecutive numbers."""
        return FIRST_BIRTHDAY + timedelta(days=scramble(self.number, BIRTHDAYS, self.salt))

    @property
    def id_no(self) -> str:
        """An ID number of 18 characters with birthday and check digit."""
        day = (self.birthday - FIRST_BIRTHDAY).days
        rest = (self.number // BIRTHDAYS * 7 + day * 613) % (len(ID_REGIONS) * 1000)
        region, order = divmod(rest, 1000)
        body = f"{ID_REGIONS[region]}{self.birthday:%Y%m%d}{order:03d}"
        return body + id_check_digit(body)


def id_check_digit(body: str) -> str:
    """The 18th character of an ID number (ISO 7064, MOD 11-2) for its first 17 digits."""
    total = sum(int(digit) * weight for digit, weight in zip(body, ID_WEIGHTS, strict=True))
    return "10X98765432"[total % 11]


def vin_check_digit(vin: str) -> str:
    """The 9th character of a VIN of 17 characters, whatever stands there now."""
    rest = sum(VIN_VALUES[c] * weight for c, weight in zip(vin, VIN_WEIGHTS, strict=True)) % 11
    return "X" if rest == 10 else str(rest)


def make_vin(maker: str, number: int, model: int, year: int) -> str:
    """A VIN of a maker (three characters); ``number`` alone makes it unique."""
    group, serial = divmod(number, 10**6)
    body = f"{maker}{LETTERS[model % len(LETTERS)].replace('Q', 'R')}{model % 10}{group:03d}"
    plain = f"{body}0{VIN_YEARS[(year - 2001) % len(VIN_YEARS)]}2{serial:06d}"
    return plain[:8] + vin_check_digit(plain) + plain[9:]


def make_plate(province: str, number: int, is_new_energy: bool, salt: int) -> str:
    """A plate: province, city letter and five characters, or six for a new-energy vehicle."""
    if is_new_energy:
        rest = scramble(number, 2 * 24 * 10_000 * len(CITY_LETTERS), salt)
        rest, digits = divmod(rest, 10_000)
        rest, letter = divmod(rest, 24)
        city, kind = divmod(rest, 2)
        return f"{province}{CITY_LETTERS[city]}{'DF'[kind]}{LETTERS[letter]}{digits:04d}"
    rest, digits = divmod(scramble(number, 24 * 24 * 1000 * len(CITY_LETTERS), salt), 1000)
    rest, second = divmod(rest, 24)
    city, first = divmod(rest, 24)
    one, two = LETTERS[first], LETTERS[second]
    bodies = (f"{one}{two}{digits:03d}", f"{one}{digits:03d}{two}", f"{digits:03d}{one}{two}")
    return province + CITY_LETTERS[city] + bodies[number % 3]

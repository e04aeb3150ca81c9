"""Keys by which two writings of one name or address meet. A key only finds candidates and tells a variant from
another name; it is never stored as a value and never shown.

Kanji of names have forms that one person writes and the register does not (高 and 髙, 沢 and 澤): the old and new
forms of 常用漢字表 and 人名用漢字, and the forms that are usual in family names. Two kanji that only look alike (土
and 士), or that only sound alike, are not forms of one.
"""

from __future__ import annotations

import re
import unicodedata

from yakuba.kernel.values.characters import SELECTORS, comparable, katakana

# The first of each group stands for all of them.
_GROUPS = (
    "高髙", "崎﨑嵜碕", "辺邉邊", "斎斉齋齊", "島嶋嶌", "沢澤", "浜濱濵", "広廣", "国國", "桜櫻", "竜龍", "滝瀧", "万萬", "与與", "亀龜",
    "会會", "伝傳", "児兒", "兎兔", "内內", "円圓", "冨富", "剣劍劒", "勲勳", "医醫", "厳嚴", "吉𠮷", "呂吕", "告吿", "団團", "図圖",
    "塩鹽", "壱壹", "壮壯", "寛寬", "実實", "宝寶", "寿壽", "将將", "尚尙", "岳嶽", "峰峯", "巌巖", "巻卷", "帯帶", "弥彌", "応應",
    "徳德", "恵惠", "恒恆", "悦悅", "慎愼", "戸戶", "拡擴", "教敎", "数數", "昇曻", "晃晄", "晋晉", "暁曉", "曽曾", "望朢", "条條",
    "来來", "柳栁桺", "栄榮", "楽樂", "槙槇", "横橫", "檜桧", "歓歡", "歩步", "気氣", "浄淨", "涼凉", "渋澁澀", "温溫", "湾灣", "満滿",
    "瀬瀨", "灯燈", "点點", "焔焰", "瑠璢", "瓶甁", "産產", "発發", "真眞", "県縣", "砺礪", "禄祿", "秋秌", "稲稻", "穂穗", "竈竃",
    "籠篭", "粛肅", "絵繪", "継繼", "緑綠", "縁緣", "総總", "聡聰", "船舩", "芦蘆", "芸藝", "荘莊", "莱萊", "蔵藏", "薫薰", "薮藪籔",
    "虎乕", "蛍螢", "衛衞", "裏裡", "覚覺", "観觀", "読讀", "諌諫", "譲讓", "豊豐", "賛贊", "転轉", "遥遙", "郎郞", "郷鄉鄕", "鉄鐵",
    "録錄", "鎌鐮", "関關", "随隨", "雑雜", "静靜", "頼賴", "顔顏", "顕顯", "鴎鷗", "鶏鷄", "鶴靏靍", "麦麥", "麹麴", "黄黃", "黒黑",
    "梅楳", "桑桒", "松枩", "村邨", "土圡", "野埜", "凛凜", "亘亙", "鴬鶯", "弁辯辨瓣", "礼禮", "糸絲", "経經", "薬藥", "鉱鑛", "鋭銳",
    "閑閒", "陥陷", "霊靈", "頬頰", "餅餠", "髪髮", "鬱欝", "澄澂", "峡峽", "蝶蜨", "燕鷰",
)  # fmt: skip
_FORMS = str.maketrans({form: group[0] for group in _GROUPS for form in group[1:]})
_SELECTORS = re.compile(f"[{SELECTORS}]")
_KANA = str.maketrans("ァィゥェォッャュョヮヵヶヂヅヲヱヰ", "アイウエオツヤユヨワカケジズオエイ")
_BETWEEN = re.compile(r"(?<=\d)\s*(?:丁目|番地の?|番|号室|号|の|ノ|－|ー|−|‐|―)\s*(?=\d)")
_AFTER = re.compile(r"(?<=\d)(?:丁目|番地|番|号室|号)")
_CHOME = re.compile("([一二三四五六七八九十]{1,3})丁目")
_AREA = re.compile(
    r"^(?:東京都|北海道|(?:京都|大阪)府|[^\d]{2,3}県)?(?:[^\d]{1,6}?郡)?(?:[^\d]{1,8}?[市町村])?(?:[^\d]{1,4}?区)?"
)


def name_key(name: str) -> str:
    """A name with every kanji in one form, without blanks, in small Latin letters."""
    text = unicodedata.normalize("NFKC", _SELECTORS.sub("", comparable(name)))
    return re.sub(r"[\s・.,'-]", "", text.translate(_FORMS)).casefold()


def kana_key(kana: str) -> str:
    """A reading with what registers write in two ways made one: small and large kana, ヂ and ジ, ヅ and ズ, ー left out."""
    return re.sub(r"[\sー・]", "", katakana(kana).translate(_KANA))


def address_key(address: str) -> str:
    """An address as its place names, then its numbers joined by `-`: 丁目, 番地, 番 and 号 are one; 大字 and 字 go."""
    text = unicodedata.normalize("NFKC", _SELECTORS.sub("", comparable(address))).translate(_FORMS)
    text = _CHOME.sub(lambda found: f"{_number(found[1])}丁目", text)
    text = _AFTER.sub("", _BETWEEN.sub("-", text))
    return re.sub(r"\s|大字|字(?=[^\d])", "", text).replace("ヶ", "ケ")


def local_part(key: str) -> str:
    """An address key without prefecture, county, municipality and ward, which many leave out."""
    return _AREA.sub("", key)


def _number(kanji: str) -> int:
    """1 to 99, as 丁目 are counted."""
    digits = "〇一二三四五六七八九"
    if "十" not in kanji:
        return int("".join(str(digits.index(one)) for one in kanji))
    tens, _, ones = kanji.partition("十")
    return (digits.index(tens) if tens else 1) * 10 + (digits.index(ones) if ones else 0)

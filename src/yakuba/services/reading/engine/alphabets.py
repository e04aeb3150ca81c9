"""Which characters a field may hold, which characters a model writes for the same one, and which look alike."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from yakuba.kernel.values import Script
from yakuba.kernel.values.characters import COMPATIBLE

DIGITS = "0123456789"
# Small vowels stand only in foreign words; a scan makes small ones of large ones far more often.
READING = "".join(c for c in map(chr, range(ord("ァ"), ord("ヴ") + 1)) if c not in "ァィゥェォヮヰヱ") + "ー"
KATAKANA = "".join(map(chr, range(ord("ァ"), ord("ヺ") + 1))) + "ー"
HIRAGANA = "".join(map(chr, range(ord("ぁ"), ord("ゔ") + 1)))
LATIN = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
PUNCTUATION = "-・、。（）「」．，＆／"

# What the unmasked model writes for a Japanese character: same shape, other code point.
_SAME: Mapping[str, str] = {
    "0": "oOQ〇○◯ΟοØ",
    "1": "lI|ⅠiÌ丨",
    "2": "Zz",
    "5": "Ss",
    "6": "b",
    "-": "‐‑–—―−ー一~～_ｰ",
    "ー": "‐‑–—―−-一~～_ｰ丨|",
    "ニ": "二",
    "ハ": "八",
    "カ": "力",
    "ロ": "口",
    "エ": "工",
    "タ": "夕",
    "ト": "卜",
    "チ": "千",
    "ヘ": "へ",
    "ベ": "べ",
    "ペ": "ぺ",
    "リ": "り",
    "ミ": "三",
    "ノ": "丿/",
    "メ": "乂",
    "ヲ": "ヺ",
    "（": "(",
    "）": ")",
    "．": ".",
    "，": ",",
    "＆": "&",
    "・": "·•‧⋅∙･",
}
# Chinese and old forms outside JIS X 0208 that the model mistakes for the Japanese form: "産產" folds 產 into 産.
_GLYPHS = (
    "緑綠 横橫 清淸 青靑 黒黑 温溫 静靜 悦悅 鋭銳 尚尙 産產 説說 戸戶 内內 歩步 毎每 増增 黄黃 暦曆 歴歷 査查 晩晚 縁緣 虚虛 録錄 郷鄕鄉 呉吳 娯娛 告吿 姫姬 巻卷 "
    "経经 費费 証证 帯带 宮宫 別别 決决 減减 涼凉 準准 稲稻 絵绘 線线 組组 細细 給给 統统 約约 紀纪 級级 "
    "東东 車车 長长 門门 間间 関关 開开 閣阁 貝贝 負负 貨货 貫贯 質质 賀贺 資资 馬马 駅驿 駿骏 鳥鸟 鳴鸣 鶴鹤 "
    "風风 飛飞 魚鱼 鮎鲇 竜龙 亀龟 業业 芸艺 荘庄 華华 葉叶 蔵藏 薬药 藤籐 見见 規规 親亲 観观 記记 訓训 詩诗 "
    "話话 語语 課课 調调 諸诸 講讲 議议 護护 連连 進进 運运 達达 過过 遠远 選选 鈴铃 鉄铁 銀银 銅铜 "
    "鋼钢 錦锦 鎌镰 陽阳 陰阴 陸陆 険险 隊队 階阶 雲云 電电 霊灵 頂顶 項项 順顺 須须 領领 頭头 題题 願愿 "
    "顔颜 類类 飯饭 飲饮 館馆 養养 騎骑 験验 点點 島岛 岡冈 巣巢 帰归 広广 庁厅 庫库 廃废 張张 強强 "
    "弾弹 従从 後后 徴征 愛爱 態态 慶庆 戦战 掛挂 損损 換换 斉齐 時时 暁晓 書书 栄荣 桜樱 極极 "
    "楽乐 様样 権权 橋桥 機机 歓欢 気气 渋涩 満满 滝泷 潤润 災灾 為为 無无 熱热 現现 環环 "
    "異异 発发 監监 県县 礼\ufa18 種种 積积 競竞 節节 築筑 粋粹 納纳 終终 結结 続续 網网 緒绪 縄绳 "
    "総总 績绩 織织 義义 習习 聖圣 聡聪 職职 脳脑 臓脏 興兴 舎舍 術术 衛卫 裏里 補补 製制 視视 覚觉 "
    "計计 討讨 許许 設设 訪访 評评 試试 認认 誠诚 誰谁 読读 請请 論论 識识 豊丰 貴贵 買买 賃赁 賢贤 購购 "
    "軍军 軒轩 転转 軽轻 載载 輝辉 輪轮 輸输 辺边 農农 遺遗 郵邮 醸酿 針针 釣钓 鍋锅 鏡镜 難难 雑杂 離离 響响"
)
_LARGE = {
    large: _SAME.get(large, "") + small for large, small in zip("アイウエオ", "ァィゥェォ", strict=True)
}
_LARGE |= {"エ": _LARGE["エ"] + "ヱ", "イ": _LARGE["イ"] + "ヰ", "カ": "力ヵ", "ケ": "ヶ"}
_FOLDED = dict(_SAME)
for _group in _GLYPHS.split():
    _FOLDED[_group[0]] = _FOLDED.get(_group[0], "") + _group[1:].replace(_group[0], "")

# Forms of one kanji that differ by a stroke or two, or of which the model knows only one: in a person's or a
# company's name a person has to look. (Place names have one official form, which the postal code confirms.)
LOOKALIKE_KANJI = frozenset(
    "高髙"
    "崎﨑"
    "吉𠮷"
    "土圡"
    "柳栁"
    "徳德"
    "凛凜"
    "斎斉齋齊"
    "邉邊"
    "濱濵"
    "桒桑"
    "渕淵渊"
    "冨富"
    "峯峰"
    "恵惠"
    "真眞"
    "瀬瀨"
    "頼賴"
    "清淸"
    "静靜"
    "福\ufa1b"
    "郎郞"
    "朗\uf929"
    "晴\ufa12"
    "都\ufa26"
    "緑綠"
    "横橫"
    "温溫"
    "黒黑"
).union(
    # The paper shows 神 U+FA19 (示 on the left) to a person; the model has one 神 for both and is sure of it.
    COMPATIBLE,
    COMPATIBLE.values(),
)
# Of these the house's recogniser knows every form, and tells them apart: of 360 rare forms in four pen fonts and one
# writer's strokes none was read as its sister, of 348 common ones three, and these with 0.83 at most.
TOLD_APART = frozenset("高髙崎﨑吉𠮷土圡柳栁徳德凛凜斎斉齋齊邉邊濱濵桒桑渕淵渊冨富峯峰恵惠真眞瀬瀨頼賴")

# Old and variant forms of kanji with the form that dictionaries list: for looking up, never for a value.
STANDARD_FORMS = str.maketrans(
    "澤邊邉嶋嶌﨑嵜髙廣濱濵齋齊斉國眞惠德櫻瀧龍壽榮圓豐條萬與渕黑曾藪冨凜栁桒邨靑淸穗郞莊彌禮學藏勳實寬",
    "沢辺辺島島崎崎高広浜浜斎斎斎国真恵徳桜滝竜寿栄円豊条万与淵黒曽薮富凛柳桑村青清穂郎荘弥礼学蔵勲実寛",
)

# Kanji and kana of nearly one shape: where a field allows both, the shape alone does not decide.
SAME_SHAPE: Mapping[str, str] = {
    kana: kanji
    for kana, kanji in zip("ニハカロエタトチヘリミーベペヘ", "二八力口工夕卜千へり三一べぺへ", strict=True)
}


_KANA_OF = {kanji: kana for kana, kanji in SAME_SHAPE.items()}


# The same for closed lists, where besides a kana's size and a kanji's old form make no other entry.
_LISTED_TWINS = (
    *SAME_SHAPE.items(),
    *zip(
        "ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ",
        "あいうえおつやゆよわアイウエオツヤユヨワカケ",
        strict=True,
    ),
    *zip("りへべぺ", "リヘベペ", strict=True),
    *((chr(old), chr(new)) for old, new in STANDARD_FORMS.items()),
    *((other, group[0]) for group in _GLYPHS.split() for other in group[1:]),
)


def one_shape(one: str, other: str) -> bool:
    """True for a kana and a kanji of the same shape."""
    return SAME_SHAPE.get(one) == other or SAME_SHAPE.get(other) == one


def large_here(text: str, at: int) -> str:
    """The kana at a position, the large one for a small ャ, ュ or ョ where it cannot stand: behind a kana without i."""
    if text[at] in "ャュョ" and text[at - 1 : at] not in tuple("キシチニヒミリギジヂビピ"):
        return chr(ord(text[at]) + 1)
    return text[at]


def shapes_in_context(text: str) -> str:
    """Characters that are what their neighbours are: コ一ポ is コーポ, and 1一2 is 1-2.

    Only where both neighbours are of one kind; elsewhere the shape does not tell.
    """
    fixed = list(text)
    for i in range(1, len(text) - 1):
        around = text[i - 1] + text[i + 1]
        if text[i] in _KANA_OF and all(c in KATAKANA for c in around):
            fixed[i] = _KANA_OF[text[i]]
        elif text[i] in SAME_SHAPE and all(is_jis_kanji(c) for c in around):
            fixed[i] = SAME_SHAPE[text[i]]
        elif text[i] in "一ー" and all(c in DIGITS for c in around):
            fixed[i] = "-"
    return "".join(fixed)


def out_of_place(text: str) -> bool:
    """True when a character of a shape that several scripts share has no neighbour of its own script, or when a
    Latin letter may be a digit."""
    for i, character in enumerate(text):
        around = text[max(0, i - 1) : i] + text[i + 1 : i + 2]
        if character in SAME_SHAPE and not any(c in KATAKANA for c in around):
            return True
        if character in _KANA_OF and any(c in KATAKANA for c in around):
            return True
        if character in "OoIlQ":
            return True
    return False


def is_jis_kanji(character: str) -> bool:
    """A kanji of JIS X 0208, the set that core systems take; keeps Chinese glyph variants out."""
    if not "一" <= character <= "鿿":
        return False
    try:
        return len(character.encode("shift_jis")) == 2
    except UnicodeEncodeError:
        return False


def is_variant(character: str) -> bool:
    """A kanji outside JIS X 0208, or one of its old and rare forms: 髙, 邉, 濱."""
    return unicodedata.category(character) == "Lo" and character >= "㐀" and not is_jis_kanji(character)


@lru_cache(maxsize=4)
def _kanji(characters: Sequence[str]) -> tuple[str, ...]:
    return tuple(c for c in characters if c and (is_jis_kanji(c) or c in LOOKALIKE_KANJI or c in "々〆ヶ〇"))


class Alphabet:
    """The columns of a model's output that a field type allows, others of the same shape folded into them.

    symbols: allowed characters; column 0 of a folded output is the CTC blank, column i + 1 is symbols[i].
    gaps: characters that are white here, like the space: left out, 53-39 would lose one of the digits beside the bar.
    """

    def __init__(
        self,
        allowed: Iterable[str],
        characters: Sequence[str],
        same: Mapping[str, str] = _SAME,
        gaps: str = "",
    ) -> None:
        index = {character: column for column, character in enumerate(characters)}
        self.symbols = tuple(dict.fromkeys(c for c in allowed if c in index))
        # a wide gap is read as a space: for a field without spaces that is a blank like any other
        spaces = [index[c] for c in " \u3000" + gaps if c in index and c not in self.symbols]
        columns, targets = [0, *spaces], [0] * (1 + len(spaces))
        taken = {index[c] for c in self.symbols}
        for position, symbol in enumerate(self.symbols, start=1):
            columns.append(index[symbol])
            targets.append(position)
            for other in same.get(symbol, "") + _wide(symbol):
                column = index.get(other)
                if column is not None and column not in taken:
                    taken.add(column)
                    columns.append(column)
                    targets.append(position)
        self._columns = np.array(columns)
        order = np.argsort(targets, kind="stable")
        self._columns = self._columns[order]
        self._starts = np.searchsorted(np.array(targets)[order], np.arange(len(self.symbols) + 1))

        self._positions = {symbol: position for position, symbol in enumerate(self.symbols, start=1)}

    def encode(self, text: str) -> list[int] | None:
        """Columns of a folded output that spell `text`, or None when a character is not in the alphabet."""
        if any(character not in self._positions for character in text):
            return None
        return [self._positions[character] for character in text]

    def fold(self, probabilities: NDArray[np.float32]) -> NDArray[np.float32]:
        """`[T, all characters]` → `[T, 1 + len(symbols)]`; not renormalised: what is missing to 1 was
        given to characters that the field cannot hold, and must count against the reading."""
        return np.add.reduceat(probabilities[:, self._columns], self._starts, axis=1)


def _wide(symbol: str) -> str:
    """The full-width form of an ASCII character."""
    return chr(ord(symbol) + 0xFEE0) if "!" <= symbol <= "~" else ""


@lru_cache(maxsize=64)
def alphabet(
    script: Script, characters: tuple[str, ...], words: frozenset[str] = frozenset(), gaps: str = ""
) -> Alphabet:
    """The alphabet of a script for a model with these output characters. words: a closed list, in which a character of
    another shape than a listed one's is another, and one of the same shape is not (みどリ is みどり). gaps: characters
    that the model gives for the white between two digits."""
    if words:
        return _listed(script, characters, frozenset("".join(words)))
    if script == Script.DIGITS:
        return Alphabet(DIGITS, characters, gaps=gaps)
    if script == Script.DATE_LINE:
        return Alphabet(DIGITS + "年月日元明治大正昭和平成令-./", characters)
    if script == Script.KANA:
        return Alphabet(READING, characters, {**_SAME, **_LARGE})
    kanji = _kanji(characters)
    if script == Script.NAME:  # old forms are not folded here: in a person's name they are another spelling
        same = {**_SAME, "一": "ー-—―‐–_"}  # a lone bar is 一 here; between katakana it becomes ー again
        return Alphabet([*kanji, *HIRAGANA, *KATAKANA.replace("ー", "")], characters, same)
    return Alphabet([*DIGITS, *LATIN, *HIRAGANA, *KATAKANA, *kanji, *PUNCTUATION], characters, _FOLDED)


def _listed(script: Script, characters: tuple[str, ...], listed: frozenset[str]) -> Alphabet:
    """The alphabet of a script with characters that are in no entry folded into those of their shape that are."""
    twins = dict(_FOLDED)
    folded = set[str]()
    for pair in _LISTED_TWINS:
        for own, other in (pair, pair[::-1]):
            if own in listed and other not in listed:
                twins[own] = twins.get(own, "") + other
                folded.add(other)
    return Alphabet([c for c in alphabet(script, characters).symbols if c not in folded], characters, twins)

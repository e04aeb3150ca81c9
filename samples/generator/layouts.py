"""What stands on each blank form: the layout from which the picture and the boxes are both drawn.

Lengths are pixels at 200 dpi. Labels and options come from the procedure file unless a shorter one is given.
"""

from __future__ import annotations

from dataclasses import dataclass

ERAS = {"showa": "昭和", "heisei": "平成", "reiwa": "令和"}
BORN_ERAS = ("showa", "heisei", "reiwa")


@dataclass(frozen=True)
class Item:
    """One ruled cell of a row: a shaded head with the label, then room for the value.

    kind: line | comb | mark | date | blank. width 0 takes what is left of the row. cells counts a comb's cells;
    thick lists the cells after which a comb is divided more heavily (postal code). seal prints the place of a seal.
    """

    kind: str
    field: str = ""
    label: str = ""
    width: int = 0
    head: int = 210
    cells: int = 0
    unit: str = ""
    thick: tuple[int, ...] = ()
    eras: tuple[str, ...] = ()
    seal: bool = False


@dataclass(frozen=True)
class Row:
    height: int
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Section:
    title: str


@dataclass(frozen=True)
class Note:
    """Printed text, one string a line."""

    lines: tuple[str, ...]
    size: int = 24
    gap: int = 14


@dataclass(frozen=True)
class Office:
    """The ruled block at the foot that the town hall fills in; nothing in it is read."""

    labels: tuple[str, ...]
    height: int = 150


@dataclass(frozen=True)
class Page:
    title: str
    parts: tuple[Row | Section | Note | Office, ...]


@dataclass(frozen=True)
class Style:
    """How a form is set: fonts by name (see fonts.py), section heads as bar | rule | tab, shade of the heads."""

    text: str
    title: str
    section: str
    shade: int
    title_size: int = 50


@dataclass(frozen=True)
class Form:
    code: str
    version: int
    title: str
    number: str
    style: Style
    pages: tuple[Page, ...]


def line(field: str, label: str = "", width: int = 0, head: int = 210, seal: bool = False) -> Item:
    return Item("line", field, label, width, head, seal=seal)


def comb(
    field: str,
    cells: int,
    label: str = "",
    width: int = 0,
    unit: str = "",
    head: int = 210,
    thick: tuple[int, ...] = (),
) -> Item:
    return Item("comb", field, label, width, head, cells, unit, thick)


def mark(field: str, label: str = "", width: int = 0, head: int = 210) -> Item:
    return Item("mark", field, label, width, head)


def date(field: str, eras: tuple[str, ...], label: str = "", width: int = 0, head: int = 210) -> Item:
    return Item("date", field, label, width, head, eras=eras)


def postal(field: str, label: str = "郵便番号", width: int = 0, head: int = 210) -> Item:
    return comb(field, 7, label, width, "", head, (3,))


def parent(prefix: str, who: str) -> tuple[Row, ...]:
    """The rows about one parent's work."""
    return (
        Row(
            84,
            (
                line(f"{prefix}_name", f"{who}の氏名", 800),
                comb(f"{prefix}_days", 1, "就労日数", unit="日／週"),
            ),
        ),
        Row(74, (mark(f"{prefix}_work", "状況"),)),
        Row(
            84,
            (
                line(f"{prefix}_employer", "勤務先", 800),
                comb(f"{prefix}_hours", 3, "就労時間", unit="時間／月"),
            ),
        ),
    )


def wish_rows() -> tuple[Row, ...]:
    """Ten wishes, two to a row."""
    return tuple(
        Row(70, (line(f"wish_{n}", f"第{n}希望", 727, 150), line(f"wish_{n + 1}", f"第{n + 1}希望", 0, 150)))
        for n in range(1, 11, 2)
    )


NURSERY = Form(
    "nursery-admission",
    1,
    "保育所入所申込書",
    "様式第１号（第３条関係）",
    Style("gothic", "gothic", "bar", 232),
    (
        Page(
            "保育所入所申込書（１枚目）",
            (
                Note(
                    ("（宛先）やくば市福祉事務所長", "　次のとおり、保育所（園）への入所を申し込みます。"),
                    28,
                    18,
                ),
                Row(80, (date("application_date", ("reiwa",)),)),
                Section("１　申込者（保護者）"),
                Row(66, (line("applicant_kana", "フリガナ"),)),
                Row(96, (line("applicant_name", "氏名", seal=True),)),
                Row(80, (date("applicant_birth", ("showa", "heisei"), "生年月日"),)),
                Row(74, (mark("applicant_relation", "児童との続柄"),)),
                Row(80, (postal("postal_code", width=620), comb("phone", 11, "電話番号", head=170))),
                Row(96, (line("address", "住所"),)),
                Section("２　入所を希望する児童"),
                Row(66, (line("child_kana", "フリガナ"),)),
                Row(96, (line("child_name", "児童氏名"),)),
                Row(80, (date("child_birth", ("heisei", "reiwa"), "生年月日"),)),
                Row(74, (mark("child_sex", "性別", 640), mark("child_allergy", "食物アレルギー"))),
                Section("３　希望する保育"),
                Row(80, (date("start_date", ("reiwa",)),)),
                Row(74, (mark("care_time", "保育時間"),)),
                Row(74, (mark("care_days", "希望する曜日"),)),
                Note(
                    (
                        "【記入上の注意】",
                        "・黒のボールペンで、枠からはみ出さないように記入してください。数字は１マスに１字で記入してください。",
                        "・該当する□に✓を付けてください。訂正するときは二重線で消して、正しいほうに印を付けてください。",
                        "・郵便番号及び電話番号のハイフン（－）は不要です。電話番号は左づめで記入してください。",
                        "・この申込書は児童１人につき１組（２枚）を提出してください。",
                        "・記入した内容が事実と異なるときは、入所の決定を取り消すことがあります。",
                    )
                ),
                Office(("受付", "入力", "審査", "決裁", "備考")),
            ),
        ),
        Page(
            "保育所入所申込書（２枚目）家庭の状況・希望する施設",
            (
                Section("４　保護者の就労等の状況"),
                *parent("father", "父"),
                *parent("mother", "母"),
                Row(80, (comb("household_income", 8, "世帯の年間収入", unit="円（税込み・右づめ）"),)),
                Section("５　入所を希望する施設（希望する順に、施設の名称を記入してください）"),
                *wish_rows(),
                Section("６　きょうだいの状況"),
                Row(84, (line("sibling_1_name", "きょうだい１"),)),
                Row(80, (date("sibling_1_birth", ("heisei", "reiwa"), "生年月日"),)),
                Row(84, (line("sibling_2_name", "きょうだい２"),)),
                Row(80, (date("sibling_2_birth", ("heisei", "reiwa"), "生年月日"),)),
                Row(74, (mark("sibling_together", "同時に申し込む児童", head=300),)),
                Note(
                    (
                        "【添付する書類】　就労証明書（父・母）／課税証明書（転入した方）／診断書・障害者手帳の写し（該当する方）",
                        "【個人情報】　この申込書に記入された情報は、保育所の入所選考及び保育料の算定にのみ使用します。",
                    ),
                    22,
                ),
                Office(("世帯の確認", "指数", "調整指数", "階層", "備考")),
            ),
        ),
    ),
)

TAX = Form(
    "resident-tax-change",
    1,
    "給与支払報告・特別徴収に係る給与所得者異動届出書",
    "第十八号様式（第九条関係）",
    Style("noto-serif", "noto-serif", "rule", 240, 42),
    (
        Page(
            "給与支払報告・特別徴収に係る給与所得者異動届出書",
            (
                Note(
                    ("やくば市長　殿　　　　地方税法第３２１条の５の規定により、次のとおり届け出ます。",),
                    26,
                    16,
                ),
                Row(80, (date("submission_date", ("reiwa",), head=230),)),
                Section("一　特別徴収義務者（給与支払者）"),
                Row(
                    80,
                    (
                        postal("employer_postal_code", width=670, head=230),
                        comb("designation_number", 10, "指定番号", head=170),
                    ),
                ),
                Row(92, (line("employer_address", "所在地", head=230),)),
                Row(96, (line("employer_name", "名称（氏名）", head=230, seal=True),)),
                Row(
                    84,
                    (
                        line("contact_name", "担当者氏名", 720, 230),
                        comb("contact_phone", 11, "電話", head=110),
                    ),
                ),
                Section("二　給与所得者"),
                Row(66, (line("employee_kana", "フリガナ", head=230),)),
                Row(92, (line("employee_name", "氏名", head=230),)),
                Row(80, (date("employee_birth", ("showa", "heisei"), "生年月日", head=230),)),
                Row(
                    80,
                    (
                        postal("employee_postal_code", width=670, head=230),
                        comb("employee_number", 8, "受給者番号", head=190),
                    ),
                ),
                Row(92, (line("employee_address", "住所（１月１日現在）", head=230),)),
                Section("三　特別徴収税額（右づめで記入してください）"),
                Row(80, (comb("tax_total", 7, "（ア）年税額", unit="円", head=360),)),
                Row(80, (comb("tax_collected", 7, "（イ）徴収済額", unit="円", head=360),)),
                Row(80, (comb("tax_uncollected", 7, "（ウ）未徴収税額（ア－イ）", unit="円", head=360),)),
                Section("四　異動の内容"),
                Row(80, (date("change_date", ("reiwa",), "異動年月日", head=230),)),
                Row(76, (mark("change_reason", "異動の事由", head=230),)),
                Row(76, (mark("collection_after", "異動後の徴収方法", head=230),)),
                Note(
                    (
                        "備考　１　この届出書は、異動のあった月の翌月１０日までに提出してください。",
                        "　　　２　（ウ）の欄は、（ア）から（イ）を差し引いた金額を記入してください。",
                        "　　　３　一括徴収した税額は、翌月１０日までに納入してください。",
                    ),
                    22,
                ),
                Office(("収受", "照合", "入力", "点検"), 130),
            ),
        ),
    ),
)

BUS = Form(
    "bus-pass",
    1,
    "コミュニティバス乗車券交付申請書",
    "やくば市コミュニティバス運行要綱　様式第４号",
    Style("noto", "noto", "tab", 224, 54),
    (
        Page(
            "コミュニティバス乗車券交付申請書",
            (
                Note(
                    (
                        "やくば市コミュニティバス「やくばす」の乗車券の交付を受けたいので、次のとおり申請します。",
                        "太線の中を記入し、該当する□に印を付けてください。",
                    ),
                    28,
                    24,
                ),
                Row(90, (date("application_date", ("reiwa",), head=250),)),
                Section("申請する方"),
                Row(74, (line("kana", "フリガナ", head=250),)),
                Row(110, (line("name", "氏名", head=250, seal=True),)),
                Row(90, (date("birth", BORN_ERAS, "生年月日", head=250),)),
                Row(90, (postal("postal_code", head=250),)),
                Row(110, (line("address", "住所", head=250),)),
                Row(90, (comb("phone", 11, "電話番号", unit="（ハイフン不要・左づめ）", head=250),)),
                Section("申請する乗車券"),
                Row(84, (mark("category", "申請の区分", head=250),)),
                Row(84, (mark("routes", "利用する路線", head=250),)),
                Row(84, (mark("period", "券の種類", head=250),)),
                Row(90, (date("start_date", ("reiwa",), "使用開始日", head=250),)),
                Row(84, (mark("delivery", "受取方法", head=250),)),
                Note(
                    (
                        "● 窓口での受取りには、本人であることが分かるもの（運転免許証、健康保険の資格確認書など）が必要です。",
                        "● ７０歳以上の方は年齢が分かるもの、障がい者手帳をお持ちの方は手帳の写しを添えてください。",
                        "● 交付を受けた乗車券は、ほかの人に貸したり譲ったりすることはできません。",
                        "● 住所や氏名が変わったときは、やくば市交通政策課へ届け出てください。",
                    ),
                    24,
                    20,
                ),
                Office(("受付印", "資格確認", "発券", "交付番号"), 190),
            ),
        ),
    ),
)

FORMS = (NURSERY, TAX, BUS)

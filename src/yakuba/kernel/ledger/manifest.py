"""The ledger declares itself."""

from yakuba.kernel.letters.wording import appeal
from yakuba.kernel.registry import (
    DefinitionKind,
    Group,
    LetterField,
    LetterKind,
    Manifest,
    MeterKind,
    NavigationItem,
    Permission,
    PersonalData,
    SearchSource,
    Support,
)

LETTER_FIELDS = (
    LetterField("宛名", "申請者の氏名。「様」は付きません", "見本花子"),
    LetterField("郵便番号", "申請者の郵便番号。〒は付きません", "999-0001"),
    LetterField("住所", "申請者の住所", "○○市東町1丁目2番3号"),
    LetterField("受付番号", "受付番号", "0800099942"),
    LetterField("手続", "手続の名称", "バス乗車券の交付申請"),
    LetterField("文書番号", "通知を作る画面で入れた文書番号", "福第123号"),
    LetterField("日付", "通知を作る画面で入れた日付", "令和9年2月5日"),
    LetterField("名義", "市町村長の名義", "○○市長　見本一郎"),
    LetterField("件名", "通知の名前", "通知"),
    LetterField("前文", "はじめの一文", "ご申請について、お知らせします。"),
    LetterField("本文", "補うところ、または却下の理由", "生年月日が書かれていません。"),
    LetterField("問い合わせ先", "お問い合わせ先", "○○市福祉課　電話00-0000-0000"),
    LetterField("教示", "不服申立ての教示", appeal("○○市")),
)
REQUIRED = ("宛名", "住所", "受付番号", "日付", "名義", "本文")
LETTERS = "yakuba.kernel.ledger.letters"

MANIFEST = Manifest(
    name="ledger",
    label="受付簿",
    description="すべての申請の値と、その由来と、これまでの出来事",
    group=Group.INTAKE,
    manual={"": "受付簿を使う"},
    navigation=(
        NavigationItem("受付簿", "ledger:cases", "ledger.view"),
        NavigationItem("縮退表", "ledger:reduction", "definitions.manage"),
    ),
    permissions=(
        Permission("ledger.view", "受付簿を見る", Support.CASES),
        Permission("ledger.enter", "手で入力した受付に印をつける"),
        Permission("ledger.move", "受付を審査し、補正を求め、決定を記録する"),
        Permission("ledger.letters", "申請者への通知（補正依頼・却下通知）を作る"),
        Permission("ledger.export", "受付簿を書き出す"),
        Permission("ledger.reveal", "個人番号を見る"),
    ),
    roles={
        "窓口担当": ("ledger.view", "ledger.enter", "ledger.move", "ledger.letters", "ledger.export"),
        "ロボット担当": ("ledger.view", "ledger.enter"),
        "課長": ("ledger.view", "ledger.move"),
    },
    audit_events={
        "ledger.case_viewed": "受付を閲覧した",
        "ledger.searched": "受付簿を値で探した",
        "ledger.exported": "受付簿を書き出した",
        "ledger.entered_by_hand": "受付を手で入力済みにした",
        "ledger.moved": "受付を次の段階に進めた",
        "ledger.letter_made": "申請者への通知を作った",
        "ledger.letter_taken": "申請者への通知を取り出した",
        "ledger.procedure_loaded": "手続を登録した",
        "ledger.reduction_loaded": "縮退表を登録した",
    },
    letters=(
        LetterKind(
            "ledger.correction",
            "補正依頼",
            LETTER_FIELDS,
            REQUIRED,
            f"{LETTERS}:correction",
            f"{LETTERS}:is_procedure",
        ),
        LetterKind(
            "ledger.refusal",
            "却下通知",
            LETTER_FIELDS,
            (*REQUIRED, "教示"),
            f"{LETTERS}:refusal",
            f"{LETTERS}:is_procedure",
        ),
    ),
    definitions=(
        DefinitionKind(
            "procedure",
            "手続",
            collect="yakuba.kernel.ledger.bundled:collect",
            publish="yakuba.kernel.ledger.bundled:publish",
        ),
    ),
    meters=(
        MeterKind("ledger.fields_confirmed", "職員が確認した値", "件"),
        MeterKind("ledger.letters", "作った通知", "通"),
    ),
    personal_data=(
        PersonalData("ledger.Case", "申請の処理", None),
        PersonalData("ledger.CaseValue", "申請の処理", None),
        PersonalData("ledger.CaseLetter", "申請者への通知", None),
    ),
    search_sources=(
        SearchSource(
            "ledger.cases",
            "受付簿",
            keys="yakuba.kernel.ledger.found:keys",
            entries="yakuba.kernel.ledger.found:entries",
            version="yakuba.kernel.ledger.found:version",
            named="yakuba.kernel.ledger.found:named",
            asked="yakuba.kernel.ledger.found:asked",
            whole=True,
            permission="ledger.view",
            listing="ledger:cases",
        ),
        SearchSource(
            "ledger.procedures",
            "手続",
            keys="yakuba.kernel.ledger.found_procedures:keys",
            entries="yakuba.kernel.ledger.found_procedures:entries",
            permission="ledger.view",
        ),
    ),
    erasable="yakuba.kernel.ledger.erasing:units",
    protected="yakuba.kernel.ledger.protecting:spread",
    examples="yakuba.kernel.ledger.tests.examples:make",
)

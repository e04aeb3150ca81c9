"""The nursery room declares itself."""

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
    WorkQueue,
)


def _letter_fields(title: str, result: str, seat: str, said: str) -> tuple[LetterField, ...]:
    """The merge fields of a notice; what the kinds differ in is the sample."""
    return (
        LetterField("宛名", "申込者の氏名。「様」は付きません", "見本花子"),
        LetterField("郵便番号", "申込者の郵便番号。〒は付きません", "999-0001"),
        LetterField("住所", "申込者の住所", "○○市東町1丁目2番3号"),
        LetterField("申込者氏名", "宛名と同じ", "見本花子"),
        LetterField("児童氏名", "児童の氏名", "見本太郎"),
        LetterField("生年月日", "児童の生年月日", "令和7年6月1日"),
        LetterField("受付番号", "受付番号", "0800099942"),
        LetterField("結果", "承諾、保留など", result),
        LetterField("園", "決まった園。転園の保留では今の園。保留では空", seat),
        LetterField("クラス", "年齢のクラス", "1歳児クラス"),
        LetterField("開始日", "利用の開始日。保留では希望の開始日", "令和9年4月1日"),
        LetterField("結果の説明", "結果を説明する文", said),
        LetterField("文書番号", "選考回の「文面」で決めた文書番号", "保第123号"),
        LetterField("日付", "選考回の「文面」で決めた日付", "令和9年2月5日"),
        LetterField("名義", "市町村長の名義", "○○市長　見本一郎"),
        LetterField("件名", "選考回の「文面」で決めた件名", title),
        LetterField("前文", "選考回の「文面」で決めた前文", "お申込みの件について、お知らせします。"),
        LetterField("後文", "選考回の「文面」で決めた後文", "ご不明な点は、下の窓口にお尋ねください。"),
        LetterField("問い合わせ先", "お問い合わせ先", "○○市保育課　電話00-0000-0000"),
        LetterField("教示", "不服申立ての教示", appeal("○○市")),
        LetterField("希望", "希望の順位", samples=("第1希望", "第2希望")),
        LetterField("希望の園", "希望した園", samples=("青葉保育園", "中央保育園")),
        LetterField("希望の結果", "その希望の結果", samples=("かなわず", "決定" if seat else "かなわず")),
        LetterField("理由", "その希望の結果の理由", samples=("指数の高い方で定員に達しました。",) * 2),
    )


REQUIRED = ("宛名", "郵便番号", "住所", "児童氏名", "受付番号", "結果", "日付", "名義", "理由", "教示")
GRANTED, HELD, KEPT = "保育所等利用承諾通知書", "保育所等利用保留通知書", "保育所等転園保留通知書"
SENT_FOR = "yakuba.services.nursery.actions.bundled:is_selected"
WORD = "yakuba.services.nursery.adapters.word_letters"

MANIFEST = Manifest(
    name="nursery",
    label="入所選考",
    description="保育所などの入所を、決めた選考基準どおりに割り当て、理由を説明する",
    group=Group.RESIDENTS,
    manual={
        "": "入所選考を行う",
        "notices": "入所選考の結果を伝える",
        "notice_texts": "入所選考の結果を伝える",
        "rules": "選考基準の書き方",
        "rules_load": "選考基準の書き方",
        "rule_set": "選考基準の書き方",
    },
    navigation=(NavigationItem("入所選考", "nursery:index", "nursery.view"),),
    permissions=(
        Permission("nursery.view", "入所選考を見る"),
        Permission("nursery.edit", "選考回を作り、申込と施設を取り込み、直す"),
        Permission("nursery.run", "選考を計算する"),
        Permission("nursery.propose", "個別の決定・辞退・確定を起案する"),
        Permission("nursery.approve", "起案された決定を承認する"),
        Permission("nursery.rules", "選考基準を登録する"),
        Permission("nursery.output", "通知を作り、選考のデータを書き出す"),
    ),
    roles={
        "窓口担当": ("nursery.view", "nursery.edit", "nursery.run", "nursery.propose", "nursery.output"),
        "課長": ("nursery.view", "nursery.approve"),
    },
    queues=(
        WorkQueue("確定していない選考", "nursery.edit", "yakuba.services.nursery.queries.today:rounds_queue"),
    ),
    audit_events={
        "nursery.rules_loaded": "選考基準を登録した",
        "nursery.round_made": "選考回を作った",
        "nursery.round_changed": "選考回を変えた",
        "nursery.applications_taken": "申込を選考に取り込んだ",
        "nursery.facilities_taken": "施設と空き枠を取り込んだ",
        "nursery.application_corrected": "選考の項目を直した",
        "nursery.application_viewed": "選考の申込を閲覧した",
        "nursery.application_withdrawn": "申込を選考から外した",
        "nursery.application_returned": "申込を選考に戻した",
        "nursery.facility_corrected": "施設の空き枠を直した",
        "nursery.run_started": "選考の計算を始めた",
        "nursery.run_stopped": "選考の計算を中止した",
        "nursery.run_adopted": "選考結果を採用した",
        "nursery.decision_proposed": "入所の決定を起案した",
        "nursery.decision_approved": "入所の決定を承認した",
        "nursery.decision_refused": "入所の決定を差し戻した",
        "nursery.withdrawn": "入所の辞退を受けた",
        "nursery.frozen": "選考結果を確定した",
        "nursery.handed_over": "選考結果を入力に回した",
        "nursery.exported": "選考のデータを書き出した",
        "nursery.notice_texts_stated": "入所の通知の文面を決めた",
        "nursery.notices_started": "入所の通知を作り始めた",
        "nursery.notices_made": "入所の通知を作った",
        "nursery.notices_taken": "入所の通知を取り出した",
        "nursery.runs_compared": "選考の計算を比べた",
    },
    subjects="yakuba.services.nursery.actions.erasing:subjects",
    erasable="yakuba.services.nursery.actions.erasing:units",
    keeps="yakuba.services.nursery.actions.erasing:keeps",
    protected="yakuba.services.nursery.queries.covering:spread",
    meters=(MeterKind("nursery.letters", "作った入所の通知", "通"),),
    personal_data=(
        PersonalData("nursery.Application", "入所の選考", 1825),
        PersonalData("nursery.Snapshot", "選考の計算の再現", 1825),
        PersonalData("nursery.Run", "選考の計算と証明", 1825),
        PersonalData("nursery.Placement", "選考結果と理由の説明", 1825),
        PersonalData("nursery.Decision", "入所の決定", 1825),
        PersonalData("nursery.NoticePrint", "入所の通知", 1825),
        PersonalData("nursery.HandOver", "基幹システムへの入力", 1825),
    ),
    letters=(
        LetterKind(
            "nursery.granted",
            GRANTED,
            _letter_fields(GRANTED, "承諾", "中央保育園", "第2希望の中央保育園に決まりました。"),
            (*REQUIRED, "園"),
            f"{WORD}:granted",
            SENT_FOR,
        ),
        LetterKind(
            "nursery.held",
            HELD,
            _letter_fields(HELD, "保留", "", "どの希望も定員に達したため、保留です。"),
            REQUIRED,
            f"{WORD}:held",
            SENT_FOR,
        ),
        LetterKind(
            "nursery.kept",
            KEPT,
            _letter_fields(KEPT, "転園は保留（今の園を続けて利用）", "中央保育園", "転園は保留です。"),
            (*REQUIRED, "園"),
            f"{WORD}:kept",
            SENT_FOR,
        ),
    ),
    definitions=(
        DefinitionKind(
            "rules",
            "選考基準",
            collect="yakuba.services.nursery.actions.bundled:collect",
            publish="yakuba.services.nursery.actions.bundled:publish",
        ),
    ),
    failures="yakuba.services.nursery.queries.today:failures",
    running="yakuba.services.nursery.queries.today:running",
    self_check="yakuba.services.nursery.queries.today:self_check",
    examples="yakuba.services.nursery.tests.examples:make",
)

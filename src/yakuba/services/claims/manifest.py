"""The claims room declares itself."""

from yakuba.kernel.registry import (
    Group,
    LetterField,
    LetterKind,
    Manifest,
    NavigationItem,
    Permission,
    PersonalData,
    WorkQueue,
)

ROOM = "yakuba.services.claims"
KEPT_DAYS = 1826  # five years behind the last month of a file
FIELDS = (
    LetterField("宛名", "医療機関の名前。「様」は付きません", "見本医院"),
    LetterField("郵便番号", "医療機関の郵便番号。〒は付きません", "999-0001"),
    LetterField("住所", "医療機関の所在地", "○○市東町1丁目2番3号"),
    LetterField("医療機関コード", "都道府県・点数表・医療機関コード", "9910000001"),
    LetterField("文書番号", "照会を作る画面で入れた文書番号", "国保第123号"),
    LetterField("日付", "照会を作る画面で入れた日付", "令和9年2月5日"),
    LetterField("名義", "市町村長の名義", "○○市長　見本一郎"),
    LetterField("件名", "照会の名前", "レセプトの内容について（照会）"),
    LetterField("前文", "はじめの一文", "次のレセプトについて、内容の確認をお願いします。"),
    LetterField(
        "指摘", "照会する指摘、一行に一つ", "1. 2026年4月診療分　レセプト1　見本　初診料が月に2回あります。"
    ),
    LetterField("尋ねること", "照会を作る画面で書いた文", "算定のわけをお知らせください。"),
    LetterField("問い合わせ先", "お問い合わせ先", "○○市国保課　電話00-0000-0000"),
)
REQUIRED = ("宛名", "住所", "医療機関コード", "日付", "名義", "指摘")

MANIFEST = Manifest(
    name="claims",
    label="レセプト・申告の点検",
    description="レセプトを規則で点検し、重なった税の申告のどれが有効かを示す",
    group=Group.MANAGEMENT,
    manual={
        "": "レセプトを点検する",
        "files": "請求ファイルとマスターを取り込む",
        "load": "請求ファイルとマスターを取り込む",
        "file": "請求ファイルとマスターを取り込む",
        "tables": "請求ファイルとマスターを取り込む",
        "load_table": "請求ファイルとマスターを取り込む",
        "table": "請求ファイルとマスターを取り込む",
        "rules": "点検の規則を作って試す",
        "new_rules": "点検の規則を作って試す",
        "rule_set": "点検の規則を作って試す",
        "declarations": "重なった税の申告を調べる",
        "declaration": "重なった税の申告を調べる",
        "load_declarations": "重なった税の申告を調べる",
        "load_corporate": "重なった税の申告を調べる",
        "changes": "重なった税の申告を調べる",
    },
    navigation=(
        NavigationItem("レセプト点検", "claims:index", "claims.view"),
        NavigationItem("指摘を見る", "claims:queue", "claims.judge"),
        NavigationItem("税の申告の重なり", "claims:declarations", "claims.tax"),
    ),
    permissions=(
        Permission("claims.view", "点検の数と規則を見る（個人のレセプトは見えない）"),
        Permission("claims.load", "請求ファイルとマスターを取り込む"),
        Permission("claims.members", "資格情報を取り込む"),
        Permission("claims.run", "点検する"),
        Permission("claims.rules", "点検の規則を作り、試す"),
        Permission("claims.publish", "点検の規則を公開し、取り下げる"),
        Permission("claims.judge", "指摘とレセプトを見て、結果を決める"),
        Permission("claims.ask", "医療機関への照会を作る"),
        Permission("claims.export", "指摘の表を書き出す"),
        Permission("claims.tax", "税の申告の重なりを見て、決める"),
        Permission("claims.tax_load", "税の申告と法人番号の表を取り込む"),
    ),
    roles={
        "保険担当": (
            "claims.view",
            "claims.load",
            "claims.members",
            "claims.run",
            "claims.rules",
            "claims.judge",
            "claims.ask",
            "claims.export",
        ),
        "税担当": ("claims.tax", "claims.tax_load"),
        "課長": ("claims.view", "claims.publish"),
    },
    queues=(
        WorkQueue("まだ見ていない指摘", "claims.judge", f"{ROOM}.queries:waiting"),
        WorkQueue("人が決める税の申告", "claims.tax", f"{ROOM}.queries:waiting_declarations"),
    ),
    audit_events={
        "claims.handed_in": "請求ファイルを取り込みに出した",
        "claims.table_handed_in": "マスター・チェックの表・資格情報を取り込みに出した",
        "claims.rules_loaded": "点検の規則の下書きを作った",
        "claims.rules_published": "点検の規則を公開した",
        "claims.rules_withdrawn": "点検の規則を取り下げた",
        "claims.check_started": "レセプトの点検を始めた",
        "claims.trial_started": "点検の規則を試した",
        "claims.claim_seen": "レセプトを見た",
        "claims.findings_listed": "指摘の一覧を見た",
        "claims.judged": "指摘の結果を決めた",
        "claims.asked": "医療機関への照会を作った",
        "claims.letter_taken": "医療機関への照会を取り出した",
        "claims.exported": "指摘の表を書き出した",
        "claims.declarations_taken": "税の申告の表を取り込んだ",
        "claims.declarations_listed": "税の申告の一覧を見た",
        "claims.declaration_seen": "税の申告を見た",
        "claims.declaration_decided": "有効な税の申告を決めた",
        "claims.corporate_taken": "法人番号の表を取り込んだ",
        "claims.changes_seen": "特別徴収の変更を調べた",
    },
    letters=(
        LetterKind(
            "claims.inquiry", "レセプトの照会", FIELDS, REQUIRED, f"{ROOM}.actions.findings:beginning"
        ),
    ),
    personal_data=(
        PersonalData("claims.Finding", "レセプトの指摘（健康の情報）", KEPT_DAYS, since="found_at"),
        PersonalData("claims.ClaimFile", "レセプト（健康の情報）", KEPT_DAYS, since="ends_at"),
        PersonalData("claims.CheckTable", "国民健康保険の資格情報とマスター", KEPT_DAYS, since="created_at"),
        PersonalData("claims.InquiryLetter", "医療機関への照会", KEPT_DAYS, since="created_at"),
        PersonalData("claims.Declaration", "税の申告の重なり", KEPT_DAYS, since="taken_at"),
    ),
    protected=f"{ROOM}.actions.protecting:spread",
    failures=f"{ROOM}.queries:failures",
    running=f"{ROOM}.queries:running",
    self_check=f"{ROOM}.queries:self_check",
    first_step=f"{ROOM}.queries:first_step",
    examples=f"{ROOM}.tests.examples:make",
)

"""The reading room declares itself."""

from yakuba.kernel.registry import (
    DefinitionKind,
    Manifest,
    NavigationItem,
    Permission,
    PersonalData,
    WorkQueue,
)

QUERIES = "yakuba.services.reading.queries.home"

MANIFEST = Manifest(
    name="reading",
    label="帳票読取",
    description="スキャンした申請書を読み取り、確かな値と人が見るべき値を分ける",
    navigation=(NavigationItem("帳票読取", "reading:batches", "reading.view"),),
    permissions=(
        Permission("reading.view", "読み取りの状況を見る"),
        Permission("reading.upload", "申請書を取り込む"),
        Permission("reading.confirm", "読み取った値を確認する"),
        Permission("reading.manage", "帳票の定義を登録する"),
    ),
    queues=(
        WorkQueue("確認待ちの値", "reading.confirm", f"{QUERIES}:waiting_values"),
        WorkQueue("困っている用紙", "reading.confirm", f"{QUERIES}:troubled_sheets"),
        WorkQueue("保留した値", "reading.confirm", f"{QUERIES}:held_values"),
        WorkQueue("基幹システムで直す値", "reading.confirm", f"{QUERIES}:open_corrections"),
    ),
    audit_events={
        "reading.form_loaded": "様式を登録した",
        "reading.batch_uploaded": "申請書を取り込んだ",
        "reading.file_forced": "取り込み済みのファイルをもう一度読ませた",
        "reading.file_settled": "受け取れないファイルを片づけた",
        "reading.sheet_viewed": "用紙の画像を閲覧した",
        "reading.sheet_resolved": "困っている用紙を解決した",
        "reading.sheet_read_again": "用紙をもう一度読ませた",
        "reading.sheet_put_aside": "用紙を除外した",
        "reading.sheet_taken_back": "除外した用紙を戻した",
        "reading.sheet_replaced": "用紙を差し替えた",
        "reading.case_viewed": "受付の値と画像を閲覧した",
        "reading.values_listed": "確認を待つ値を一覧で読み出した",
        "reading.case_withdrawn": "受付を取り下げ、用紙を除外した",
        "reading.value_held": "値の確認を保留にした",
        "reading.value_reopened": "値を見直すことにした",
        "reading.correction_opened": "入力済みの値の誤りを見つけ、訂正を始めた",
        "reading.corrected": "基幹システムの値を直した",
        "reading.value_rechecked": "入力済みの値を見直し、正しいと確かめた",
        "reading.job_retried": "止まった読み取りを動かし直した",
    },
    ledger_events={
        "reading.read": "用紙を読み取った",
        "reading.sheet_resolved": "困っている用紙を解決した",
        "reading.held": "値の確認を保留にした",
        "reading.correction_opened": "入力済みの値の訂正を始めた",
        "reading.corrected": "基幹システムの値を直した",
    },
    jobs=("reading.split_file", "reading.read_sheet"),
    stages=("confirming", "ready", "withdrawn"),
    personal_data=(
        PersonalData("reading.BatchFile", "取り込んだ申請書の管理", 365),
        PersonalData("reading.Sheet", "申請書の読み取りと確認", 365),
        PersonalData("reading.Question", "読み取った値の確認", None),
        PersonalData("reading.Correction", "登録した値の訂正", None),
    ),
    definitions=(
        DefinitionKind(
            "form",
            "様式",
            collect="yakuba.services.reading.actions.bundled:collect",
            publish="yakuba.services.reading.actions.bundled:publish",
            check="yakuba.services.reading.actions.bundled:check",
            withdraw="yakuba.services.reading.actions.bundled:withdraw",
        ),
    ),
    failures=f"{QUERIES}:failures",
    running=f"{QUERIES}:running",
    self_check=f"{QUERIES}:self_check",
    first_step=f"{QUERIES}:first_step",
    case_part="yakuba.services.reading.pages.case_part:case_part",
)

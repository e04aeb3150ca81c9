"""The kernel's own permissions and audit events, declared the way a room declares its own."""

from yakuba.kernel.registry.manifest import DefinitionKind, Manifest, NavigationItem, Permission, PersonalData

KERNEL = Manifest(
    name="kernel",
    label="共通",
    description="受付簿、職員、監査記録",
    navigation=(NavigationItem("受付簿", "ledger:cases", "ledger.view"),),
    permissions=(
        Permission("ledger.view", "受付簿を見る"),
        Permission("ledger.enter", "手で入力した受付に印をつける"),
        Permission("ledger.export", "受付簿を書き出す"),
        Permission("ledger.reveal", "個人番号を見る"),
        Permission("audit.view", "監査記録を見る"),
        Permission("jobs.manage", "仕事の中止・再実行"),
    ),
    audit_events={
        "accounts.logged_in": "ログインした",
        "accounts.login_failed": "ログインに失敗した",
        "accounts.login_locked": "失敗が続いたためログインを止めた",
        "accounts.tried_while_locked": "止めているあいだにログインが試された",
        "accounts.token_issued": "APIトークンを発行した",
        "accounts.municipality_saved": "自治体を登録した",
        "accounts.role_saved": "役割を登録した",
        "accounts.staff_saved": "職員を登録した",
        "accounts.refused": "権限のない操作を断った",
        "audit.chain_keyed": "鍵のない監査記録を、鍵のある鎖につないだ",
        "audit.restored": "監査記録の頭の控えを、戻したデータベースに合わせた",
        "ledger.case_viewed": "受付を閲覧した",
        "ledger.searched": "受付簿を値で探した",
        "ledger.exported": "受付簿を書き出した",
        "ledger.entered_by_hand": "受付を手で入力済みにした",
        "ledger.procedure_loaded": "手続を登録した",
        "ledger.reduction_loaded": "縮退表を登録した",
        "definitions.exported": "定義を束にして書き出した",
        "definitions.drafted": "受け取った定義を下書きにした",
        "definitions.published": "受け取った定義を使い始めた",
        "definitions.withdrawn": "定義の版を取り下げた",
        "files.uploaded": "ファイルを受け取った",
        "files.viewed": "画像を閲覧した",
        "jobs.cancelled": "仕事を中止した",
        "jobs.retried": "仕事を再実行した",
    },
    definitions=(
        DefinitionKind(
            "procedure",
            "手続",
            collect="yakuba.kernel.ledger.bundled:collect",
            publish="yakuba.kernel.ledger.bundled:publish",
        ),
    ),
    personal_data=(
        PersonalData("ledger.Case", "申請の処理", None),
        PersonalData("ledger.CaseValue", "申請の処理", None),
        PersonalData("files.StoredFile", "申請書の読み取りと確認", 365),
    ),
)

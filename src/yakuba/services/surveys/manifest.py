"""The surveys room declares itself."""

from yakuba.kernel.registry import (
    ApprovalKind,
    Group,
    Manifest,
    NavigationItem,
    Permission,
    PersonalData,
    Setting,
    WorkQueue,
)

ROOM = "yakuba.services.surveys"
KEPT_DAYS = 3650

MANIFEST = Manifest(
    name="surveys",
    label="調査・公表",
    description="多くの団体に調査を出し、答えを集めて数え、比べられる形で公表する。届いた照会に課ごとに答える",
    group=Group.MANAGEMENT,
    manual={
        "": "調査を作って出す",
        "asked": "調査の答えを集める",
        "body": "調査の答えを集める",
        "enter": "調査の答えを集める",
        "forms": "Excelの調査票を配って集める",
        "form_import": "Excelの調査票を配って集める",
        "tally": "調査の結果を数えて公表する",
        "question": "調査の結果を数えて公表する",
        "card": "調査の結果を数えて公表する",
        "calendar": "調査を作って出す",
        "plan": "調査を作って出す",
        "incoming": "届いた照会に答える",
        "new_incoming": "届いた照会に答える",
        "inquiry": "届いた照会に答える",
        "part": "届いた照会に答える",
    },
    navigation=(
        NavigationItem("調査", "surveys:index", "surveys.view"),
        NavigationItem("定例調査のカレンダー", "surveys:calendar", "surveys.view"),
        NavigationItem("届いた照会", "surveys:incoming", "surveys.answer"),
    ),
    permissions=(
        Permission("surveys.view", "調査と結果を見る"),
        Permission("surveys.make", "調査を作り、起案し、締め切り、公表を起案する"),
        Permission("surveys.enter", "調査票を配り、取り込み、代わりに入力し、催促する"),
        Permission("surveys.approve", "調査を出すことと結果の公表を承認する"),
        Permission("surveys.answer", "届いた照会に答える"),
        Permission("surveys.coordinate", "届いた照会を登録し、課に分け、回答を起案する"),
        Permission("surveys.reply", "照会への回答を承認する"),
    ),
    roles={
        "課長": (
            "surveys.view",
            "surveys.make",
            "surveys.enter",
            "surveys.approve",
            "surveys.answer",
            "surveys.coordinate",
            "surveys.reply",
        ),
        "窓口担当": ("surveys.answer",),
    },
    queues=(
        WorkQueue("期限を過ぎて答えのない団体", "surveys.enter", f"{ROOM}.queries.editions:waiting_bodies"),
        WorkQueue("届いた照会", "surveys.coordinate", f"{ROOM}.queries.editions:waiting_incoming"),
        WorkQueue("課で答える照会", "surveys.answer", f"{ROOM}.queries.editions:waiting_parts"),
    ),
    audit_events={
        "surveys.loaded": "調査の定義を取り込んだ",
        "surveys.changed": "調査の文か期限を変えた",
        "surveys.proposed": "調査を出すことを起案した",
        "surveys.taken_back": "差し戻された調査を下書きに戻した",
        "surveys.sent": "調査を出した",
        "surveys.closed": "調査を締め切った",
        "surveys.reopened": "調査をもう一度受け付けた",
        "surveys.planned": "定例調査の予定を登録した",
        "surveys.forms_made": "調査票のファイルを作った",
        "surveys.handed_in": "調査票を取り込みに出した",
        "surveys.entered": "団体の答えを代わりに入力した",
        "surveys.reminded": "団体に催促した",
        "surveys.hearing_set": "ヒアリングの日を決めた",
        "surveys.asked_back": "調査への質問を登録した",
        "surveys.clarified": "調査への質問に答えた",
        "surveys.tallied": "調査の集計を作り直すことにした",
        "surveys.taken_along": "調査の結果か答えの表を書き出した",
        "surveys.publication_proposed": "調査の結果の公表を起案した",
        "surveys.published": "調査の結果を公表した",
        "surveys.withdrawn": "調査の結果の公表を取り下げた",
        "surveys.inquiry_registered": "届いた照会を登録した",
        "surveys.inquiry_split": "届いた照会を課に分けた",
        "surveys.inquiry_filled": "届いた照会の答えを書いた",
        "surveys.part_answered": "照会の課の分に答えた",
        "surveys.reply_proposed": "照会への回答を起案した",
        "surveys.replied": "照会に回答した",
        "surveys.inquiry_reopened": "照会の回答を直すことにした",
        "surveys.inquiry_asked": "調べる団体に質問した",
        "surveys.reply_made": "照会の回答のファイルを作った",
    },
    town_settings=(
        Setting(
            "surveys.public",
            "調査の結果を公開する",
            False,
            "「はい」にすると、公表した調査の結果を、ログインなしで読めるページとデータ（CSV、JSON、Excel）に出します。",
        ),
        Setting(
            "surveys.licence",
            "調査の結果を使うときの条件",
            "クリエイティブ・コモンズ 表示 4.0 国際（CC BY 4.0）",
            "公開のページとデータに書きます。",
        ),
    ),
    approvals=(
        ApprovalKind(
            "surveys.send", "調査を出すこと", "surveys.approve", f"{ROOM}.actions.definitions:approved"
        ),
        ApprovalKind(
            "surveys.publish", "調査の結果の公表", "surveys.approve", f"{ROOM}.actions.tallies:published"
        ),
        ApprovalKind("surveys.reply", "照会への回答", "surveys.reply", f"{ROOM}.actions.incoming:approved"),
    ),
    personal_data=(
        PersonalData(
            "surveys.Answers",
            "調査への団体の答え（文の答えに担当者の名前がありうる）",
            KEPT_DAYS,
            since="entered_at",
        ),
        PersonalData(
            "surveys.Incoming",
            "届いた照会への答え（文の答えに担当者の名前がありうる）",
            KEPT_DAYS,
            since="registered_at",
        ),
    ),
    self_check=f"{ROOM}.queries.editions:self_check",
    first_step=f"{ROOM}.queries.editions:first_step",
    examples=f"{ROOM}.tests.examples:make",
)

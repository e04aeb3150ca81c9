"""The intake room declares itself."""

from yakuba.kernel.registry import (
    ApprovalKind,
    Delivery,
    Exchange,
    Group,
    Manifest,
    NavigationItem,
    Permission,
    PersonalData,
    SearchSource,
    Setting,
)

SHOWN_BESIDE = "申請はそのままです。この文が、申請した人の状況のページに出ます。"
MANIFEST = Manifest(
    name="intake",
    label="申請受付",
    description="住民がウェブのフォームで申請し、受付簿に受付として入る",
    group=Group.RESIDENTS,
    manual={
        "": "申請フォームを住民に開く",
        "navigator": "届出ナビの出来事を書く",
        "counter": "書かずに窓口で受け付ける",
    },
    navigation=(
        NavigationItem("窓口で受け付ける", "intake:counter", "intake.counter"),
        NavigationItem("申請フォーム", "intake:index", "intake.view"),
        NavigationItem("届出ナビ", "intake:navigator", "intake.view"),
    ),
    permissions=(
        Permission("intake.view", "申請フォームと、ウェブで届いた申請を見る"),
        Permission("intake.edit", "申請フォームを開き、閉じ、補正を求める"),
        Permission("intake.counter", "窓口で、書いてもらわずに申請を受け付ける"),
        Permission("intake.approve", "届出ナビの公開を承認する"),
    ),
    roles={
        "窓口担当": ("intake.view", "intake.edit", "intake.counter"),
        "課長": ("intake.view", "intake.approve"),
    },
    audit_events={
        "intake.event_written": "届出ナビの出来事の下書きを残した",
        "intake.event_published": "届出ナビの出来事を承認し、公開した",
        "intake.event_withdrawn": "届出ナビの出来事の公開をやめた",
        "intake.words_set": "届出ナビの、自治体ごとに違うところを埋めた",  # in records of before; now `localwords.set`
        "intake.form_set": "申請フォームのページ分けと条件を変えた",
        "intake.opened": "申請フォームを住民に開いた",
        "intake.closed": "申請フォームを閉じた",
        "intake.sent": "住民がウェブで申請した",
        "intake.handed_in": "住民がウェブで申請し、内の設備へ渡すものになった",
        "intake.answer_handed_in": "補正への返事が、内の設備へ渡すものになった",
        "intake.withdrawal_handed_in": "取下げが、内の設備へ渡すものになった",
        "intake.paper_taken": "申請の内容を紙の様式に入れて取り出した",
        "intake.accepted": "ウェブの申請を確かめ、入力に回した",
        "intake.correction_asked": "ウェブの申請者に補正を求めた",
        "intake.answered": "ウェブの申請者が補正に答えた",
        "intake.withdrawn": "ウェブの申請者が取り下げた",
        "intake.visit_begun": "窓口の受け付けを始めた",
        "intake.visit_taken_over": "窓口の受け付けを引き継いだ",
        "intake.resident_chosen": "窓口で、宛名からだれの申請かを決めた",
        "intake.taken": "窓口で申請を受け付けた",
        "intake.shown_on_tablet": "窓口の申請をタブレットに出した",
        "intake.found_right": "来庁した人がタブレットで内容を確かめた",
        "intake.hand_over_set": "窓口への受け渡しの決まりを決めた",
        "intake.handed_over": "窓口へデータが受け渡された",
        "intake.hand_over_used": "受け渡されたデータを窓口で使った",
        "intake.visit_ended": "窓口の受け付けを終えた",
    },
    ledger_events={
        "intake.sent": "ウェブで届いた",
        "intake.answered": "申請者が補正に答えた",
        "intake.taken": "窓口で受け付けた",
        "intake.served": "窓口の用が済んだ",
    },
    case_part="yakuba.services.intake.pages.case_part:case_part",
    erase="yakuba.services.intake.actions.erasing:erase",
    examples="yakuba.services.intake.tests.examples:make",
    town_settings=(
        Setting(
            "intake.public",
            "住民の申請ページを開く",
            False,
            "「はい」にすると、ログインなしで /apply/団体コード/ が開きます。申請できるのは、開いたフォームだけです。",
        ),
        Setting(
            "intake.tablet",
            "窓口のタブレットで確かめて署名する",
            False,
            "「はい」にすると、窓口の申請を、職員のログインをしていないタブレットに1回だけ出せます。",
        ),
        Setting(
            "intake.first_serial",
            "ウェブと窓口の受付番号の始まり",
            500_001,
            "年度ごとの通し番号（6けた）です。紙の用紙に刷ってある番号と重ならないように決めます。",
            least=1,
            largest=999_999,
        ),
        Setting(
            "intake.outside_numbers",
            "外の設備に渡す受付番号の数",
            2_000,
            "住民の受付を外の設備に分けたとき、一度に渡す番号です。内の設備と通じない日が続いても足りる数にします。",
            least=10,
            largest=90_000,
        ),
    ),
    approvals=(
        ApprovalKind(
            "intake.life_event",
            "届出ナビの出来事の公開",
            "intake.approve",
            "yakuba.services.intake.actions.navigator:published",
        ),
    ),
    exchange=Exchange(
        published="yakuba.services.intake.actions.publishing:collected",
        take_published="yakuba.services.intake.actions.publishing:take",
        standings="yakuba.services.intake.queries.standings:standings",
        take_standing="yakuba.services.intake.actions.posting:take_standing",
        report="yakuba.services.intake.actions.numbers:report",
        take_report="yakuba.services.intake.actions.numbers:take_report",
        deliveries=(
            Delivery("intake.file", "申請に付けられた書類"),
            Delivery(
                "intake.application",
                "申請",
                take="yakuba.services.intake.actions.taking:application",
                partly=True,
                along="yakuba.services.intake.actions.taking:goes_along",
                shown="yakuba.services.intake.actions.taking:shown",
                put_aside="yakuba.services.intake.actions.taking:put_aside",
                aside="この申請は「取下げ」になり、この文が状況のページに出ます。窓口で受け付け直したときは、その受付番号を書きます。",
            ),
            Delivery(
                "intake.answer",
                "補正への返事",
                take="yakuba.services.intake.actions.taking:answer",
                shown="yakuba.services.intake.actions.taking:answer_shown",
                put_aside="yakuba.services.intake.actions.taking:put_answer_aside",
                aside=SHOWN_BESIDE,
            ),
            Delivery(
                "intake.withdrawal",
                "取下げ",
                take="yakuba.services.intake.actions.taking:withdrawal",
                put_aside="yakuba.services.intake.actions.taking:put_withdrawal_aside",
                aside=SHOWN_BESIDE,
            ),
        ),
    ),
    self_check="yakuba.services.intake.actions.checks:self_check",
    slotted="yakuba.services.intake.queries.navigator:slotted",
    words_changed="yakuba.services.intake.actions.navigator:words_changed",
    search_sources=(
        SearchSource(
            "intake.life_events",
            "届出ナビ",
            keys="yakuba.services.intake.queries.found:keys",
            entries="yakuba.services.intake.queries.found:entries",
            permission="intake.view",
        ),
    ),
    personal_data=(
        PersonalData("intake.Draft", "申請フォームの書きかけ（暗号にして残す）", 16, since="changed_at"),
        PersonalData(
            "intake.Visit", "窓口の来庁で聞いたこと（暗号にして残し、終わると消す）", 16, since="opened_at"
        ),
        PersonalData(
            "intake.HandOver", "窓口へ受け渡されたデータ（暗号にして残し、使うと消す）", 1, since="came_at"
        ),
        PersonalData(
            "intake.Posted", "外で受けた申請の受付番号と、申請者だけが開ける状況", 800, since="sent_at"
        ),
        PersonalData("intake.FromOutside", "外から届いた申請の印と、申請者に伝えること", None),
        PersonalData("intake.Submission", "ウェブで届いた申請と、窓口で受け付けた申請", None),
        PersonalData("intake.AttachedFile", "申請に付けられた写真と書類、窓口での署名", None),
        PersonalData("intake.Correction", "申請者に求めた補正と、その返事", None),
    ),
)

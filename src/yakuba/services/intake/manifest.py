"""The intake room declares itself."""

from yakuba.kernel.registry import Group, Manifest, NavigationItem, Permission, PersonalData, Setting

MANIFEST = Manifest(
    name="intake",
    label="申請受付",
    description="住民がウェブのフォームで申請し、受付簿に受付として入る",
    group=Group.RESIDENTS,
    manual={"": "申請フォームを住民に開く"},
    navigation=(NavigationItem("申請フォーム", "intake:index", "intake.view"),),
    permissions=(
        Permission("intake.view", "申請フォームと、ウェブで届いた申請を見る"),
        Permission("intake.edit", "申請フォームを開き、閉じ、補正を求める"),
    ),
    roles={"窓口担当": ("intake.view", "intake.edit"), "課長": ("intake.view",)},
    audit_events={
        "intake.form_set": "申請フォームのページ分けと条件を変えた",
        "intake.opened": "申請フォームを住民に開いた",
        "intake.closed": "申請フォームを閉じた",
        "intake.sent": "住民がウェブで申請した",
        "intake.accepted": "ウェブの申請を確かめ、入力に回した",
        "intake.correction_asked": "ウェブの申請者に補正を求めた",
        "intake.answered": "ウェブの申請者が補正に答えた",
        "intake.withdrawn": "ウェブの申請者が取り下げた",
    },
    ledger_events={
        "intake.sent": "ウェブで届いた",
        "intake.answered": "申請者が補正に答えた",
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
            "intake.first_serial",
            "ウェブの受付番号の始まり",
            500_001,
            "年度ごとの通し番号（6けた）です。紙の用紙に刷ってある番号と重ならないように決めます。",
            least=1,
            largest=999_999,
        ),
    ),
    personal_data=(
        PersonalData("intake.Draft", "申請フォームの書きかけ（暗号にして残す）", 16, since="changed_at"),
        PersonalData("intake.Submission", "ウェブで届いた申請", None),
        PersonalData("intake.AttachedFile", "申請に付けられた写真と書類", None),
        PersonalData("intake.Correction", "申請者に求めた補正と、その返事", None),
    ),
)

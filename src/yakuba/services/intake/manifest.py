"""The intake room declares itself."""

from yakuba.kernel.registry import Group, Manifest, NavigationItem, Permission, PersonalData

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
    personal_data=(
        PersonalData("intake.Draft", "申請フォームの書きかけ（暗号にして残す）", 14, since="changed_at"),
        PersonalData("intake.Submission", "ウェブで届いた申請", None),
        PersonalData("intake.AttachedFile", "申請に付けられた写真と書類", None),
        PersonalData("intake.Correction", "申請者に求めた補正と、その返事", None),
    ),
)

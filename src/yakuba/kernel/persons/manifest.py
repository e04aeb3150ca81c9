"""The register of persons declares itself."""

from yakuba.kernel.registry import Group, Manifest, NavigationItem, Permission, PersonalData, PlannedWork

MANIFEST = Manifest(
    name="persons",
    label="宛名",
    description="住民の登録簿と、申請がだれのことかの突合",
    group=Group.INTAKE,
    manual={"": "宛名をさがす"},
    navigation=(NavigationItem("宛名", "persons:index", "persons.view"),),
    permissions=(
        Permission("persons.view", "宛名をさがす"),
        Permission("persons.load", "宛名を取り込む"),
    ),
    roles={"窓口担当": ("persons.view",)},
    audit_events={"persons.loaded": "宛名を取り込んだ", "persons.looked_up": "宛名をさがした"},
    planned_works=(
        PlannedWork(
            "persons.load",
            "宛名を取り込む",
            "persons.load",
            choices="yakuba.kernel.persons.inbox:choices",
            begin="yakuba.kernel.persons.inbox:begin",
            at_once=False,
        ),
    ),
    protected="yakuba.kernel.persons.protecting:spread",
    personal_data=(PersonalData("persons.Person", "申請がだれのことかを確かめる", None),),
)

"""The administrator's pages declare themselves."""

from yakuba.kernel.registry import Group, Manifest, NavigationItem, Permission, Support

MANIFEST = Manifest(
    name="administration",
    label="管理",
    description="職員と役割、仕事と失敗、保存、点検、モデル、監査記録、設定",
    group=Group.ADMINISTRATION,
    manual={
        "": "管理する",
        "people": "職員と役割を管理する",
        "person": "職員と役割を管理する",
        "person-leave": "職員がやめるとき",
        "person-new": "職員と役割を管理する",
        "roles": "職員と役割を管理する",
        "role": "職員と役割を管理する",
        "role-new": "職員と役割を管理する",
        "town": "職員と役割を管理する",
        "tokens": "職員と役割を管理する",
    },
    navigation=(
        NavigationItem("職員", "administration:people", "accounts.manage"),
        NavigationItem("役割", "administration:roles", "accounts.manage"),
        NavigationItem("自治体と課", "administration:town", "accounts.manage"),
        NavigationItem("APIトークン", "administration:tokens", "accounts.tokens"),
        NavigationItem("使う業務", "administration:rooms", "administration.rooms"),
        NavigationItem("仕事と失敗", "administration:jobs", "jobs.manage"),
        NavigationItem("保存", "administration:storage", "administration.view"),
        NavigationItem("点検", "administration:checks", "administration.view"),
        NavigationItem("モデル", "administration:models", "administration.view"),
        NavigationItem("監査記録", "administration:audit", "audit.view"),
        NavigationItem("設定", "administration:settings", "administration.view"),
    ),
    permissions=(
        Permission("administration.view", "保存・点検・モデル・設定を見る", Support.HOUSE),
        Permission("administration.rooms", "使う業務を決める"),
    ),
    # Who keeps the house running and sees no case: for the operator of a shared installation.
    roles={"運用担当": ("administration.view",)},
    audit_events={
        "administration.room_switched_off": "業務を使わないことにした",
        "administration.room_switched_on": "業務を使うことにした",
        "administration.checked": "点検を行った",
    },
    optional="yakuba.kernel.postgresql.programs:optional",
    self_check="yakuba.kernel.administration.checks:house",
    examples="yakuba.kernel.administration.tests.examples:make",
)

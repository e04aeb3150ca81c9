"""The accounts declare themselves."""

from yakuba.kernel.registry import Manifest, Permission, PersonalData

MANIFEST = Manifest(
    name="accounts",
    label="職員",
    description="職員、役割、課、APIトークン",
    permissions=(
        Permission("accounts.manage", "職員・役割・課を登録し、直す"),
        Permission("accounts.tokens", "APIトークンを発行し、止める"),
    ),
    audit_events={
        "accounts.logged_in": "ログインした",
        "accounts.login_failed": "ログインに失敗した",
        "accounts.login_locked": "失敗が続いたためログインを止めた",
        "accounts.tried_while_locked": "止めているあいだにログインが試された",
        "accounts.token_issued": "APIトークンを発行した",
        "accounts.token_revoked": "APIトークンを止めた",
        "accounts.municipality_saved": "自治体を登録した",
        "accounts.department_saved": "課を登録した",
        "accounts.department_removed": "課をなくした",
        "accounts.role_saved": "役割を登録した",
        "accounts.role_removed": "役割をなくした",
        "accounts.staff_saved": "職員を登録した",
        "accounts.refused": "権限のない操作を断った",
    },
    personal_data=(PersonalData("accounts.User", "職員の確認", None),),
)

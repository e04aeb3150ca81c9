"""Signing in declares itself."""

from yakuba.kernel.registry import Manifest, PersonalData, Setting

MANIFEST = Manifest(
    name="signin",
    label="本人の確認",
    description="二つ目の確認、操作の前の本人の確認",
    manual={"": "二つ目の確認を設定する"},
    town_settings=(
        Setting(
            "signin.idle_minutes",
            "何分使わないとログアウトするか",
            60,
            "席を離れたまま忘れたときのためです。ログインから12時間でも終わります。",
            least=5,
            largest=720,
        ),
        Setting(
            "signin.passkey_login",
            "パスキーだけで入れるようにする",
            False,
            "職員IDとパスワードを入れずに、登録したパスキーだけでログインできます。パスキーは指紋やPINで守られています。",
        ),
    ),
    audit_events={
        "signin.passkey_copied": "写しのおそれがあるパスキーを止めた",
        "signin.by_directory": "庁内の認証サーバーのアカウントで入った",
        "signin.directory_roles": "庁内の認証サーバーのグループで役割が変わった",
        "signin.directory_changed": "庁内の認証サーバーの決まりを変えた",
        "signin.invited": "職員を招いた",
        "signin.invitation_used": "招かれた職員がパスワードを決めた",
        "signin.session_ended": "ログイン中の画面を終わらせた",
        "signin.factor_added": "二つ目の確認を設定した",
        "signin.factor_removed": "二つ目の確認を外した",
        "signin.codes_made": "予備の番号を作った",
        "signin.code_used": "予備の番号を使った",
        "signin.proved": "操作の前に本人の確認をした",
        "signin.proof_failed": "本人の確認に失敗した",
    },
    examples="yakuba.kernel.signin.tests.examples:make",
    personal_data=(
        PersonalData("signin.Authenticator", "職員の確認", None),
        PersonalData("signin.Passkey", "職員の確認", None),
        PersonalData("signin.Invitation", "職員を招いた記録", None),
        PersonalData("accounts.SignedIn", "職員の確認", None),
        PersonalData("signin.RecoveryCode", "職員の確認", None),
    ),
)

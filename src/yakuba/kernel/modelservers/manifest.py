"""The client for model servers declares itself."""

from yakuba.kernel.registry import Group, Manifest, Setting

_WHERE = (
    "例：http://127.0.0.1:8080/v1。YAKUBA_OUTBOUND_HOSTS にある相手だけです。空欄なら内蔵の方法で行います。"
)

MANIFEST = Manifest(
    name="modelservers",
    label="モデルサーバー",
    description="庁内の言語モデルのサーバーにつなぐ",
    group=Group.ADMINISTRATION,
    town_settings=(
        Setting("modelservers.chat_url", "文章を作るサーバーの住所", "", _WHERE),
        Setting(
            "modelservers.chat_model", "文章を作るモデルの名前", "", "サーバーで使う名前です。", largest=80
        ),
        Setting("modelservers.embeddings_url", "意味を比べるサーバーの住所", "", _WHERE),
        Setting(
            "modelservers.embeddings_model",
            "意味を比べるモデルの名前",
            "",
            "サーバーで使う名前です。",
            largest=80,
        ),
        Setting(
            "modelservers.seconds",
            "答えを待つ秒数",
            120,
            "これより長い答えはやめて、内蔵の方法で行います。",
            least=1,
            largest=1800,
        ),
    ),
    self_check="yakuba.kernel.modelservers.checking:self_check",
    contacts="yakuba.kernel.modelservers.chosen:contacts",
)

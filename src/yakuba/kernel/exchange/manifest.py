"""The exchange declares itself."""

from yakuba.kernel.registry import (
    Group,
    Manifest,
    NavigationItem,
    Permission,
    PersonalData,
    Setting,
    WorkQueue,
)

MANIFEST = Manifest(
    name="exchange",
    label="外と内の授受",
    description="住民の受付だけを置いた外の設備から、届いたものを受け取る",
    group=Group.ADMINISTRATION,
    manual={"": "外の設備から届いたものを扱う"},
    navigation=(NavigationItem("外と内の授受", "exchange:index", "exchange.view"),),
    permissions=(
        Permission("exchange.view", "外の設備との授受と、受け付けられなかったものを見る"),
        Permission("exchange.settle", "受け付けられなかったものを開き、片付ける"),
        Permission("exchange.carry", "授受のファイルを書き出し、取り込む"),
    ),
    roles={
        "窓口担当": ("exchange.view", "exchange.settle"),
        "運用担当": ("exchange.view", "exchange.carry"),
    },
    queues=(
        WorkQueue(
            "外から届いて受け付けられなかったもの",
            "exchange.view",
            "yakuba.kernel.exchange.checks:queue_state",
        ),
    ),
    audit_events={
        "exchange.key_made": "授受の鍵を作った",
        "exchange.counterpart_accepted": "授受の相手の鍵を、指紋を確かめて入れた",
        "exchange.counterpart_renewed": "授受の相手の鍵が新しくなった",
        "exchange.carried_out": "授受のファイルを書き出した",
        "exchange.carried_in": "授受のファイルを取り込んだ",
        "exchange.published": "公開するものを、内の設備のとおりにした",
        "exchange.inside_went_back": "内の設備が控えから戻り、届いたものをもう一度渡した",
        "exchange.told_again": "控えから戻ったあと、残っているものに新しい番号を付けて渡した",
        "exchange.missed": "届く前に外の設備から消えたものがあった",
        "exchange.stuck": "外から届いたものを受け付けられず、人の判断を待っている",
        "exchange.opened": "外から届いて受け付けられなかったものの中身を見た",
        "exchange.tried_again": "外から届いたものを、もう一度受け付けるようにした",
        "exchange.orphan_let_go": "外から届いて、どの申請のものでもなかった書類を消した",
        "exchange.put_aside": "外から届いたものを、受け付けずに片付けた",
    },
    town_settings=(
        Setting(
            "exchange.public_address",
            "住民が開くアドレス",
            "",
            "https:// で始まる、外の設備の名前です。職員の画面の案内とQRコードに出ます。空なら、この設備が外を呼ぶアドレスと同じとみなします。",
        ),
        Setting(
            "exchange.every_minutes",
            "外の設備から受け取る間隔（分）",
            5,
            "外の設備を分けて置いたときだけ使います。",
            least=1,
            largest=1_440,
        ),
        Setting(
            "exchange.kept_days",
            "内へ渡したものを外に残す日数",
            14,
            "内の設備を控えから戻したとき、外の設備からもう一度受け取れる日数です。控えを取る間隔より長くします。",
            least=3,
            largest=60,
        ),
    ),
    personal_data=(
        PersonalData("exchange.Parcel", "内の設備へ渡すもの（封をして残す）", None),
        PersonalData(
            "exchange.Arrival", "外の設備から届いたもの（封をしたまま残し、受け付けると消す）", None
        ),
        PersonalData("exchange.Standing", "申請者に伝える状況（申請者だけが開ける封をして残す）", None),
    ),
    failures="yakuba.kernel.exchange.checks:failures",
    self_check="yakuba.kernel.exchange.checks:self_check",
    contacts="yakuba.kernel.exchange.checks:contacts",
    examples="yakuba.kernel.exchange.tests.examples:make",
)

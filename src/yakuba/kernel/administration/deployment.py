"""`yakuba check --deploy`: what is missing where this installation stands, by the model and zone of its profile.

What it can see it looks at. What it cannot see (other machines, contracts, people) it never calls well: it lists it for a
person, with the reason. The demands are our summary of 総務省「地方公共団体における情報セキュリティポリシーに関する
ガイドライン」 (α' since the edition of October 2024); the town's own policy and the edition in force decide.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass

from yakuba.kernel.administration import parting, seen
from yakuba.kernel.outbound import part
from yakuba.kernel.outbound.classes import Zone
from yakuba.kernel.outbound.profile import Model, Profile
from yakuba.kernel.values.labelled import Labelled

A, A2, B, B2 = Model.ALPHA, Model.ALPHA_PRIME, Model.BETA, Model.BETA_PRIME
OPENED = frozenset({A2, B, B2})  # models that let staff or systems nearer to the internet
NUMBER, LGWAN, INTERNET = Zone.MY_NUMBER, Zone.LGWAN, Zone.INTERNET
HALVES = frozenset({part.OUTSIDE, part.INSIDE})
INSIDE = frozenset({NUMBER, LGWAN})


class State(Labelled):
    """What is known of a demand."""

    OK = "ok", "よし"
    MISSING = "missing", "足りない"
    PERSON = "person", "人が確かめること"


@dataclass(frozen=True)
class Found:
    """One demand. advice: what to do, or why a person has to look."""

    code: str
    label: str
    state: State
    advice: str = ""

    def facts(self) -> dict[str, str]:
        """The same for a program."""
        return {name: str(value) for name, value in asdict(self).items()}


@dataclass(frozen=True)
class Demand:
    """models, zones: of which profiles, parts: of which part of a service (`outbound.part`); empty for all.  look: sentences about what is missing.  reason: without `look`, why
    the installation cannot see it."""

    code: str
    label: str
    look: Callable[[Profile], Iterable[str]] | None = None
    reason: str = ""
    models: frozenset[Model] = frozenset()
    zones: frozenset[Zone] = frozenset()
    parts: frozenset[str] = frozenset()

    def is_for(self, profile: Profile) -> bool:
        """Whether the profile's model and zone, and this installation's part, ask for it."""
        fits_model = not self.models or profile.model in self.models
        fits_part = not self.parts or part.part() in self.parts
        return fits_model and fits_part and (not self.zones or profile.zone in self.zones)

    def examined(self, profile: Profile) -> Found:
        if self.look is None:
            return Found(self.code, self.label, State.PERSON, self.reason)
        missing = list(self.look(profile))
        return Found(self.code, self.label, State.MISSING if missing else State.OK, " ".join(missing))


_OTHERS = "ほかの機械のことで、この設備からは見えません。"
_PEOPLE = "人と契約のことで、プログラムからは見えません。"
DEMANDS = (
    Demand("towns", "点検する自治体があること", seen.towns),
    Demand("profile_file", "配置プロファイルをほかの利用者が書き換えられないこと", seen.profile_file),
    Demand("outbound_hosts", "外への接続の設定が一つであること", seen.contradictions),
    Demand("contacts", "使っている相手が、すべて通信の一覧にあること", seen.unlisted_contacts),
    Demand("database_flow", "データベースへの通信が一覧にあること", seen.database_flow),
    Demand("inner_addresses", "内側の相手のアドレスが決まっていること", seen.without_addresses),
    Demand("encrypted_flows", "系をまたぐ通信が暗号化されること", seen.in_the_clear),
    Demand("way_to_the_internet", "インターネットへの出方がモデルに合うこと", seen.ways_to_the_internet),
    Demand("cleaned", "下の系から入るものが無害化されること", seen.uncleaned, zones=INSIDE),
    Demand("part_zone", "2台に分けた設備が、それぞれの系にあること", parting.zone, parts=HALVES),
    Demand("part_flow", "2台のあいだの通信が、内から外への1つだけであること", parting.flow, parts=HALVES),
    Demand("part_keys", "2台が互いの鍵を確かめてあること", parting.keys_known, parts=HALVES),
    Demand("part_fingerprint", "鍵の指紋を、人が読み上げて比べたこと", reason=_PEOPLE + "yakuba exchange status の指紋を、相手の設備の yakuba exchange keys と、電話で比べてください。", parts=HALVES),
    Demand("held", "系で扱えない情報を持っていないこと", seen.held),
    Demand("debug", "開発用の設定が切れていること", seen.debug),
    Demand("https", "画面がHTTPSで開かれること", seen.https),
    Demand("hsts", "ブラウザーがHTTPSを覚えること（HSTS）", seen.hsts),
    Demand("second_factor", "職員の二要素認証", seen.second_factors),
    Demand("data_folder", "データフォルダをほかの利用者が読めないこと", seen.folder),
    Demand("database_role", "データベースの役割が強すぎないこと", seen.database_role),
    Demand("database_tls", "データベースとの通信が暗号化されること", seen.database_encryption),
    Demand("audit", "監査記録が続いていること", seen.audit),
    Demand("key_apart", "マスターキーがデータと別の場所にあること", seen.key_apart, models=OPENED),
    Demand("key_of_backups", "控えの鍵が控えと別の場所にあること", reason="控えを置いた先は、この設備からは見えません。yakuba backup の --keys に書いた場所を確かめてください。"),
    Demand("separation", "系のあいだが分かれ、通信の一覧のほかは通らないこと", reason="見えるのは自分が出す通信だけです。ファイアウォールとL3スイッチの設定を、通信の一覧と比べてください。"),
    Demand("log_copy", "監査記録と通信の記録の写しを、別の機械に町の決めた期間残すこと", reason=_OTHERS + "写しの置き場所と期間を確かめてください。"),
    Demand("media", "媒体による持ち出しを止めること", reason=_OTHERS + "端末のUSBなどの制限を確かめてください。"),
    Demand("updates", "OS、ブラウザー、ミドルウェアの更新と、不正プログラムの対策", reason=_OTHERS + "この設備のOSの更新も、何が最新かを外に聞けないため分かりません。"),
    Demand("place", "データの置き場所が国内で、日本の法律が及ぶこと", reason=_PEOPLE + "データセンターとの契約を確かめてください。"),
    Demand("incidents", "事故のときの体制（CSIRT）と訓練、職員の研修", reason=_PEOPLE),
    Demand("contractors", "委託先の管理", reason=_PEOPLE),
    Demand("terminal_factors", "端末のログインの二要素認証", reason=_OTHERS + "端末の認証の設定を確かめてください。", zones=frozenset({NUMBER})),
    Demand("cleaning_system", "無害化の仕組みが動いていること", reason=_OTHERS + "Yakubaは受け取ったファイルを作り直しますが、系のあいだの無害化の代わりにはなりません。", zones=INSIDE),
    Demand("cloud_review", "直接つなぐクラウドサービスの評価と、利用者認証・権限・記録", reason=_PEOPLE + "つなぐ先ごとに、評価の結果と契約を確かめてください。", models=frozenset({A2})),
    Demand("endpoints", "端末とサーバーの挙動を監視し、止められること（EDRなど）", reason=_OTHERS, models=OPENED),
    Demand("vulnerabilities", "脆弱性の情報を集め、直す期限を決めること", reason=_PEOPLE, models=OPENED),
    Demand("external_audit", "移る前と、そのあと定期の外部監査", reason=_PEOPLE, models=OPENED),
    Demand("screen_transfer", "LGWAN接続系の業務を、画面転送などで分けて使うこと", reason=_OTHERS, models=frozenset({B, B2})),
    Demand("asset_access", "情報資産ごとの利用者の権限の管理", reason="Yakubaの中は「職員と役割」で見られますが、ほかの業務システムとファイルサーバーは見えません。", models=frozenset({B, B2})),
    Demand("system_monitoring", "インターネット接続系に移した業務システムの監視と、住民の情報を移していないこと", reason=_OTHERS, models=frozenset({B2})),
)  # fmt: skip


def examined(profile: Profile) -> list[Found]:
    """Every demand of the profile's model and zone, what is missing first, then what a person has to look at."""
    found = [one.examined(profile) for one in DEMANDS if one.is_for(profile)]
    order = (State.MISSING, State.PERSON, State.OK)
    return sorted(found, key=lambda one: order.index(one.state))

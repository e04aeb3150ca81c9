"""The cityhub room declares itself."""

from yakuba.kernel.registry import Group, Manifest, Permission, Setting

ROOM = "yakuba.services.cityhub"

MANIFEST = Manifest(
    name="cityhub",
    label="都市OS",
    description="センサーやほかの仕組みからの値を受け、ためて、見張り、知らせる",
    group=Group.CITY,
    permissions=(
        Permission("cityhub.view", "都市OSの値と警報を見る"),
        Permission("cityhub.write", "都市OSへ値を送る"),
        Permission("cityhub.manage", "都市OSのサブスクリプションと見張りの決まりを決める"),
    ),
    town_settings=(
        Setting(
            "cityhub.services",
            "都市OSで使う名前（Fiware-Service）",
            "",
            "団体コードのほかに、この自治体を指す名前です。いくつかあれば、コンマで区切ります。",
        ),
    ),
)

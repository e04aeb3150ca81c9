"""The simulators room declares itself."""

from yakuba.kernel.registry import Group, Manifest, NavigationItem, Permission

QUERIES = "yakuba.services.simulators.queries"
TRIALS = "通信の実験の指標を残す"
TRIAL_PAGES = (
    "trials", "trial", "new_trial", "edit_trial", "load_trials", "trials_table", "new_indicator", "edit_indicator", "measure",
)  # fmt: skip

MANIFEST = Manifest(
    name="simulators",
    label="通信シミュレータ",
    description="通信の遅れ、届く範囲、途切れを式で見積もり、実験の指標を残す",
    group=Group.CITY,
    manual={"": "通信の条件を見積もる", **dict.fromkeys(TRIAL_PAGES, TRIALS)},
    navigation=(
        NavigationItem("通信シミュレータ", "simulators:index", "simulators.view"),
        NavigationItem("実験の記録", "simulators:trials", "simulators.view"),
    ),
    permissions=(
        Permission("simulators.view", "計算し、残した結果と実験の記録を見る"),
        Permission("simulators.keep", "計算の結果を残し、捨てる"),
        Permission("simulators.edit", "実験と指標と測った値を入れ、直す"),
    ),
    roles={
        "企画担当": ("simulators.view", "simulators.keep", "simulators.edit"),
        "課長": ("simulators.view", "simulators.keep"),
    },
    audit_events={
        "simulators.kept": "通信の計算の結果を残した",
        "simulators.discarded": "通信の計算の結果を捨てた",
        "simulators.trial_added": "実験を加えた",
        "simulators.trial_changed": "実験を直した",
        "simulators.trial_discarded": "実験を捨てた",
        "simulators.indicator_added": "実験の指標を加えた",
        "simulators.indicator_changed": "実験の指標を直した",
        "simulators.measured": "実験の測った値を加えた",
        "simulators.unmeasured": "実験の測った値を取り消した",
        "simulators.trials_loaded": "実験の表を取り込んだ",
        "simulators.register_taken": "実験の表を取り出した",
    },
    search=f"{QUERIES}:found",
    first_step=f"{QUERIES}:first_step",
    examples="yakuba.services.simulators.tests.examples:make",
)

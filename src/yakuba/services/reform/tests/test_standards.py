"""Standard process models: composed by the majority, drawn, as BPMN 2.0 out and in, edited, and proposed to a section."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from xml.etree import ElementTree

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from yakuba.kernel.refusals import Conflict, Invalid
from yakuba.kernel.tenancy import active_municipality
from yakuba.services.reform.contracts import TaskRow
from yakuba.services.reform.engine.bpmn import NAMESPACES
from yakuba.services.reform.engine.bpmn.reading import read
from yakuba.services.reform.engine.bpmn.writing import written
from yakuba.services.reform.engine.flow import FlowStep, as_plain, graph_of, step_of
from yakuba.services.reform.engine.flow_chart import flow_chart
from yakuba.services.reform.engine.standard import compose
from yakuba.services.reform.models import StandardModel, Task
from yakuba.services.reform.operations import standards as operations
from yakuba.services.reform.tests.examples import inventory

STEPS = [
    FlowStep("届書を受け取る", "市民課の窓口", "", Decimal("8.5"), "in_person", ("本人を確かめる", "不足を調べる"), "4/5"),
    FlowStep("委任状を確かめる", "市民課の窓口", "本人以外が来た"),
    FlowStep("在留カードを確かめる", "市民課の窓口", "世帯の種類：外国人を含む"),
    FlowStep("在留カードに書く", "入力担当", "世帯の種類：外国人を含む"),
    FlowStep("国へ知らせる", "入力担当", "世帯の種類：帰国"),
    FlowStep("入力する", "入力担当", "", Decimal(6), "data"),
    FlowStep("<確認> & \"通知\"", ""),
]  # fmt: skip


def ways(*orders: str) -> dict[str, list[TaskRow]]:
    """Each word is a body's steps, a letter each."""
    return {str(at): [TaskRow("転入届", step, f"{step}を行う", cases=Decimal(100), minutes=Decimal(at + 1)) for step in order]
            for at, order in enumerate(orders)}  # fmt: skip


def composed(*orders: str) -> str:
    return "".join(one.name for one in compose(ways(*orders)).steps)


def test_a_step_is_in_the_model_where_more_than_half_have_it():
    found = compose(ways("ABC", "ABC", "ABD", "AB"))
    assert "".join(one.name for one in found.steps) == "AB"
    assert [one.support for one in found.steps] == ["4/4", "4/4"]
    assert {one.name for one in found.left} == {"C", "D"}
    assert found.choices == ["「C」は、半分の団体（2/4）にあります。入れるかどうかを決めてください。"]
    assert [one.minutes for one in found.steps] == [Decimal("2.5"), Decimal("2.5")]  # the median of 1 to 4


def test_neighbours_stand_as_most_bodies_do_them():
    assert composed("ABC", "ABC", "BAC") == "ABC"
    assert composed("ABC", "BAC", "BAC") == "BAC"
    assert composed("ABCD", "ACBD", "ACBD") == "ACBD"


def test_an_order_on_which_bodies_are_divided_is_a_persons_choice():
    assert "「A」と「B」は、どちらを先にするか" in compose(ways("AB", "BA")).choices[0]
    assert "食い違う" in compose(ways("ABC", "BCA", "CAB")).choices[-1]  # Condorcet's circle
    assert compose(ways("ABC", "ABC", "BAC")).choices == []


def test_tasks_are_those_of_the_marked_body():
    bodies = ways("A", "A")
    bodies["1"] = [replace(bodies["1"][0], task="まとめて行う")]
    assert compose(bodies).steps[0].tasks == ("Aを行う",)  # the least minutes
    assert compose(bodies, ["1"]).steps[0].tasks == ("まとめて行う",)
    with pytest.raises(ValueError, match="2団体以上"):
        compose(ways("A"))


def test_steps_under_one_question_are_branches_of_one_gateway():
    graph = graph_of(STEPS)
    assert [node.kind for node in graph.nodes] == [
        "start", "task", "split", "task", "join", "split", "task", "task", "task", "join", "task", "task", "end",
    ]  # fmt: skip
    names = {(edge.source, edge.target): edge.name for edge in graph.edges}
    assert names["n2", "n3"] == "はい"
    assert names["n2", "n4"] == "いいえ"
    assert (names["n5", "n6"], names["n5", "n8"], names["n5", "n9"]) == ("外国人を含む", "帰国", "そのほか")
    assert [step_of(as_plain(one)) for one in STEPS] == STEPS


def test_what_is_written_is_read_back_the_same():
    found = read(written("転入届", STEPS))
    assert found.name == "転入届"
    assert found.steps == STEPS
    assert found.told == []


words = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z"), exclude_characters="：<か"), min_size=1, max_size=8).filter(
    lambda text: text not in ("職員", "いいえ", "そのほか") and text.lower() not in ("yes", "true", "○", "有", "あり", "はい")
)  # fmt: skip
steps = st.builds(
    FlowStep, words, st.just("") | words, st.just("") | words | st.builds("{}：{}".format, words, words),
    st.none() | st.decimals(0, 1000, places=2), st.sampled_from(["", "paper", "data"]), st.lists(words, max_size=3).map(tuple),
)  # fmt: skip


@given(st.lists(steps, min_size=1, max_size=12))
def test_any_flow_is_read_back_the_same(found):
    again = read(written("業務", found))
    assert again.steps == found
    assert again.told == []


def test_the_file_holds_together():
    """Every reference has its element, every node and flow its shape, and the order of elements is that of the standard."""
    root = ElementTree.fromstring(written("転入届", STEPS))
    spaces = NAMESPACES
    process = root.find("bpmn:process", spaces)
    ids = {one.get("id") for one in root.iter() if one.get("id")}
    assert len(ids) == len([one for one in root.iter() if one.get("id")])
    drawn = {one.get("bpmnElement") for one in root.iter() if one.get("bpmnElement")}
    flows = process.findall("bpmn:sequenceFlow", spaces)
    nodes = [one for one in process if one.tag.endswith(("task", "Event", "Gateway"))]
    assert {one.get("id") for one in (*flows, *nodes)} <= drawn <= ids
    assert {one.get("sourceRef") for one in flows} | {one.get("targetRef") for one in flows} <= ids
    assert process[0].tag.endswith("laneSet")
    assert sorted(one.text for one in process.iter(f"{{{spaces['bpmn']}}}flowNodeRef")) == sorted(
        one.get("id") for one in nodes
    )
    boxes = [
        {key: int(value) for key, value in one.attrib.items()}
        for one in root.iter(f"{{{spaces['dc']}}}Bounds")
    ][-len(nodes) :]
    for at, a in enumerate(boxes):
        for b in boxes[at + 1 :]:
            assert a["x"] + a["width"] <= b["x"] or b["x"] + b["width"] <= a["x"], "no two overlap"


def bpmn(inside: str, more: str = "") -> bytes:
    return f'<definitions xmlns="{NAMESPACES["bpmn"]}">{more}<process id="p" name="業務">{inside}</process></definitions>'.encode()


def flow(*pairs: str) -> str:
    return "".join(
        f'<sequenceFlow id="{pair}" sourceRef="{pair[0]}" targetRef="{pair[1]}" name="{pair[2:]}"/>'
        for pair in pairs
    )


def test_another_tools_file_is_read_and_what_is_left_out_is_told_by_its_element():
    found = read(
        bpmn(
            '<startEvent id="s"><timerEventDefinition/></startEvent><userTask id="a" name="受ける"/><parallelGateway id="g" name="分ける"/>'
            '<task id="b" name="書く"/><subProcess id="c" name="審査"><task id="x" name="中"/></subProcess><parallelGateway id="h"/>'
            '<exclusiveGateway id="q" name="よいか"/><task id="d" name="戻す"/><intermediateThrowEvent id="i" name="知らせ"/><endEvent id="e"/>'
            '<dataObject id="o" name="届書"/>'
            + flow("sa", "ag", "gb", "gc", "bh", "ch", "hq", "qdいいえ", "da", "qiyes", "ie", "ez")
        )
    )
    assert [(one.name, one.condition) for one in found.steps] == [
        ("受ける", ""), ("書く", ""), ("審査", ""), ("戻す", "よいか：いいえ"),
    ]  # fmt: skip
    told = "\n".join(found.told)
    for element in (
        "parallelGateway「分ける」",
        "subProcess「審査」",
        "intermediateThrowEvent「知らせ」",
        "dataObject「届書」",
        "「受ける」へ戻る",
        "startEvent",
        "ez",
    ):
        assert element in told


def test_gateways_within_gateways_become_one_condition():
    found = read(
        bpmn(
            '<startEvent id="s"/><exclusiveGateway id="q" name="代理"/><exclusiveGateway id="r" name="親族"/><task id="a" name="続柄を見る"/>'
            '<exclusiveGateway id="j"/><task id="b" name="受ける"/>'
            + flow("sq", "qrはい", "qjいいえ", "raはい", "rjいいえ", "aj", "jb")
        )
    )
    assert [(one.name, one.condition) for one in found.steps] == [
        ("続柄を見る", "代理 かつ 親族"),
        ("受ける", ""),
    ]
    assert read(written("業務", found.steps)).steps == found.steps


def test_steps_over_the_bound_are_told():
    found = compose({one: [TaskRow("転入届", f"工程{at:03}", "行う") for at in range(300)] for one in "ab"})
    assert len(found.steps) == 200
    assert "工程が300あり、200まで" in found.choices[0]
    assert found.left[0].name == "工程200"


BOMB = (
    '<!DOCTYPE d [<!ENTITY a "aaaa">'
    + "".join(f'<!ENTITY {b} "&{a};&{a};&{a};">' for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    + "]>"
)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ((BOMB + bpmn('<task id="a" name="&i;"/>').decode()).encode(), "文書型"),
        (b'<!DOCTYPE d SYSTEM "file:///etc/passwd"><d/>', "文書型"),
        (bpmn("<extensionElements>" * 100 + "</extensionElements>" * 100), "深すぎ"),
        (bpmn('<task id="a"/>' * 25_000), "多すぎ"),
        (b" " * 2_000_001, "大きすぎ"),
        (b"<definitions", "XMLとして読めません"),
        (b"", "XMLとして読めません"),
        (b"<definitions/>", "BPMN 2.0のファイルではありません"),
        (bpmn('<startEvent id="a"/>'), "一つもありません"),
        (b'<?xml version="1.0" encoding="x-unknown"?><a/>', "読めません"),
    ],
)
def test_hostile_and_useless_files_are_refused(content, told):
    with pytest.raises(Invalid, match=told):
        read(content)


def test_a_circle_without_a_beginning_ends():
    assert len(read(bpmn('<task id="a" name="甲"/><task id="b" name="乙"/>' + flow("ab", "ba"))).steps) == 2
    tasks = (
        "".join(f'<exclusiveGateway id="{chr(0x4E00 + at)}"/>' for at in range(400))
        + '<task id="z" name="終"/>'
    )
    chain = "".join(flow(chr(0x4E00 + at) + chr(0x4E01 + at), chr(0x4E00 + at) + "z") for at in range(399))
    with pytest.raises(Invalid, match="入れ子が深すぎ"):
        read(bpmn(tasks + chain))


@pytest.mark.parametrize("picture", ["svg", "narrow_svg"])
def test_the_chart_says_all_without_colour_and_stays_within_its_width(picture):
    found = flow_chart("転入届", STEPS)
    root = ElementTree.fromstring(getattr(found, picture))
    text = "".join(root.itertext())
    for word in (
        "1. 届書を受け取る",
        "本人以外が来た",
        "いいえ",
        "外国人を含む",
        "そのほか",
        "8.5分",
        "始まり",
        "終わり",
    ):
        assert word in text
    width = float(root.get("width"))
    assert width == (670 if picture == "svg" else 350)
    for shape in root.iter("{http://www.w3.org/2000/svg}rect"):
        assert float(shape.get("x")) >= 0
        assert float(shape.get("x")) + float(shape.get("width")) <= width
    for line in root.iter("{http://www.w3.org/2000/svg}polyline"):
        assert all(0 <= float(point.split(",")[0]) <= width for point in line.get("points").split())
    assert [row[1] for row in found.table.rows] == [one.name for one in STEPS]
    assert found.table.rows[1][3] == "本人以外が来た"


def test_broad_letters_stay_in_their_box():
    root = ElementTree.fromstring(flow_chart("業務", [FlowStep("W" * 80, "職員")]).narrow_svg)
    box = max(float(one.get("width")) for one in root.iter("{http://www.w3.org/2000/svg}rect"))
    assert max(len(one.text) for one in root.iter("{http://www.w3.org/2000/svg}text")) * 12 < box + 24


@pytest.fixture
def draft(in_yakuba_city, clerk):
    """A draft of the steps, with something to be decided."""
    return StandardModel.objects.create(
        key="転入届",
        name="転入届",
        version=1,
        source="見本",
        steps=[as_plain(one) for one in STEPS],
        notes=["順を決める"],
    )


def test_a_draft_is_edited_decided_and_used_and_the_version_before_stays(client, clerk, draft):
    client.force_login(clerk)
    edit = reverse("reform:edit_standard", args=[draft.pk])
    page = client.get(edit).content.decode()
    fields = dict(re.findall(r'name="([^"]+)"[^>]* value="([^"]*)"', page))
    assert fields["0-name"] == "届書を受け取る"
    with pytest.raises(Conflict, match="決めることが1"):
        operations.use_standard(clerk, standard_id=draft.pk)
    rows = {
        "rows": "2",
        "before": "0",
        "note-0": "on",
        "0-name": "二番",
        "0-order": "20",
        "1-name": "一番",
        "1-order": "10",
        "1-minutes": "1:30",
    }
    assert client.post(edit, rows).status_code == 302
    draft.refresh_from_db()
    assert [(one.name, one.minutes) for one in map(step_of, draft.steps)] == [
        ("一番", Decimal(90)),
        ("二番", None),
    ]
    assert draft.notes == []
    assert len(draft.left) == len(STEPS)
    again = client.post(edit, rows)  # who looked before the change
    assert again.status_code == 422
    assert "ほかの人がこの流れを変えました" in again.content.decode()
    client.post(reverse("reform:use_standard", args=[draft.pk]))
    client.post(reverse("reform:draft_standard", args=[draft.pk]))
    client.post(reverse("reform:use_standard", args=[StandardModel.objects.get(version=2).pk]))
    assert dict(StandardModel.objects.values_list("version", "state")) == {1: "retired", 2: "used"}


def test_of_many_steps_those_that_are_not_on_the_page_stay(client, clerk, in_yakuba_city):
    steps = [as_plain(FlowStep(f"工程{at}", medium="paper", tasks=("見る",))) for at in range(150)]
    row = StandardModel.objects.create(key="長い", name="長い", version=1, source="見本", steps=steps)
    client.force_login(clerk)
    edit = reverse("reform:edit_standard", args=[row.pk])
    page = client.get(edit, {"from": "60"}).content.decode()
    assert "61～120" in page
    fields = dict(re.findall(r'name="([^"]+)"[^>]* value="([^"]*)"', page))
    assert fields["0-name"] == "工程60"
    mediums = {f"{at}-medium": "paper" for at in range(60)}
    answer = client.post(edit, fields | mediums | {"0-name": "直した"})
    assert answer.status_code == 302, answer.content.decode()
    row.refresh_from_db()
    assert [one["name"] for one in row.steps] == [f"工程{at}" if at != 60 else "直した" for at in range(150)]
    assert row.steps[149] == steps[149]


@pytest.mark.parametrize("sort", ["name", "-name", "version", "-state", "-changed"])
def test_the_versions_are_sorted_either_way(client, clerk, draft, sort):
    client.force_login(clerk)
    assert client.get(reverse("reform:standards"), {"sort": sort}).status_code == 200


def test_more_that_was_not_read_than_a_page_can_show_is_counted(client, clerk, in_yakuba_city):
    flows = "".join(f'<sequenceFlow id="f{at}" sourceRef="a" targetRef="x{at}"/>' for at in range(150))
    content = bpmn('<task id="a" name="甲"/>' + flows)
    client.force_login(clerk)
    client.post(reverse("reform:load_bpmn"), {"file": SimpleUploadedFile("x.bpmn", content), "name": ""})
    notes = StandardModel.objects.get().notes
    assert len(notes) == 100
    assert notes[-1].startswith("ほかに51あります")


def test_bpmn_goes_out_and_comes_in_by_the_pages(client, clerk, draft):
    client.force_login(clerk)
    content = client.get(reverse("reform:bpmn", args=[draft.pk])).getvalue()
    draft.delete()
    answer = client.post(
        reverse("reform:load_bpmn"), {"file": SimpleUploadedFile("転入.bpmn", content), "name": ""}
    )
    assert answer.status_code == 302, answer.content.decode()
    made = StandardModel.objects.get()
    assert [step_of(one) for one in made.steps] == STEPS
    page = client.get(reverse("reform:standard", args=[made.pk])).content.decode()
    assert "chart__picture--narrow" in page
    assert (
        client.post(reverse("reform:load_bpmn"), {"file": SimpleUploadedFile("x.bpmn", b"<a/>")}).status_code
        == 422
    )


def test_a_section_gets_the_tasks_as_a_proposal_and_keeps_what_it_has(clerk, draft):
    section = inventory(
        year=2027, rows=(TaskRow("転入届", "入力する", "入力する", minutes=Decimal(99)),), actor=clerk
    )
    assert operations.propose_standard(clerk, standard_id=draft.pk, section_id=section.pk) == 7
    made = {task.name: task for task in Task.objects.filter(section=section)}
    assert made["入力する"].minutes == 99
    assert (made["本人を確かめる"].cases, made["本人を確かめる"].medium) == (None, "in_person")


def test_a_model_is_composed_on_the_page_of_a_process(client, clerk, yakuba_city):
    from yakuba.services.reform.actions import comparison, sections
    from yakuba.services.reform.engine.compared_tables import ProcessTables
    from yakuba.services.reform.engine.inventory import Table

    with active_municipality(yakuba_city):
        sections.answer(inventory(actor=clerk), actor=clerk)
        rows = dict(enumerate((TaskRow("入所申込", "受付", "受ける", cases=Decimal(90), minutes=Decimal(7)),
                               TaskRow("入所申込", "審査", "見る", cases=Decimal(90), minutes=Decimal(9)))))  # fmt: skip
        tables = ProcessTables({"131016": Table(rows=rows)}, {"131016": "千代田区"})
        comparison.load_processes(tables, 2026, "見本", actor=clerk)
    client.force_login(clerk)
    page = client.get(reverse("reform:compare_process"), {"name": "入所申込"}).content.decode()
    assert 'value="131016" checked' in page
    client.post(reverse("reform:compose"), {"name": "入所申込", "code": ["990019", "131016"]})
    with active_municipality(yakuba_city):
        made = StandardModel.objects.get()
        assert [step_of(one).name for one in made.steps] == ["受付", "審査"]
    client.post(reverse("reform:compose"), {"name": "入所申込"})
    with active_municipality(yakuba_city):
        assert StandardModel.objects.count() == 1  # a draft is there already

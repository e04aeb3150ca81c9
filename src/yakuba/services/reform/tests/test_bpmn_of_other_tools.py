"""BPMN as other tools write it: without ids or names, in any order, with elements of their own, and events at the edge of a task."""

from __future__ import annotations

import pytest

from yakuba.kernel.refusals import Invalid
from yakuba.services.reform.engine.bpmn.reading import read
from yakuba.services.reform.tests.test_standards import bpmn, flow


def test_elements_without_an_id_are_kept_and_two_of_one_id_refused():
    assert [one.name for one in read(bpmn('<task name="甲"/><task name="乙"/>')).steps] == ["甲", "乙"]
    with pytest.raises(Invalid, match="id「a」の要素が二つあります（task「甲」とtask「乙」）"):
        read(bpmn('<task id="a" name="甲"/><task id="a" name="乙"/>'))


def test_elements_of_another_namespace_are_no_steps():
    tool = '<x:task xmlns:x="urn:tool" id="x" name="道具の覚え"/><extensionElements><x:task xmlns:x="urn:tool"/></extensionElements>'
    assert [one.name for one in read(bpmn(tool + '<task id="a" name="受ける"/>')).steps] == ["受ける"]


def test_ways_without_a_name_stay_apart():
    """As engines write them: an expression on one way, the other the default; and as sketches have them."""
    found = read(
        bpmn(
            '<startEvent id="s"/><exclusiveGateway id="q" name="よいか" default="qb"/><task id="a" name="進む"/><task id="b" name="戻す"/>'
            '<sequenceFlow id="qa" sourceRef="q" targetRef="a"><conditionExpression>${ok == 1}</conditionExpression></sequenceFlow>'
            + flow("sq", "qb")
        )
    )
    assert [(one.name, one.condition) for one in found.steps] == [
        ("進む", "よいか：${ok == 1}"),
        ("戻す", "よいか：そのほか"),
    ]
    assert "名前がないので、「そのほか」" in "".join(found.told)
    bare = '<exclusiveGateway id="q"/><task id="a" name="甲"/><task id="b" name="乙"/>'
    assert [one.condition for one in read(bpmn(bare + flow("qa", "qb"))).steps] == ["道1", "道2"]
    assert [one.condition for one in read(bpmn(bare + flow("qaはい", "qbはい"))).steps] == [
        "はい",
        "はい（2）",
    ]


def test_what_follows_an_event_at_the_edge_of_a_step_is_done_under_that_condition():
    found = read(
        bpmn(
            '<boundaryEvent id="t" name="7日たった" attachedToRef="a"><timerEventDefinition/></boundaryEvent><task id="c" name="催促する"/>'
            '<endEvent id="e"/><task id="b" name="入力する"/><task id="a" name="待つ"/><startEvent id="s"/>'
            + flow("sa", "ab", "be", "tc", "cb")
        )
    )
    assert [(one.name, one.condition) for one in found.steps] == [
        ("待つ", ""),
        ("入力する", ""),
        ("催促する", "7日たった"),
    ]
    assert "「待つ」の途中の出来事は、そのあとの工程の条件" in "".join(found.told)


def test_the_order_of_a_file_does_not_decide_which_way_leads_back():
    back = '<task id="b" name="乙"/><task id="c" name="丙"/><task id="a" name="甲"/><startEvent id="s"/>'
    found = read(bpmn(back + flow("sa", "ab", "bc", "ca")))
    assert [one.name for one in found.steps] == ["甲", "乙", "丙"]
    assert "「甲」へ戻る" in "".join(found.told)

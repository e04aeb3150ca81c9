"""The published tables of the source papers (E09 to E12), recomputed from answers of single bodies, to the digit.

Each count is turned into bodies that answered so; what comes out is what the tally of a real survey would print.
"""

from __future__ import annotations

from datetime import date

import pytest

from yakuba.services.surveys.contracts import Body, BodyClass, Share
from yakuba.services.surveys.engine import bodies as register
from yakuba.services.surveys.engine.reading import read_definition
from yakuba.services.surveys.engine.tally import percents_sum, tally
from yakuba.services.surveys.engine.trends import lines, trend

YES_NO = """
survey: golden
title: 公表された表
edition: "{edition}"
as_of: 2018-04-01
classes_on: 2018-10-01
sections:
  - title: 状況
    questions:
      - {{code: yes, label: 実施していますか, kind: choice, options: {{yes: はい, no: いいえ}}}}
"""
C = BodyClass
CLASSES = {"designated": 20, "ward": 23, "core": 54, "city": 718, "town": 926}
# (table, counts by class, the rates as printed: all municipalities first)
E09 = (
    ("窓口業務の民間委託", {"designated": 18, "ward": 20, "core": 45, "city": 236, "town": 85}, 404, ("23.2", "90.0", "87.0", "83.3", "32.9", "9.2")),
    ("総合窓口", {"designated": 9, "ward": 7, "core": 15, "city": 119, "town": 77}, 227, ("13.0", "45.0", "30.4", "27.8", "16.6", "8.3")),
    ("庶務業務の集約化", {"designated": 16, "ward": 23, "core": 31, "city": 269, "town": 145}, 484, ("27.8", "80.0", "100.0", "57.4", "37.5", "15.7")),
)  # fmt: skip


def every_body() -> list[Body]:
    return list(register.register(date(2018, 10, 1)).values())


def counted(counts: dict[str, int]):
    """The tally where so many bodies of each class say yes and all others no."""
    left, sheets, bodies = dict(counts), [], every_body()
    for body in bodies:
        left[body.kind.value] = left.get(body.kind.value, 0) - 1
        sheets.append({"yes": "yes" if left[body.kind.value] >= 0 else "no"})
    (found,) = tally(read_definition(YES_NO.format(edition="x")), bodies, sheets)
    return found.groups


@pytest.mark.parametrize(("title", "counts", "total", "printed"), E09)
def test_e09_comes_out_to_the_digit(title, counts, total, printed):
    groups = counted(counts | {"prefecture": 46})
    shown = [
        groups["municipal"].share("yes", "asked"),
        *(groups[f"class:{kind}"].share("yes", "asked") for kind in CLASSES),
    ]
    assert [one.shown for one in shown] == [f"{rate}%" for rate in printed]
    assert (shown[0].count, shown[0].of) == (total, 1741)
    assert [one.of for one in shown[1:]] == list(CLASSES.values())
    assert groups["class:prefecture"].share("yes", "asked").shown == "97.9%"  # 46/47, of the third table


def test_cutting_off_would_break_eight_of_the_nineteen_rows():
    rows = [(404, 1741, 232), (46, 47, 979)]
    for _, counts, total, printed in E09:
        rows += [(total, 1741, int(printed[0].replace(".", "")))]
        rows += [
            (counts[kind], CLASSES[kind], int(rate.replace(".", "")))
            for kind, rate in zip(CLASSES, printed[1:], strict=True)
        ]
    nineteen = rows[1:]
    assert len(nineteen) == 19
    assert all(Share(n, of).tenths == tenths for n, of, tenths in nineteen)
    wrong = {(n, of) for n, of, tenths in nineteen if 1000 * n // of != tenths}
    assert wrong == {(20, 23), (236, 718), (85, 926), (15, 54), (119, 718), (46, 47), (269, 718), (145, 926)}


def test_the_classes_of_e09_are_those_after_the_town_that_became_a_city_in_october():
    """The table says April; its 718 cities and 926 towns hold only from 1 October 2018 on, when 那珂川 became a city."""
    assert register.counts(date(2018, 10, 1)) == {C.PREFECTURE: 47} | {
        C(kind): number for kind, number in CLASSES.items()
    }
    april = register.counts(date(2018, 4, 1))
    assert (april[C.CITY], april[C.TOWN]) == (717, 927)


@pytest.mark.parametrize(
    ("counts", "total", "whole"),
    [((17, 12, 76), 105, (36, 60, 4)), ((14, 9, 59), 82, (30, 45, 3))],  # AI, RPA; 2018-11-01, provisional
)
def test_e10_agrees_with_its_counts_and_with_no_others(counts, total, whole):
    bases = (47, 20, 1721)
    percent = [(2 * 100 * n + of) // (2 * of) for n, of in zip(counts, bases, strict=True)]
    assert tuple(percent) == whole
    assert sum(counts) == total
    fitting = [
        (p, d, total - p - d) for p in range(48) for d in range(21)
        if (200 * p + 47) // 94 == whole[0] and (200 * d + 20) // 40 == whole[1] and 0 <= total - p - d <= 1721
        and (200 * (total - p - d) + 1721) // 3442 == whole[2]
    ]  # fmt: skip
    assert fitting == [counts]
    groups = counted({"prefecture": counts[0], "designated": counts[1], "core": 50, "city": counts[2] - 50})
    assert groups["all"].counts["yes"] == total
    others = [groups[f"class:{kind}"] for kind in ("ward", "core", "city", "town")]
    assert (sum(one.counts.get("yes", 0) for one in others), sum(one.asked for one in others)) == (
        counts[2],
        1721,
    )


def test_e10_of_2020_has_one_count_for_prefectures_and_cities_and_many_for_the_others():
    assert [n for n in range(48) if (200 * n + 47) // 94 == 74] == [35]
    assert [n for n in range(21) if (200 * n + 20) // 40 == 65] == [13]
    others = [n for n in range(1722) if (200 * n + 1721) // 3442 == 19]
    assert (others[0], others[-1]) == (319, 335)


AI_FUNCTIONS = {"voice": 37, "image": 9, "letters": 7, "language": 16, "numbers": 3, "matching": 13, "needs": 0, "action": 5,
                "automation": 7, "chatbot": 56, "other": 10}  # fmt: skip


def several(counts: dict[str, int], bodies: list[Body], answered: int):
    """The tally of one question with several answers: each option chosen by so many of the first `answered` bodies."""
    options = ", ".join(f"{code}: {code}を選ぶ" for code in counts)
    text = YES_NO.format(edition="x").replace("kind: choice, options: {yes: はい, no: いいえ}", f"kind: choices, base: answered, options: {{{options}}}")  # fmt: skip
    definition = read_definition(text)
    sheets = [{} for _ in bodies]
    place = 0
    for (
        code,
        number,
    ) in counts.items():  # one behind the other, around and around: nobody is given an option twice
        for at in range(number):
            sheet = sheets[(place + at) % answered]
            sheet["yes"] = ",".join(filter(None, (sheet.get("yes", ""), code)))
        place += number
    (found,) = tally(definition, bodies, sheets)
    return found.groups


def test_e10_ai_by_function_is_several_answers_over_105_bodies():
    groups = several(AI_FUNCTIONS, every_body(), 105)
    assert sum(groups["all"].counts.values()) == 163
    assert groups["all"].answered == 105
    assert {code: groups["all"].counts.get(code, 0) for code in AI_FUNCTIONS} == AI_FUNCTIONS
    assert percents_sum(groups["all"].share(code, "answered") for code in AI_FUNCTIONS) > 1000


E11 = {"money": (1295, "80.0"), "staff": (1092, "67.5"), "image": (1059, "65.5"), "effect": (1026, "63.4"), "ways": (682, "42.2"),
       "leader": (648, "40.0"), "agree": (510, "31.5"), "vendor": (354, "21.9"), "standard": (267, "16.5"), "residents": (188, "11.6"),
       "law": (104, "6.4")}  # fmt: skip


def test_e11_comes_out_with_the_only_base_that_fits_all_eleven_rows():
    def fits(of: int, rows) -> bool:
        return all(Share(n, of).shown == f"{rate}%" for n, rate in rows)

    rows = list(E11.values())
    assert [of for of in range(1000, 3000) if fits(of, rows)] == [1618]
    assert [
        of
        for of in range(1000, 3000)
        if all(1000 * n // of == int(rate.replace(".", "")) for n, rate in rows)
    ] == []
    for at in range(len(rows)):
        assert [of for of in range(1000, 3000) if fits(of, rows[:at] + rows[at + 1 :])] == [1618]
    groups = several({code: n for code, (n, _) in E11.items()}, every_body(), 1618)
    assert {code: groups["all"].share(code, "answered").shown for code in E11} == {
        code: f"{rate}%" for code, (_, rate) in E11.items()
    }


E11_OPTIONS = ("start", "field", "examples", "effect", "technique", "people", "partner", "cost", "priority", "residents", "leaders",
               "section", "privacy", "other")  # fmt: skip
E11_BY_CLASS = {
    "AI": {"prefecture": (2, 26, 28, 25, 6, 11, 2, 12, 0, 1, 0, 1, 2, 4), "designated": (0, 5, 5, 10, 4, 3, 1, 13, 3, 0, 0, 1, 3, 3),
           "others": (503, 934, 718, 863, 143, 465, 53, 430, 77, 20, 50, 38, 44, 72)},
    "RPA": {"prefecture": (1, 24, 27, 20, 9, 12, 0, 18, 0, 0, 0, 6, 1, 8), "designated": (0, 8, 9, 9, 3, 5, 1, 8, 2, 0, 0, 0, 0, 5),
            "others": (478, 948, 722, 908, 136, 491, 46, 409, 79, 20, 57, 52, 28, 98)},
}  # fmt: skip


@pytest.mark.parametrize("of", E11_BY_CLASS)
def test_e11_by_class_gives_back_its_fourteen_options(of):
    counts = E11_BY_CLASS[of]
    options = ", ".join(f"{code}: {code}という課題" for code in E11_OPTIONS)
    text = YES_NO.format(edition="x").replace(
        "kind: choice, options: {yes: はい, no: いいえ}", f"kind: choices, options: {{{options}}}"
    )
    bodies = every_body()
    inside = {"prefecture": [], "designated": [], "others": []}
    for at, body in enumerate(bodies):
        inside[body.kind.value if body.kind.value in inside else "others"].append(at)
    sheets: list[dict[str, str]] = [{} for _ in bodies]
    for kind, numbers in counts.items():
        for code, number in zip(E11_OPTIONS, numbers, strict=True):
            for at in inside[kind][:number]:
                sheets[at]["yes"] = ",".join(filter(None, (sheets[at].get("yes", ""), code)))
    (found,) = tally(read_definition(text), bodies, sheets)
    groups = found.groups
    shown = {
        kind: tuple(groups[f"class:{kind}"].counts.get(code, 0) for code in E11_OPTIONS)
        for kind in ("prefecture", "designated")
    }
    others = tuple(
        sum(groups[f"class:{kind}"].counts.get(code, 0) for kind in ("ward", "core", "city", "town"))
        for code in E11_OPTIONS
    )
    assert shown | {"others": others} == counts


E12_OPTIONS = {"doing": "既に取組を推進している", "planning": "取組を進める方向で、具体的に検討している", "collecting": "関心があり、情報収集段階である",
               "interested": "関心はあるが、特段の取組は行っていない", "none": "関心はなく、取組も行っていない", "unanswered": "無回答"}  # fmt: skip
E12 = {
    "H29": (773, (128, 18, 159, 416, 47, 5), ("16.6", "2.3", "20.6", "53.8", "6.1", "0.6"), 1000),
    "H26": (733, (43, 31, 137, 463, 43, 16), ("5.9", "4.2", "18.7", "63.2", "5.9", "2.2"), 1001),
}
E12_PRINTED = {"H25": ("5.1", "4.2", "16.1", "61.0", "9.2"), "H24": ("2.3", "3.4", "11.1", "54.8", "28.4")}


def of_e12(edition: str, published: str = ""):
    options = ", ".join(f"{code}: {text}" for code, text in E12_OPTIONS.items())
    text = YES_NO.format(edition=edition).replace(
        "options: {yes: はい, no: いいえ}", f"options: {{{options}}}{published}"
    )
    return read_definition(text)


@pytest.mark.parametrize("year", E12)
def test_e12_comes_out_where_there_are_counts_and_sums_stay_as_they_are(year):
    of, counts, printed, together = E12[year]
    answers = [code for code, number in zip(E12_OPTIONS, counts, strict=True) for _ in range(number)]
    assert len(answers) == of
    bodies = every_body()[:of]
    (found,) = tally(of_e12(year), bodies, [{"yes": code} for code in answers])
    shares = [found.groups["all"].share(code, "asked") for code in E12_OPTIONS]
    assert [one.shown for one in shares] == [f"{rate}%" for rate in printed]
    assert percents_sum(shares) == together


def test_e12_of_the_two_years_without_a_base_stands_only_as_published_and_breaks_the_line():
    editions = []
    for year, rates in reversed(E12_PRINTED.items()):
        printed = ", ".join(f'{code}: "{rate}"' for code, rate in zip(E12_OPTIONS, rates, strict=False))
        editions.append((of_e12(year, f", published: {{{printed}}}"), None))
    for year in ("H26", "H29"):
        of, counts, _, _ = E12[year]
        answers = [code for code, number in zip(E12_OPTIONS, counts, strict=True) for _ in range(number)]
        definition = of_e12(year)
        (found,) = tally(definition, every_body()[:of], [{"yes": code} for code in answers])
        editions.append((definition, found))
    years = trend("yes", "yes", editions)
    assert [year.shown("doing") for year in years] == [
        "2.3%（公表値）",
        "5.1%（公表値）",
        "5.9%（43/733）",
        "16.6%（128/773）",
    ]
    assert [bool(year.broken) for year in years] == [False, False, True, False]
    assert lines(years, "doing") == [[2.3, 5.1, None, None], [None, None, 5.9, 16.6]]

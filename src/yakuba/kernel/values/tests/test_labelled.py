"""A word that programs say, and what staff see."""

import json
import pickle

from yakuba.kernel.values.labelled import Labelled


class Fruit(Labelled):
    APPLE = "apple", "りんご"
    PEAR = "pear", "なし"


def test_a_word_is_its_value_and_has_a_label():
    assert (Fruit("apple"), str(Fruit.APPLE), Fruit.APPLE.label) == (Fruit.APPLE, "apple", "りんご")
    assert Fruit.choices() == [("apple", "りんご"), ("pear", "なし")]
    assert json.dumps([Fruit.PEAR]) == '["pear"]'
    assert pickle.loads(pickle.dumps(Fruit.PEAR)) is Fruit.PEAR

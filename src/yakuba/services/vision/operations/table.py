"""The operations of the vision room."""

from yakuba.kernel.operations import Operations

OPERATIONS = Operations(
    "vision",
    {
        "section": "道路の区間",
        "camera": "カメラ: 登録し、ますを描き、もう一度比べる",
        "head": "学習: 職員の判断から学ばせ、使う",
    },
)

"""The words of a PDF that another program made, read in the process that opens hostile files."""

from __future__ import annotations

from yakuba.kernel.files.opening import Ended, Opening
from yakuba.kernel.files.reasons import sentence
from yakuba.kernel.files.temporary import nameless_file
from yakuba.kernel.refusals import Invalid

SECONDS = 20.0  # CPU
MOST_PAGES = 20
MOST = 200_000  # characters


def words_of(content: bytes) -> str:
    """The text of a PDF's first pages. Raises Invalid with a sentence where it cannot be opened."""
    found: list[str] = []
    with nameless_file() as file:
        file.write(content)
        file.flush()
        try:
            for frame in Opening(file, SECONDS).frames("texts", str(MOST_PAGES), str(MOST)):
                if "refused" in frame.head:
                    raise Invalid(sentence(str(frame.head["refused"]), str(frame.head.get("detail", ""))))
                found.append(frame.body.decode("utf-8", "replace"))
        except Ended as ended:
            raise Invalid(sentence("too_heavy" if ended.began else "busy")) from ended
    return "\n".join(found)

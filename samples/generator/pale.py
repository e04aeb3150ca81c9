"""Writing that is hard to see: pencil, and seals over digits."""

from __future__ import annotations

import people
import seals
from page import Judged, Page

DARKNESS = (125, 195)  # grey level of a pencil on white paper; the lightest is still plain to the eye


def pencil(page: Page, field: str = "", darkness: int = 0, thin: bool | None = None) -> list[Judged]:
    """A value in faint pencil. darkness: grey level 0 to 255; thin: strokes a pixel narrower."""
    code = page.pick("line", "comb", "date", "mark", code=field)
    level = darkness or page.rng.randint(*DARKNESS)
    with page.pen((level,) * 3, thin=page.rng.random() < 0.4 if thin is None else thin):
        page.write_own(code)
    return [Judged(code, "pencil", page.value(code))]


def seal_over(page: Page, field: str = "") -> list[Judged]:
    """A seal pressed over the digits of a comb, which stay readable."""
    code = page.pick("comb", code=field)
    page.write_own(code)
    x, y, width, height = page.extent(code)
    name = people.names(people.SURNAME).draw(page.rng).text
    at = (x + page.rng.uniform(0.3, 1.0) * width, y + height / 2 + page.rng.uniform(-8, 8))
    seals.press(page.sheet, seals.round_seal(name, page.rng.choice((54, 78))), at)
    return [Judged(code, "seal_over", page.value(code))]


KINDS = {"pencil": pencil, "seal_over": seal_over}

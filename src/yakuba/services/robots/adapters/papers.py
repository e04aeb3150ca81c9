"""A case's scan as one PDF, and the words of a PDF that came from a target."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence

from yakuba.kernel.files.texts import words_of
from yakuba.kernel.refusals import Refused
from yakuba.services.robots.adapters.folder import RobotFolder
from yakuba.services.robots.contracts import Row
from yakuba.services.robots.engine.errors import BadValue, NotReady
from yakuba.services.robots.engine.papers import Paper
from yakuba.services.robots.engine.steps import APPLICATION, IN_FOLDER

_DPI = 200  # of page images


class CasePapers:
    """`Papers` of the house. pages: the pictures of a case's pages, by the case's key.  folder: the robot's, if any."""

    def __init__(self, pages: Callable[[str], Sequence[bytes]], folder: RobotFolder | None = None) -> None:
        self._pages, self._folder = pages, folder

    def of_case(self, row: Row) -> Paper:
        """The scan as one PDF."""
        images = self._pages(row.case)
        if not images:
            raise BadValue(
                "申請書の画像がないため、添付できません。用紙を読み取ってから、もう一度流してください。",
                field="申請書",
            )
        return Paper(f"{row.receipt_number}.pdf", "application/pdf", as_pdf(images))

    def in_folder(self, name: str) -> Paper:
        """A file of the robot's folder."""
        if self._folder is None:
            raise NotReady("ここではロボットのフォルダを使えません。")
        return self._folder.paper(name)

    def text(self, paper: Paper) -> str:
        """Its words."""
        try:
            return words_of(paper.content)
        except Refused as refusal:
            raise BadValue(
                f"受け取った「{paper.name}」を読めません。{refusal.lines()}", field=paper.name
            ) from None


class RecordingPapers:
    """`RecordedPapers` of one case. pages: as in `CasePapers`.  case: its key."""

    def __init__(self, pages: Callable[[str], Sequence[bytes]], case: str, folder: RobotFolder) -> None:
        self._pages, self._case, self._folder = pages, case, folder

    def names(self) -> list[str]:
        """The scan, where there is one, and what lies in the folder."""
        scan = [APPLICATION] if self._pages(self._case) else []
        return scan + [f"{IN_FOLDER}{name}" for name in self._folder.names()]

    def paper(self, name: str) -> Paper:
        """One of them."""
        if name == APPLICATION:
            return Paper("見本.pdf", "application/pdf", as_pdf(self._pages(self._case)))
        return self._folder.paper(name.removeprefix(IN_FOLDER))


def as_pdf(images: Sequence[bytes]) -> bytes:
    """Pictures of pages as one PDF, a page each."""
    from PIL import Image

    pages = []
    for one in images:
        with Image.open(io.BytesIO(one)) as image:
            pages.append(image.convert("L" if image.mode in ("1", "L") else "RGB"))
    out = io.BytesIO()
    pages[0].save(out, "PDF", save_all=True, append_images=pages[1:], resolution=_DPI)
    return out.getvalue()

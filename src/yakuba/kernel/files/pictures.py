"""Pages of a picture file (JPEG, PNG, TIFF), in the rendering process."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any, BinaryIO

from yakuba.kernel.files.kinds import Refused
from yakuba.kernel.files.paper import MAX_PIXELS, page_size
from yakuba.kernel.files.tones import on_paper, turned_if_negative

if TYPE_CHECKING:
    from PIL.Image import Image

BROKEN = (OSError, SyntaxError, ValueError, EOFError, TypeError, KeyError, OverflowError)

# TIFF tags.
NEW_SUBFILE, OLD_SUBFILE, PHOTOMETRIC, ORIENTATION = 254, 255, 262, 274
ACROSS, DOWN, UNIT, CENTIMETRES = 282, 283, 296, 3
REDUCED, MASK = 1, 4  # bits of NEW_SUBFILE: a small copy of another picture, a transparency mask
SAMPLE_FORMAT, UNSIGNED = 339, (1,)
MIN_IS_WHITE = 0


class Pictures:
    """An open picture file. Raises Refused when it cannot be opened."""

    def __init__(self, file: BinaryIO) -> None:
        from PIL import Image, UnidentifiedImageError

        warnings.simplefilter("ignore")  # what a damaged file may say goes into a refusal, not to a terminal
        Image.MAX_IMAGE_PIXELS = None  # the size is checked below, before anything is decoded
        try:
            self._image: Any = Image.open(file, formats=("JPEG", "PNG", "TIFF"))
        except (UnidentifiedImageError, *BROKEN) as error:
            raise Refused("damaged") from error
        self._cut_at: int | None = None  # index of the page from which on the file cannot be followed
        self._frames = self._pages()

    def __len__(self) -> int:
        return len(self._frames)

    def check(self) -> None:
        """Decode a file of one page. Raises Refused when it is too large or cut off."""
        _check_size(self._image)
        if len(self) == 1:
            try:
                self._image.load()
            except BROKEN as error:
                raise Refused("damaged") from error

    def refresh(self) -> None:
        """Nothing: only the last page is kept."""

    def page(self, index: int) -> Image:
        """The page as a picture of mode L or RGB. Raises Refused."""
        if index == self._cut_at:
            raise Refused("rest_damaged")
        image = self._image
        try:
            image.seek(self._frames[index])
            _check_size(image)
            tags = getattr(image, "tag_v2", {})
            resolution, negative = _resolution(image), tags.get(PHOTOMETRIC) == MIN_IS_WHITE
            orientation = tags.get(ORIENTATION, image.getexif().get(ORIENTATION, 1))
            image.load()
            upright = _upright(image, orientation)
            unsigned = tags.get(SAMPLE_FORMAT, UNSIGNED) == UNSIGNED
            page = on_paper(upright, min_is_white=negative, unsigned=unsigned)
        except BROKEN as error:
            raise Refused("damaged_page") from error
        if resolution and orientation in range(5, 9):  # turned by a quarter
            resolution = resolution[1], resolution[0]
        if page.getcolors(2):
            page = turned_if_negative(page.convert("L"))
        size = page_size(page.size, resolution)
        return page if size == page.size else page.resize(size)

    def _pages(self) -> list[int]:
        """The pictures that are pages. A JPEG or PNG has one: what a phone puts behind it is a preview or a
        gain map, and an animation's later pictures are no paper. In a TIFF, small copies and masks are none."""
        image = self._image
        if image.format != "TIFF":
            return [0]
        frames: list[int] = []
        number = 0
        while True:
            try:
                image.seek(number)
                small = (
                    image.tag_v2.get(NEW_SUBFILE, 0) & (REDUCED | MASK) or image.tag_v2.get(OLD_SUBFILE) == 2
                )
            except EOFError:
                if number and image.tag_v2.next:  # Pillow ends where the list of pages turns back into itself
                    self._cut_at = len(frames)
                    return [*frames, number]
                return frames or list(range(number))
            except BROKEN:  # the pages so far are good; one more tells that others may have been there
                self._cut_at = len(frames)
                return [*frames, number]
            if not small:
                frames.append(number)
            number += 1


def _check_size(image: Any) -> None:
    if image.width * image.height > MAX_PIXELS:
        raise Refused("page_too_large")


def _resolution(image: Any) -> tuple[float, float] | None:
    """What the file says of its dots an inch, or only of their ratio; None when it says nothing."""
    info, tags = image.info, getattr(image, "tag_v2", None)  # of this page: `info` may be an earlier one's
    if tags is None and image.format != "PNG" and not info.get("jfif_unit"):
        tags = image.getexif()  # a camera's; Pillow would fill in 72 where it says nothing
    factor = 1.0
    if tags is not None and ACROSS in tags:
        factor = 2.54 if tags.get(UNIT) == CENTIMETRES else 1.0
        stated = tags.get(ACROSS), tags.get(DOWN)
    elif image.format == "PNG":
        stated = info.get("dpi") or info.get("aspect")
    else:
        stated = info.get("dpi") if info.get("jfif_unit") else info.get("jfif_density")
    try:
        return float(stated[0]) * factor, float(stated[1]) * factor
    except (TypeError, ValueError, IndexError, ZeroDivisionError):
        return None


def _upright(image: Any, orientation: int) -> Any:
    """Turned as its orientation says; Pillow has done so already where it forgot the tag while loading."""
    from PIL import ImageOps

    return ImageOps.exif_transpose(image) if image.getexif().get(ORIENTATION, 1) == orientation else image

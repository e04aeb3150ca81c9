"""Pictures for the clerk: one field cut out upright, or a whole page turned upright with the field marked.

OpenCV is imported when a picture is drawn, not when a process starts.
"""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.files.storage import content_of
from yakuba.kernel.ledger.models import CaseValue
from yakuba.kernel.values import TYPES, Picks
from yakuba.services.reading.models import Sheet
from yakuba.services.reading.queries import covering

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]
Quad = Sequence[Sequence[float]]

FRAME = (0, 23, 193)  # the blue of the house, RGB
LONGEST_SIDE = 1600  # pixels of a crop
LARGEST_SCALE = 1.6  # small fields are shown larger than on the scan
PAGE_SIDE = 1800  # pixels of a whole page
MARGIN_ACROSS, MARGIN_DOWN = 24, 18  # scan pixels around the box that are shown too
BAR_MARGIN = 22  # scan pixels that a bar is longer than its box at each corner
MARGIN_OF_MARKS = 190  # to the right of the last mark stands what it means


def pixels(content: bytes, *, grey: bool = False) -> Pixels:
    """A stored PNG or JPEG as RGB `[h, w, 3]`, 8 bits; with `grey`, one without colours as `[h, w]`."""
    import numpy as np
    from PIL import Image

    with Image.open(io.BytesIO(content), formats=("PNG", "JPEG")) as picture:
        mode = "L" if grey and picture.mode in {"L", "1"} else "RGB"
        return np.asarray(picture.convert(mode), dtype=np.uint8)


def in_grey(content: bytes) -> Pixels:
    """A stored PNG or JPEG without its colours, `[h, w]`, 8 bits."""
    import numpy as np
    from PIL import Image

    with Image.open(io.BytesIO(content), formats=("PNG", "JPEG")) as picture:
        return np.asarray(picture.convert("L"), dtype=np.uint8)


def field_picture(value: CaseValue, user: Any) -> bytes | None:
    """PNG of where a value was read, with a frame around its box; the whole page when the place is not known. What `user`
    may not see is covered. None when there is no picture any more."""
    sheet = Sheet.objects.select_related("image").filter(pk=value.source.get("sheet")).first()
    if sheet is None or sheet.image is None:
        return None
    corners = value.source.get("corners") or []
    if len(corners) != 4:
        return page_picture(sheet, user)
    return _png(cut_out(seen_by(user, sheet, sheet.image), corners, _margin(value)))


def lone_picture(value: CaseValue, user: Any) -> bytes | None:
    """The same with nothing of any other field in it, for who may not know whose it is. None also where it is not known where
    on the sheet the value stands."""
    import cv2
    import numpy as np

    sheet = Sheet.objects.select_related("image").filter(pk=value.source.get("sheet")).first()
    corners = value.source.get("corners") or []
    if sheet is None or sheet.image is None or len(corners) != 4:
        return None
    picture, reading = seen_by(user, sheet, sheet.image), sheet.page_reading
    for other in reading.fields if reading else ():
        if other.field != value.field and len(other.corners) == 4:
            cv2.fillPoly(picture, [np.array(other.corners, np.int32)], (255, 255, 255))
    return _png(cut_out(picture, corners, _margin(value)))


def _margin(value: CaseValue) -> int:
    fields = value.case.procedure.definition.fields
    marks = any(item.code == value.field and item.kind.picks is not Picks.NONE for item in fields)
    return MARGIN_OF_MARKS if marks else MARGIN_ACROSS


def page_picture(sheet: Sheet, user: Any, field: str = "") -> bytes | None:
    """PNG of a sheet, upright, with the box of `field` framed and what `user` may not see covered. None when there is no
    picture any more."""
    import cv2
    import numpy as np

    if sheet.image is None:
        return None
    image, reading = seen_by(user, sheet, sheet.image), sheet.page_reading
    found = reading.field(field) if reading and field else None
    if found is not None and len(found.corners) == 4:
        thickness = max(3, image.shape[1] // 400)
        outline = np.array(found.corners, np.int32).reshape(-1, 1, 2)
        cv2.polylines(image, [outline], True, FRAME, thickness, cv2.LINE_AA)
    turned = np.rot90(image, -round((reading.rotation if reading else 0.0) / 90) % 4)
    return _png(_shrunk(np.ascontiguousarray(turned), PAGE_SIDE))


def seen_by(user: Any, sheet: Sheet, image: StoredFile) -> Pixels:
    """The scan as `user` may see it: My Number, and under protection (支援措置) where somebody lives, lie under a bar;
    where nobody knows where on the sheet that stands, all of it does."""
    import cv2
    import numpy as np

    picture = pixels(content_of(image)).copy()
    seen, definition = covering.sight_of(user, sheet)
    reading = sheet.page_reading
    fields = reading.fields if reading else ()
    if seen.hidden and not covering.known(sheet, fields):
        picture[:] = 0
        return picture
    for one in fields:
        masked = not seen.revealed and one.type in TYPES and TYPES[one.type].masked
        if len(one.corners) == 4 and (masked or seen.hides(covering.field_of(definition, one))):
            cv2.fillPoly(picture, [_wider(np.array(one.corners, np.float32))], (0, 0, 0))
    return picture


def _wider(quad: NDArray[np.float32]) -> NDArray[np.int32]:
    """The box with what is written over its edges."""
    import numpy as np

    middle = quad.mean(axis=0)
    length = np.maximum(np.linalg.norm(quad - middle, axis=1, keepdims=True), 1.0)
    return np.asarray(quad + (quad - middle) / length * BAR_MARGIN, np.int32)


def stored_picture(file: StoredFile) -> tuple[bytes, str]:
    """A stored image as it is, with its media type."""
    return content_of(file), file.media_type


def cut_out(image: Pixels, corners: Quad, margin_right: int = MARGIN_ACROSS) -> Pixels:
    """The box with these corners (top left, top right, bottom right, bottom left), upright and straight.

    Returns RGB `[h, w, 3]`, small boxes enlarged, with a margin around the box, which is framed.
    """
    import cv2
    import numpy as np

    quad = np.array(corners, np.float32)
    width = max(_length(quad[1] - quad[0]), _length(quad[2] - quad[3]), 8.0)
    height = max(_length(quad[3] - quad[0]), _length(quad[2] - quad[1]), 8.0)
    scale = min(LARGEST_SCALE, LONGEST_SIDE / (max(width, height) + MARGIN_ACROSS + margin_right))
    left, top = MARGIN_ACROSS * scale, MARGIN_DOWN * scale
    right, bottom = left + width * scale, top + height * scale
    target = np.array([[left, top], [right, top], [right, bottom], [left, bottom]], np.float32)
    matrix = cv2.getPerspectiveTransform(quad, target)
    size = (round(right + margin_right * scale), round(bottom + top))
    flat = cv2.warpPerspective(image, matrix, size, flags=cv2.INTER_CUBIC, borderValue=(255, 255, 255))
    start, end = (int(left) - 3, int(top) - 3), (int(right) + 3, int(bottom) + 3)
    cv2.rectangle(flat, start, end, FRAME, 1, cv2.LINE_AA)
    return np.asarray(flat, np.uint8)


def _length(side: NDArray[np.float32]) -> float:
    return math.hypot(float(side[0]), float(side[1]))


def _shrunk(image: Pixels, side: int) -> Pixels:
    import cv2

    longest = max(image.shape[:2])
    if longest <= side:
        return image
    factor = side / longest
    return cv2.resize(image, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)


def _png(image: Pixels) -> bytes:
    """PNG bytes of an RGB picture."""
    import cv2

    done, data = cv2.imencode(
        ".png", cv2.cvtColor(image, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_PNG_COMPRESSION, 3]
    )
    if not done:
        raise ValueError("the picture cannot be written as PNG")
    return data.tobytes()

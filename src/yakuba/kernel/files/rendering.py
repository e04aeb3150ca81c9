"""The separate process that opens hostile files: `python -m yakuba.kernel.files.rendering inspect|render …`.

It imports no Django and sees no key and no database. Memory and CPU time are limited by the operating system,
so a bomb ends this process and nothing else. It answers with one JSON line; pages go out as safe images.

inspect FILE MAX_PAGES            -> {"media_type", "pages"} or {"refused": code}
render FILE FOLDER FIRST LAST     -> writes FOLDER/<index>.png|jpg for pages FIRST..LAST-1 (from 0)
"""

from __future__ import annotations

import json
import resource
import sys
from pathlib import Path
from typing import Any

DPI = 200
MAX_PIXELS = 60_000_000  # an A3 page at 400 dpi is 31 million
MEMORY_BYTES = 3 * 1024**3
CPU_SECONDS = 300
JPEG_QUALITY = 95


class Refused(Exception):
    """The file cannot be taken; the argument is the code of the reason (see `uploads.REASONS`)."""


def media_type_of(head: bytes) -> str:
    """The media type by the first bytes; a name's ending is not believed."""
    if not head:
        raise Refused("empty")
    if b"%PDF-" in head[:1024]:
        return "application/pdf"
    for magic, media_type in (
        (b"\xff\xd8\xff", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"II*\x00", "image/tiff"),
        (b"MM\x00*", "image/tiff"),
    ):
        if head.startswith(magic):
            return media_type
    raise Refused("unknown_type")


def inspect(path: Path, max_pages: int) -> dict[str, Any]:
    """Media type and number of pages. Raises Refused."""
    with path.open("rb") as file:
        media_type = media_type_of(file.read(2048))
    pages = _pdf_pages(path) if media_type == "application/pdf" else _image_pages(path)
    if pages == 0:
        raise Refused("no_pages")
    if pages > max_pages:
        raise Refused("too_many_pages")
    return {"media_type": media_type, "pages": pages}


def render(path: Path, folder: Path, first: int, last: int) -> None:
    """Write pages `first`..`last - 1` as images of 200 dpi; 1-bit pages as PNG, others as JPEG."""
    with path.open("rb") as file:
        media_type = media_type_of(file.read(2048))
    draw = _draw_pdf if media_type == "application/pdf" else _draw_image
    for index in range(first, last):
        try:
            image = draw(path, index)
        except Refused as refusal:
            (folder / f"{index:05d}.refused").write_text(str(refusal))
            continue
        except (OSError, SyntaxError, ValueError, EOFError):
            (folder / f"{index:05d}.refused").write_text("damaged_page")
            continue
        _save(image, folder, index)


def _open_pdf(path: Path) -> Any:
    import pypdfium2

    try:
        return pypdfium2.PdfDocument(str(path))
    except pypdfium2.PdfiumError as error:
        # pdfium tells an encrypted file from a damaged one only by its error code or text.
        raise Refused("encrypted" if "assword" in str(error) else "damaged") from error


def _pdf_pages(path: Path) -> int:
    document = _open_pdf(path)
    try:
        return len(document)
    finally:
        document.close()


def _draw_pdf(path: Path, index: int) -> Any:
    import pypdfium2

    document = _open_pdf(path)
    try:
        page = document[index]
        width, height = page.get_size()
        scale = DPI / 72
        if width * height * scale * scale > MAX_PIXELS:
            raise Refused("page_too_large")
        return page.render(scale=scale, may_draw_forms=False).to_pil()
    except pypdfium2.PdfiumError as error:
        raise Refused("damaged_page") from error
    finally:
        document.close()


def _open_image(path: Path) -> Any:
    from PIL import Image, UnidentifiedImageError

    Image.MAX_IMAGE_PIXELS = None  # the size is checked below, before anything is decoded
    try:
        return Image.open(path, formats=("JPEG", "PNG", "TIFF"))
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise Refused("damaged") from error


def _image_pages(path: Path) -> int:
    with _open_image(path) as image:
        if image.width * image.height > MAX_PIXELS:
            raise Refused("page_too_large")
        pages = int(getattr(image, "n_frames", 1))
        if pages == 1:
            try:
                image.load()
            except (OSError, SyntaxError, ValueError, EOFError) as error:
                raise Refused("damaged") from error
        return pages


def _draw_image(path: Path, index: int) -> Any:
    with _open_image(path) as image:
        image.seek(index)
        if image.width * image.height > MAX_PIXELS:
            raise Refused("page_too_large")
        image.load()
        resolution = image.info.get("dpi", (0, 0))
        upright = _upright(image)
        return _at_dpi(upright, resolution)


def _upright(image: Any) -> Any:
    from PIL import ImageOps

    picture = ImageOps.exif_transpose(image)
    return picture.convert("L") if picture.mode in {"1", "L", "I;16", "LA"} else picture.convert("RGB")


def _at_dpi(image: Any, resolution: Any) -> Any:
    """Bring a scan that states its resolution to 200 dpi (a fax has 204 × 98); others stay as they are."""
    try:
        across, down = float(resolution[0]), float(resolution[1])
    except (TypeError, ValueError, IndexError):
        return image
    if not (60 <= across <= 1200 and 60 <= down <= 1200) or (across, down) == (DPI, DPI):
        return image
    size = (round(image.width * DPI / across), round(image.height * DPI / down))
    return image.resize(size) if size[0] * size[1] <= MAX_PIXELS else image


def _save(image: Any, folder: Path, index: int) -> None:
    grey = image.mode == "L" or _is_grey(image)
    if grey:
        image = image.convert("L")
    few_tones = grey and len(image.getcolors(256) or range(256)) <= 2
    suffix, options = (".png", {}) if few_tones else (".jpg", {"quality": JPEG_QUALITY})
    temporary = folder / f"{index:05d}.part"
    image.save(temporary, format="PNG" if few_tones else "JPEG", **options)
    temporary.rename(folder / f"{index:05d}{suffix}")


def _is_grey(image: Any) -> bool:
    import numpy

    pixels = numpy.asarray(image.reduce(4) if min(image.size) >= 8 else image).astype(int)
    return bool((pixels.max(axis=2) - pixels.min(axis=2)).max() < 24)


def main(arguments: list[str]) -> int:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        if arguments[0] == "inspect":
            answer = inspect(Path(arguments[1]), int(arguments[2]))
        else:
            render(Path(arguments[1]), Path(arguments[2]), int(arguments[3]), int(arguments[4]))
            answer = {}
    except Refused as refusal:
        answer = {"refused": str(refusal)}
    except MemoryError:
        answer = {"refused": "page_too_large"}
    sys.stdout.write(json.dumps(answer) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

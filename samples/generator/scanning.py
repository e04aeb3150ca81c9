"""From a filled page to what a scanner or fax machine makes of it."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

import cv2
import numpy as np
from PIL import Image
from sheet import Added, Sheet

# Shares of pages. Every effect that happened is listed with its page in truth.jsonl.
FAX_RATE = 0.06  # came in by fax: 200 x 100 dpi, black and white, bad lines
UPSIDE_DOWN_RATE = 0.04
SKEW_RATE, SKEW_DEGREES = 0.85, 2.5
SHIFT_RATE, SHIFT_PIXELS = 0.7, 22
SCALE_RATE, SCALE_RANGE = 0.4, (0.975, 1.02)
SHADE_RATE, SHADE_DARKEST = 0.6, 0.86  # uneven or greyish paper
NOISE_RATE, NOISE_SIGMA = 0.8, (2.0, 9.0)  # grey levels
BLUR_RATE, BLUR_SIGMA = 0.5, (0.5, 0.95)  # pixels
SPECKLES_RATE, SPECKLES = (
    0.35,
    (15, 120),
)  # dots of 1 to 2 pixels: dirt, too small to turn a figure into another
FAINT_RATE, FAINTNESS = (
    0.06,
    (0.62, 0.8),
)  # a photocopy low on toner; not where it would be lost in black and white
DARK_EDGE_RATE = 0.12  # the scanner's lid shows beside a skewed sheet
FOLD_RATE = 0.06
PUNCHED_RATE = 0.08
SHOW_THROUGH_RATE = 0.4  # of blank backs, those through which the front shines

SEAL_COLOUR = (70, 55, 215)  # blue, green, red
SEAL_GREY = 118  # what a grey scan makes of it
SEAL_DROPPED = 200  # black-and-white scanners drop red out, nearly
STAMP_INK = (110, 45, 60)
BILEVEL_THRESHOLD = (150, 178)  # grey level; above it is white. Thin strokes stay, shaded paper stays white
WOBBLE = 1.1  # pixels, how far a hand strays from its font
MODES = ("colour", "grey", "bilevel")


@dataclass(frozen=True)
class Scanner:
    """mode: colour | grey | bilevel; clean: no effect at all; gentle: no fax and no copy low on toner, which would
    take faint writing away from a person too."""

    mode: str
    clean: bool = False
    gentle: bool = False


def factor(layer: np.ndarray, full: int) -> np.ndarray:
    """Multiplier (0–255) for a layer of opacity: 0 leaves the paper as it is, 255 gives the level `full`."""
    table = np.round(255 - (255 - full) * np.arange(256) / 255).astype(np.uint8)
    return cv2.LUT(layer, table)


def grey_of(colour: tuple[int, int, int]) -> int:
    blue, green, red = colour
    return round(0.114 * blue + 0.587 * green + 0.299 * red)


def multiply(page: np.ndarray, by: np.ndarray) -> np.ndarray:
    return cv2.multiply(page, by, scale=1 / 255)


def wobble(layer: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Bend a layer by a smooth random field, so that no two characters of a pen font are alike."""
    height, width = layer.shape
    rough = rng.normal(0, WOBBLE, (2, height // 24, width // 24)).astype(np.float32)
    across, down = (cv2.resize(one, (width, height), interpolation=cv2.INTER_CUBIC) for one in rough)
    across += np.arange(width, dtype=np.float32)
    down += np.arange(height, dtype=np.float32)[:, None]
    return cv2.remap(layer, across, down, cv2.INTER_LINEAR, borderValue=0)


def compose(blank: np.ndarray, sheet: Sheet, mode: str, rng: np.random.Generator) -> np.ndarray:
    """The filled page before the scanner: uint8, (height, width) or (height, width, 3) in blue, green, red."""
    ink = 255 - np.asarray(sheet.ink)
    if sheet.hand.pen and not sheet.clean:
        ink = wobble(ink, rng)
    layers = [(ink, sheet.hand.ink), (255 - np.asarray(sheet.stamp), STAMP_INK)]
    seal = np.asarray(sheet.seal)
    added = [added_layer(one, sheet.clean, rng) for one in sheet.added]
    if mode != "colour":
        page = blank
        for layer, colour in layers:
            page = multiply(page, factor(layer, grey_of(colour)))
        page = multiply(page, factor(seal, SEAL_GREY if mode == "grey" else SEAL_DROPPED))
        for layer, one in added:
            page = lay_on(page, layer, grey_of(one.colour), one.covering)
        return page
    channels = []
    for channel in range(3):
        page = blank
        for layer, colour in [*layers, (seal, SEAL_COLOUR)]:
            page = multiply(page, factor(layer, colour[channel]))
        for layer, one in added:
            page = lay_on(page, layer, one.colour[channel], one.covering)
        channels.append(page)
    return cv2.merge(channels)


def added_layer(one: Added, clean: bool, rng: np.random.Generator) -> tuple[np.ndarray, Added]:
    layer = 255 - np.asarray(one.coverage)
    return wobble(layer, rng) if one.pen and not clean else layer, one


def lay_on(page: np.ndarray, layer: np.ndarray, level: int, covering: bool) -> np.ndarray:
    """Ink darkens what lies below it; whitener and slips of paper hide it."""
    if not covering:
        return multiply(page, factor(layer, level))
    return np.where(layer > 127, np.uint8(level), page)


class Effects:
    """Applies effects to one page and keeps the list of those that happened."""

    def __init__(self, page: np.ndarray, rng: np.random.Generator) -> None:
        self.page = page
        self.rng = rng
        self.happened: list[str] = []

    def chance(self, rate: float, name: str = "") -> bool:
        if self.rng.random() >= rate:
            return False
        if name:
            self.happened.append(name)
        return True

    def geometry(self) -> None:
        """Skew, scale and shift in one warp; what lies beside the sheet is white or the scanner's dark lid."""
        height, width = self.page.shape[:2]
        angle, scale, shift = 0.0, 1.0, np.zeros(2)
        if self.chance(SKEW_RATE):
            angle = float(np.clip(self.rng.normal(0, SKEW_DEGREES / 2), -SKEW_DEGREES, SKEW_DEGREES))
            self.happened.append(f"skew:{angle:.2f}")
        if self.chance(SCALE_RATE):
            scale = float(self.rng.uniform(*SCALE_RANGE))
            self.happened.append(f"scale:{scale:.3f}")
        if self.chance(SHIFT_RATE, "shift"):
            shift = self.rng.uniform(-SHIFT_PIXELS, SHIFT_PIXELS, 2)
        beside = 70 if self.chance(DARK_EDGE_RATE, "dark_edge") else 255
        matrix = cv2.getRotationMatrix2D((width / 2, height / 2), angle, scale)
        matrix[:, 2] += shift
        self.page = cv2.warpAffine(
            self.page, matrix, (width, height), flags=cv2.INTER_LINEAR, borderValue=(beside, beside, beside)
        )

    def paper(self, may_be_faint: bool) -> None:
        """What happened to the sheet itself before it was scanned."""
        height = self.page.shape[0]
        if may_be_faint and self.chance(FAINT_RATE, "faint"):
            strength = self.rng.uniform(*FAINTNESS)
            self.page = cv2.LUT(self.page, np.round(255 - (255 - np.arange(256)) * strength).astype(np.uint8))
        if self.chance(FOLD_RATE, "fold"):
            y = int(height * self.rng.choice((1 / 3, 1 / 2, 2 / 3)) + self.rng.integers(-20, 20))
            self.page[y : y + 3] = multiply(self.page[y : y + 3], np.full_like(self.page[y : y + 3], 205))
        if self.chance(PUNCHED_RATE, "punched"):
            for y in (height // 2 - 315, height // 2 + 315):  # 80 mm apart
                cv2.circle(self.page, (46, y), 23, (120, 120, 120), -1, cv2.LINE_AA)

    def light(self) -> None:
        """Uneven brightness, lens blur, sensor noise and dust."""
        height, width = self.page.shape[:2]
        if self.chance(SHADE_RATE, "shade"):
            rough = self.rng.uniform(255 * SHADE_DARKEST, 255, (4, 3)).astype(np.uint8)
            shade = cv2.resize(rough, (width, height), interpolation=cv2.INTER_LINEAR)
            self.page = multiply(self.page, cv2.merge([shade] * 3) if self.page.ndim == 3 else shade)
        if self.chance(BLUR_RATE, "blur"):
            self.page = cv2.GaussianBlur(self.page, (5, 5), float(self.rng.uniform(*BLUR_SIGMA)))
        if self.chance(NOISE_RATE, "noise"):
            self.noise(self.rng.uniform(*NOISE_SIGMA))
        if self.chance(SPECKLES_RATE, "speckles"):
            self.speckles(int(self.rng.integers(*SPECKLES)))

    def noise(self, sigma: float) -> None:
        """Gaussian noise; a tile of it is laid over the page, which is much cheaper than noise for every pixel."""
        height, width = self.page.shape[:2]
        side = 601
        tile = self.rng.normal(0, sigma, (side, side, *self.page.shape[2:]))
        repeats = (height // side + 1, width // side + 1, *([1] * (self.page.ndim - 2)))
        lighter = np.tile(np.clip(tile, 0, 255).astype(np.uint8), repeats)[:height, :width]
        darker = np.tile(np.clip(-tile, 0, 255).astype(np.uint8), repeats)[:height, :width]
        self.page = cv2.subtract(cv2.add(self.page, lighter), darker)

    def speckles(self, count: int) -> None:
        height, width = self.page.shape[:2]
        points = self.rng.integers((0, 0), (width - 2, height - 2), (count, 2))
        sizes = self.rng.integers(1, 3, count)
        levels = self.rng.integers(40, 140, count)
        for (x, y), size, level in zip(points, sizes, levels, strict=True):
            self.page[y : y + size, x : x + size] = level

    def black_and_white(self) -> None:
        threshold = int(self.rng.integers(*BILEVEL_THRESHOLD))
        _, self.page = cv2.threshold(self.page, threshold, 255, cv2.THRESH_BINARY)

    def fax(self) -> None:
        """Half the lines, black and white, some lines lost or black; sent on at full height as fax servers do."""
        self.happened.append("fax")
        height, width = self.page.shape
        self.page = half_the_lines(self.page)
        threshold = int(self.rng.integers(*BILEVEL_THRESHOLD))
        _, self.page = cv2.threshold(self.page, threshold, 255, cv2.THRESH_BINARY)
        rows = self.page.shape[0]
        for y in self.rng.integers(10, rows - 10, int(self.rng.integers(0, 5))):
            self.page[y] = self.page[y - 1]  # a lost line is filled with the one before it
        for y in self.rng.integers(10, rows - 10, int(self.rng.integers(0, 3))):
            start = int(self.rng.integers(0, width // 2))
            self.page[y, start : start + int(self.rng.integers(400, width))] = 0
        self.page = cv2.resize(self.page, (width, height), interpolation=cv2.INTER_NEAREST)


def half_the_lines(page: np.ndarray) -> np.ndarray:
    """Two lines into one, nearer to the darker one: fax machines sharpen, or a thin stroke would vanish (三 → 二)."""
    rows = page.shape[0] // 2 * 2
    upper, lower = page[0:rows:2], page[1:rows:2]
    return cv2.addWeighted(cv2.min(upper, lower), 0.75, cv2.max(upper, lower), 0.25, 0)


def as_image(page: np.ndarray, bilevel: bool) -> Image.Image:
    if page.ndim == 3:
        return Image.fromarray(cv2.cvtColor(page, cv2.COLOR_BGR2RGB))
    picture = Image.fromarray(page)
    return picture.convert("1", dither=Image.Dither.NONE) if bilevel else picture


def degrade(page: np.ndarray, toner: bool, rng: np.random.Generator) -> Effects:
    """Everything but black and white that happens to a page, in the order in which it happens. toner: the page is
    no copy low on toner (its writing would be lost)."""
    effects = Effects(page, rng)
    effects.paper(may_be_faint=not toner)
    effects.geometry()
    effects.light()
    return effects


def scan(blank: np.ndarray, sheet: Sheet, scanner: Scanner, rng: Random) -> tuple[Image.Image, list[str]]:
    """Scan one filled page. Returns the picture (mode RGB, L or 1) and the effects, also those of the writing."""
    numbers = np.random.default_rng(rng.getrandbits(64))
    if scanner.clean:
        return as_image(compose(blank, sheet, scanner.mode, numbers), scanner.mode == "bilevel"), []
    faxed = numbers.random() < FAX_RATE and not scanner.gentle
    to_bilevel = faxed or scanner.mode == "bilevel"
    page = compose(blank, sheet, "bilevel" if faxed else scanner.mode, numbers)
    effects = degrade(page, to_bilevel or scanner.gentle, numbers)
    if faxed:
        effects.fax()
    elif to_bilevel:
        effects.happened.append("bilevel")
        effects.black_and_white()
    if effects.chance(UPSIDE_DOWN_RATE, "upside_down"):
        effects.page = cv2.rotate(effects.page, cv2.ROTATE_180)
    return as_image(effects.page, scanner.mode == "bilevel"), [*sheet.effects, *effects.happened]


def blank_back(front: Image.Image, scanner: Scanner, rng: Random) -> Image.Image:
    """The empty back of a sheet; the front may shine through, mirrored."""
    numbers = np.random.default_rng(rng.getrandbits(64))
    page = np.full((front.height, front.width), 255, np.uint8)
    if numbers.random() < SHOW_THROUGH_RATE:
        mirrored = cv2.flip(np.array(front.convert("L")), 1)
        strength = numbers.uniform(0.03, 0.07)
        page = cv2.LUT(
            cv2.blur(mirrored, (7, 7)), np.round(255 - (255 - np.arange(256)) * strength).astype(np.uint8)
        )
    if scanner.mode == "colour":
        page = cv2.merge([page] * 3)
    effects = degrade(page, scanner.mode == "bilevel", numbers)
    if scanner.mode == "bilevel":
        effects.black_and_white()
    return as_image(effects.page, scanner.mode == "bilevel")

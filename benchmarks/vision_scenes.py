"""Made pictures of fixed cameras for `benchmarks/vision.py`: a wood before a trap camera, a car park from above.

They are drawn otherwise than those of the tests, and harder: leaves bend by a field that changes, light comes from elsewhere,
shadows wander, cars have the colours of asphalt too.
"""

from __future__ import annotations

import cv2
import numpy as np

HEIGHT, WIDTH = 480, 640
SPACES = 12


def _noise(rng: np.random.Generator, size: float) -> np.ndarray:
    cells = (max(2, int(HEIGHT / size) + 2), max(2, int(WIDTH / size) + 2))
    return cv2.resize(
        rng.standard_normal(cells).astype(np.float32), (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC
    )


class Wood:
    """One trap camera. night: infrared light."""

    def __init__(self, seed: int, *, night: bool) -> None:
        scene = np.random.default_rng(seed)
        self.night = night
        self.base = 95 + 26 * _noise(scene, 120) + 16 * _noise(scene, 25) + 12 * _noise(scene, 6)
        for _ in range(int(scene.integers(3, 8))):  # trunks
            x, wide = int(scene.integers(0, WIDTH)), int(scene.integers(6, 36))
            cv2.line(
                self.base,
                (x, 0),
                (x + int(scene.integers(-40, 40)), HEIGHT),
                float(scene.uniform(40, 90)),
                wide,
            )
        self.leaves = _noise(scene, 40) > 0.2
        self.seed = seed

    def picture(self, number: int, animal: tuple[float, float] | None = None) -> np.ndarray:
        """animal: its size in pixels, from and to."""
        rng = np.random.default_rng((self.seed, number))
        grid = np.mgrid[:HEIGHT, :WIDTH].astype(np.float32)
        wind = rng.uniform(0, 2.5) * self.leaves
        moved = cv2.remap(
            self.base, (grid[1] + wind * _noise(rng, 60)).astype(np.float32), (grid[0] + wind * _noise(rng, 60)).astype(np.float32), cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REFLECT,
        )  # fmt: skip
        tint = (0.95, 1.05, 0.75)
        grey = moved * (1 + rng.uniform(0, 0.15) * np.clip(_noise(rng, 150), -2, 2))  # spots of sun
        picture = np.stack([grey * part for part in ((1, 1, 1) if self.night else tint)], axis=2)
        if animal:
            self._add(rng, picture, animal)
        picture = picture * rng.uniform(0.5, 1.4)
        grain = rng.normal(0, rng.uniform(1, 4), (HEIGHT, WIDTH, 1 if self.night else 3))
        return np.clip(picture + grain, 0, 255).astype(np.uint8)

    def _add(self, rng: np.random.Generator, picture: np.ndarray, sizes: tuple[float, float]) -> None:
        long = rng.uniform(*sizes) / 2
        x, y = rng.uniform(0.1, 0.9) * WIDTH, rng.uniform(0.35, 0.9) * HEIGHT
        coat = (
            np.array((1, 1, 1))
            if self.night
            else np.array([(1.0, 0.8, 0.6), (0.9, 0.85, 0.8)][rng.integers(2)])
        )
        tone = rng.choice([rng.uniform(25, 65), rng.uniform(120, 190)])
        body = np.zeros((HEIGHT, WIDTH), np.float32)
        cv2.ellipse(
            body,
            (int(x), int(y)),
            (max(1, int(long)), max(1, int(long * 0.5))),
            float(rng.uniform(-20, 20)),
            0,
            360,
            1,
            -1,
        )
        cv2.circle(body, (int(x + long), int(y - long * 0.4)), max(1, int(long * 0.35)), 1, -1)
        body = cv2.GaussianBlur(body, (0, 0), 0.8)[:, :, None]
        fur = tone * coat * (1 + 0.15 * _noise(rng, 4))[:, :, None]
        picture[:] = picture * (1 - body) + fur * body


class Yard:
    """One car park of twelve spaces in two rows, looked at from above."""

    def __init__(self, seed: int) -> None:
        scene = np.random.default_rng(seed)
        self.seed = seed
        ground = 105 + 6 * _noise(scene, 2) + 8 * _noise(scene, 90)
        self.ground = np.repeat(ground[:, :, None], 3, axis=2).astype(np.float32)
        self.spaces = {}
        for number in range(SPACES):
            left, top = 30 + 98 * (number % 6), 60 + 220 * (number // 6)
            self.spaces[str(number)] = (
                (left, top),
                (left + 84.0, top),
                (left + 84.0, top + 150.0),
                (left, top + 150.0),
            )
            cv2.rectangle(self.ground, (left - 7, top), (left - 4, top + 150), (205, 205, 205), -1)

    def picture(self, number: int, share: float) -> tuple[np.ndarray, dict[str, bool]]:
        """With so many of the spaces taken; which ones."""
        rng = np.random.default_rng((self.seed, number))
        picture = self.ground.copy()
        taken = {name: bool(rng.random() < share) for name in self.spaces}
        for name, corners in self.spaces.items():
            if taken[name]:
                self._car(rng, picture, corners[0])
        if rng.random() < 0.5:  # a building's shadow
            edge = rng.uniform(0, HEIGHT)
            picture[: int(edge)] *= rng.uniform(0.45, 0.8)
        if rng.random() < 0.2:  # wet
            picture *= 0.75
        picture *= rng.uniform(0.6, 1.3)
        return np.clip(picture + rng.normal(0, 3, picture.shape), 0, 255).astype(np.uint8), taken

    @staticmethod
    def _car(rng: np.random.Generator, picture: np.ndarray, corner: tuple[float, float]) -> None:
        left, top = int(corner[0] + rng.uniform(8, 20)), int(corner[1] + rng.uniform(5, 30))
        wide, high = int(rng.uniform(50, 60)), int(rng.uniform(95, 115))
        if rng.random() < 0.6:
            tone = np.full(3, rng.choice([30.0, 60.0, 105.0, 150.0, 225.0])) + rng.normal(0, 6, 3)
        else:
            tone = rng.uniform(20, 220, 3)
        part = picture[top : top + high, left : left + wide]
        part[:] = tone * (1 + 0.06 * np.linspace(-1, 1, wide))[None, :, None]
        glass = np.array([45.0, 50.0, 55.0]) * rng.uniform(0.7, 1.5)
        part[int(0.2 * high) : int(0.33 * high), 5:-5] = glass
        part[int(0.75 * high) : int(0.85 * high), 6:-6] = glass

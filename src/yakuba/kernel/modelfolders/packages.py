"""Optional packages, and files inside packages that are used as models."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from yakuba.kernel.modelfolders.folders import ModelRefused, sha256


@dataclass(frozen=True)
class OptionalPackage:
    """A package that makes something better and that the house works without."""

    name: str  # as it is installed
    purpose: str  # in Japanese: what becomes better
    licence: str

    @property
    def version(self) -> str:
        """The installed version; empty when it is not installed."""
        return version_of(self.name)


def version_of(package: str) -> str:
    """The installed version of a package, the house's own too; empty when it is not installed."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return ""


def package_file(package: str, path: str, digest: str) -> Path:
    """A file inside an installed package, known by its SHA-256. Raises ModelRefused."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise ModelRefused(f"部品 {package} が入っていません。make setup を実行してください。")
    file = Path(spec.origin).parent / path
    if not file.is_file():
        raise ModelRefused(f"部品 {package} の中に {path} がありません。版を確かめてください。")
    if sha256(file) != digest:
        raise ModelRefused(
            f"部品 {package} の {path} が、確かめた版と違います。make setup をやり直してください。"
        )
    return file

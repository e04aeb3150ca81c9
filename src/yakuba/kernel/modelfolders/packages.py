"""Files inside installed packages that are used as models, and versions of packages."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from yakuba.kernel.modelfolders.folders import ModelFolder, ModelRefused, sha256
from yakuba.kernel.refusals import attempt


@dataclass(frozen=True)
class PackageModel:
    """A model inside an installed package, known by its SHA-256. title and source: in Japanese."""

    package: str  # as it is imported and installed
    path: str
    digest: str
    task: str
    title: str
    licence: str
    source: str

    def described(self) -> ModelFolder:
        """The same words as of a model in a folder; `fault` says why it cannot be used."""
        _, unfit = attempt(package_file, self.package, self.path, self.digest)
        return ModelFolder(
            path=Path(self.package),
            name=self.package,
            task=self.task,
            title=self.title,
            version=version_of(self.package),
            licence=self.licence,
            source=self.source,
            figures="",
            files=((Path(self.path).name, self.digest),),
            fault=str(unfit or ""),
        )


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

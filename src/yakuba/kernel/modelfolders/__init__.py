"""Model folders (モデル): trained models that the house ships or a town supplies, each in a folder with its paper.

A model is code and numbers of somebody else: it is used only when its folder says what it does, under which licence,
and which files it has with their SHA-256, and when they are those files. Nothing is downloaded, ever.
"""

from yakuba.kernel.modelfolders.folders import ModelFolder, ModelRefused, find, folders, once
from yakuba.kernel.modelfolders.optional import Kind, OptionalPart, Standing, look
from yakuba.kernel.modelfolders.packages import PackageModel, package_file

__all__ = [
    "Kind",
    "ModelFolder",
    "ModelRefused",
    "OptionalPart",
    "PackageModel",
    "Standing",
    "find",
    "folders",
    "look",
    "once",
    "package_file",
]

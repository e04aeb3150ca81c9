"""A small U-Net: two halvings, some 87,000 weights; logits of crack for each pixel of contrast-normalised grey."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import nn

CHANNELS = (12, 24, 48)
MULTIPLE = 4  # height and width of what it is given


def _twice(come: int, go: int) -> nn.Sequential:
    layers: list[nn.Module] = []
    for entering in (come, go):
        layers += [
            nn.Conv2d(entering, go, 3, padding=1, bias=False),
            nn.BatchNorm2d(go),
            nn.ReLU(inplace=True),
        ]
    return nn.Sequential(*layers)


class CrackNetwork(nn.Module):
    """`[n, 1, height, width]` → logits of the same shape."""

    def __init__(self) -> None:
        super().__init__()
        first, second, third = CHANNELS
        self.down1, self.down2 = _twice(1, first), _twice(first, second)
        self.middle = nn.Sequential(_twice(second, third), _twice(third, third)[:3])
        self.up2, self.up1 = _twice(third + second, second), _twice(second + first, first)
        self.last = nn.Conv2d(first, 1, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        fine = self.down1(x)
        half = self.down2(nn.functional.max_pool2d(fine, 2))
        deep = self.middle(nn.functional.max_pool2d(half, 2))
        half = self.up2(torch.cat([nn.functional.interpolate(deep, scale_factor=2.0), half], 1))
        return self.last(self.up1(torch.cat([nn.functional.interpolate(half, scale_factor=2.0), fine], 1)))


class _Probable(nn.Module):
    def __init__(self, network: CrackNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.sigmoid(self.network(x))


def loss_of(logits: torch.Tensor, crack: torch.Tensor) -> torch.Tensor:
    """Binary cross-entropy (a crack's pixel counts twice) and Dice."""
    entropy = nn.functional.binary_cross_entropy_with_logits(
        logits, crack, pos_weight=torch.tensor(2.0, device=logits.device)
    )
    likely = torch.sigmoid(logits)
    both = (likely * crack).sum()
    return entropy + 1 - (2 * both + 1) / (likely.sum() + crack.sum() + 1)


def export(network: CrackNetwork, file: Path) -> None:
    """Write it as ONNX: `pictures` [n, 1, height, width] → `crack`, 0..1; any height and width that is a multiple of 4."""
    free = {0: "n", 2: "height", 3: "width"}
    torch.onnx.export(
        _Probable(network).eval(),
        (torch.zeros(1, 1, 64, 64),),
        str(file),
        input_names=["pictures"],
        output_names=["crack"],
        dynamic_axes={"pictures": free, "crack": free},
        opset_version=17,
        dynamo=False,
    )

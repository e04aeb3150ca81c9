"""The training, small: pictures are drawn as they are meant, and a network learns, leaves torch and finds a crack."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from training.vision import drawing
from yakuba.services.vision.engine import models
from yakuba.services.vision.engine.segmentation import probabilities
from yakuba.services.vision.tests.engine.examples import folder


def test_pictures_are_drawn_alike_by_seed_and_cracks_are_dark() -> None:
    both = [drawing.made(seed) for seed in range(12)]
    again, mask = drawing.made(3)
    assert (again == both[3][0]).all()
    assert (mask == both[3][1]).all()
    darker = [
        float(picture[~crack].mean()) - float(picture[crack].mean())
        for picture, crack in both
        if 50 < crack.sum() < 0.2 * crack.size
    ]
    assert len(darker) >= 6
    assert np.median(darker) > 8
    for picture, crack in both:
        assert picture.shape == crack.shape == (drawing.SIDE, drawing.SIDE)


def test_what_is_no_road_has_no_crack(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "NO_ROAD", 1.0)
    assert not any(drawing.made(seed)[1].any() for seed in range(6))


@pytest.mark.slow
def test_a_network_learns_and_is_a_model_of_the_house(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch", reason="training needs torch, which is not installed: .[training]")
    pytest.importorskip("onnx", reason="training needs onnx, which is not installed: .[training]")
    from training.vision.network import CrackNetwork, export
    from training.vision.train import f_measure, learn, pictures

    torch.manual_seed(1)
    torch.set_num_threads(1)
    network = CrackNetwork()
    assert sum(weight.numel() for weight in network.parameters()) < 100_000
    even, crack = pictures(24)
    before = learn(CrackNetwork(), even, crack, 2)
    assert learn(network, even, crack, 60) < before
    export(network, tmp_path / "net.onnx")
    said = "input: {order: CONTRAST, multiple: 4}\nlabels: [crack]\n"
    content = (tmp_path / "net.onnx").read_bytes()
    model = models.load(folder(tmp_path, models.CRACKS, content, said, "mask"))
    picture, _ = drawing.made(5, side=190)
    likely = probabilities(model, np.repeat(picture[:, :, None], 3, axis=2))
    assert likely.shape == (1, 190, 190)
    network.eval()
    with torch.no_grad():
        own = torch.sigmoid(network(torch.from_numpy(even[:1, None]))).numpy()
    assert np.allclose(model.run(even[:1, None])[0], own, atol=1e-4)
    assert f_measure(crack[0], crack[0], 2.0)[0] == crack[0].sum()

"""Muon against torch's, the groups, clipping, and the state that checkpoints hold."""

import copy

import pytest
import torch
from torch import nn

from yanmo.errors import CheckpointError
from yanmo.optim import muon as muon_module
from yanmo.optim.muon import Muon, orthogonalize
from yanmo.optim.optimizer import OptimConfig, build, clip
from yanmo.optim.parameter_groups import groups


class Attention(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.qkv = nn.Linear(8, 24)
        self.output = nn.Linear(8, 8)
        self.norm = nn.LayerNorm(8)


class Model(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.embeddings = nn.ModuleDict({"word": nn.Embedding(11, 8)})
        self.layers = nn.ModuleList([Attention(), Attention()])
        self.head = nn.Linear(8, 3)

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        hidden = self.embeddings["word"](ids)
        for layer in self.layers:
            query, key, value = layer.qkv(hidden).split(8, dim=-1)
            hidden = layer.norm(hidden + layer.output(query * key.tanh() + value))
        return self.head(hidden)


def model() -> Model:
    torch.manual_seed(0)
    return Model()


def train(network: Model, optimizer, steps: range) -> None:
    for step in steps:
        generator = torch.Generator().manual_seed(step)
        ids = torch.randint(11, (4, 5), generator=generator)
        optimizer.zero_grad()
        network(ids).pow(2).mean().backward()
        optimizer.step(1 - step / 10)


def weights(network: Model) -> list[torch.Tensor]:
    return [item.detach().clone() for item in network.parameters()]


@pytest.mark.parametrize(
    ("sinusoids", "given", "share"), [(True, None, 0.1), (False, None, 1.0), (True, 0.5, 0.5)]
)
def test_a_table_of_positions_learns_at_its_share_of_the_rate(
    sinusoids: bool, given: float | None, share: float
) -> None:
    network = nn.ModuleDict(
        {"embedding": nn.ModuleDict({"position": nn.Embedding(4, 2), "word": nn.Embedding(4, 2)})}
    )
    start = {name: parameter.detach().clone() for name, parameter in network.named_parameters()}
    optimizer = build(
        network.named_parameters(), OptimConfig(lr=1e-2, position_rate=given), sinusoids=sinusoids
    )
    for parameter in network.parameters():
        parameter.grad = torch.ones_like(parameter)
    optimizer.step(1.0)
    moved = {
        name: float((parameter.detach() - start[name]).abs().mean())
        for name, parameter in network.named_parameters()
    }
    assert moved["embedding.position.weight"] == pytest.approx(share * 1e-2, rel=1e-3)
    assert moved["embedding.word.weight"] == pytest.approx(1e-2, rel=1e-3)


def test_groups_give_every_parameter_one_place() -> None:
    network = model()
    network.head.bias.requires_grad_(False)
    found = {
        name: (group.method, group.weight_decay)
        for group in groups(network.named_parameters(), weight_decay=0.1, muon=True)
        for name, _ in group.parameters
    }
    assert set(found) == {name for name, _ in network.named_parameters()} - {"head.bias"}
    assert {name for name, place in found.items() if place[0] == "muon"} == {
        f"layers.{layer}.{part}.weight" for layer in (0, 1) for part in ("qkv", "output")
    }
    assert found["embeddings.word.weight"] == ("adamw", 0.0)
    assert found["layers.0.norm.weight"] == ("adamw", 0.0)
    assert found["layers.0.qkv.bias"] == ("adamw", 0.0)
    assert found["head.weight"] == ("adamw", 0.1)
    alone = groups(network.named_parameters(), weight_decay=0.1, muon=False)
    assert {group.method for group in alone} == {"adamw"}


@pytest.mark.parametrize("shape", [(24, 16), (16, 24), (16, 16)])
def test_muon_is_torch_muon_but_for_the_coefficients(
    shape: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(muon_module, "STEPS", ((3.4445, -4.7750, 2.0315),) * 5)
    monkeypatch.setattr(muon_module, "MARGIN", 1.0)
    torch.manual_seed(1)
    start = torch.randn(shape)
    mine, theirs = nn.Parameter(start.clone()), nn.Parameter(start.clone())
    muon = Muon([("w", mine)], lr=0.02, weight_decay=0.1, momentum=0.95, dtype=torch.bfloat16)
    reference = torch.optim.Muon(
        [theirs], lr=0.02, weight_decay=0.1, momentum=0.95, nesterov=True, adjust_lr_fn="match_rms_adamw"
    )
    for _ in range(4):
        gradient = torch.randn(shape)
        mine.grad, theirs.grad = gradient.clone(), gradient.clone()
        muon.step(1.0)
        reference.step()
    moved = (theirs - start).norm()
    assert (mine - theirs).norm() / moved < 0.02  # both in bfloat16, in another order


@pytest.mark.parametrize("shape", [(64, 16), (16, 64)])
def test_of_a_long_matrix_the_gram_matrix_alone_gives_the_same(shape: tuple[int, int]) -> None:
    torch.manual_seed(2)
    given = torch.randn(3, *shape)
    plain = given / (muon_module.MARGIN * given.norm(dim=(1, 2), keepdim=True))
    for a, b, c in muon_module.STEPS:
        gram = plain @ plain.mT
        plain = a * plain + b * gram @ plain + c * gram @ gram @ plain
    torch.testing.assert_close(orthogonalize(given), plain, rtol=1e-3, atol=1e-4)


def test_a_batch_of_matrices_is_each_matrix_alone_and_qkv_is_three() -> None:
    torch.manual_seed(2)
    names = ["a.weight", "b.weight", "c.weight", "layers.0.qkv.weight"]
    shapes = [(8, 8), (8, 16), (16, 8), (24, 8)]
    together = {name: nn.Parameter(torch.randn(shape)) for name, shape in zip(names, shapes, strict=True)}
    gradients = {name: torch.randn_like(item) for name, item in together.items()}
    alone = copy.deepcopy(together)
    pieces = {
        f"q{n}.weight": nn.Parameter(alone["layers.0.qkv.weight"].data.chunk(3)[n].clone()) for n in range(3)
    }
    settings = {"lr": 0.1, "weight_decay": 0.1, "momentum": 0.9, "dtype": torch.float32}
    for name, item in together.items():
        item.grad = gradients[name]
    Muon(list(together.items()), **settings).step(0.5)
    for name in names[:3]:
        alone[name].grad = gradients[name]
        Muon([(name, alone[name])], **settings).step(0.5)
        torch.testing.assert_close(together[name], alone[name])
    for number, (name, piece) in enumerate(pieces.items()):
        piece.grad = gradients["layers.0.qkv.weight"].chunk(3)[number]
        Muon([(name, piece)], **settings).step(0.5)
    torch.testing.assert_close(together["layers.0.qkv.weight"], torch.cat(list(pieces.values())))


@pytest.mark.parametrize("shape", [(16, 48), (48, 16), (20, 16), (16, 16)])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_orthogonalize_brings_singular_values_near_one(shape: tuple[int, int], dtype: torch.dtype) -> None:
    torch.manual_seed(3)
    given = torch.randn(4, *shape, dtype=torch.float64)
    left, values, right = torch.linalg.svd(given, full_matrices=False)
    values = torch.linspace(1, 0.02, 16, dtype=torch.float64)
    given = left * values @ right
    found = orthogonalize(given.to(dtype)).double()
    along = (left * (found @ right.mT)).sum(1)  # of each singular vector: how much of it is left
    assert along.min() > 0.4
    assert along.max() < 1.6
    assert (found - left * along.unsqueeze(1) @ right).norm() < (0.02 if dtype == torch.float32 else 0.2) * 8


@pytest.mark.parametrize("shape", [(64, 256), (256, 64), (64, 64)])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_what_has_no_direction_stays_small(shape: tuple[int, int], dtype: torch.dtype) -> None:
    """Rounding makes tiny singular values of gram matrices negative; they must not grow without bound."""
    torch.manual_seed(4)
    one = torch.randn(3, shape[0], 2) @ torch.randn(3, 2, shape[1])
    zero = torch.zeros(1, *shape)
    found = orthogonalize(torch.cat([one, one * 1e-6, zero, one + 1e-3 * torch.randn(3, *shape)]).to(dtype))
    assert found.isfinite().all()
    assert torch.linalg.svdvals(found.float()).max() < 1.6
    assert found[6].count_nonzero() == 0


def test_an_update_has_the_size_of_an_adamw_update() -> None:
    torch.manual_seed(4)
    parameter = nn.Parameter(torch.zeros(64, 256))
    parameter.grad = torch.randn(64, 256)
    Muon([("w", parameter)], lr=1.0, weight_decay=0.0, momentum=0.95, dtype=torch.float32).step(1.0)
    assert 0.1 < float(parameter.detach().pow(2).mean().sqrt()) < 0.3


def test_the_rate_of_matrices_follows_the_other_unless_it_is_set() -> None:
    def moved(**settings: float) -> float:
        parameter = torch.nn.Parameter(torch.eye(4))
        optimizer = build([("layers.0.weight", parameter)], OptimConfig(weight_decay=0.0, **settings))
        parameter.grad = torch.eye(4)
        optimizer.step(1.0)
        return float((parameter.detach() - torch.eye(4)).norm())

    assert moved(lr=2e-2) == pytest.approx(10 * moved(lr=2e-3), rel=1e-3)
    assert moved(lr=2e-3) == pytest.approx(moved(lr=1.0, muon_lr=5e-3), rel=1e-5)


@pytest.mark.parametrize("name", ["muon", "adamw"])
def test_saved_state_continues_with_the_same_bits(name: str) -> None:
    config = OptimConfig(name=name)
    whole = model()
    optimizer = build(whole.named_parameters(), config)
    train(whole, optimizer, range(5))
    middle = copy.deepcopy(whole.state_dict())
    state = {key: tensor.clone() for key, tensor in optimizer.state_tensors().items()}
    train(whole, optimizer, range(5, 9))
    for _ in range(2):  # twice from one state in memory: loading must copy
        again = model()
        again.load_state_dict(middle)
        resumed = build(again.named_parameters(), config)
        resumed.load_state_tensors(state)
        train(again, resumed, range(5, 9))
        assert all(map(torch.equal, weights(whole), weights(again)))
    assert float(state["adamw.step.head.weight"]) == 5
    assert state["adamw.exp_avg.head.weight"].abs().sum() > 0
    assert ("muon.layers.0.qkv.weight" in state) == (name == "muon")


def test_state_of_another_optimizer_is_refused() -> None:
    network = model()
    muon = build(network.named_parameters(), OptimConfig())
    adamw = build(network.named_parameters(), OptimConfig(name="adamw"))
    assert (
        muon.state_tensors().keys() == build(model().named_parameters(), OptimConfig()).state_tensors().keys()
    )
    with pytest.raises(CheckpointError, match="layers"):
        adamw.load_state_tensors(muon.state_tensors())
    wrong = muon.state_tensors() | {"muon.layers.0.output.weight": torch.zeros(8, 9)}
    with pytest.raises(CheckpointError, match=r"layers\.0\.output"):
        muon.load_state_tensors(wrong)


def test_a_scale_of_zero_moves_nothing_and_missing_gradients_are_skipped() -> None:
    network = model()
    optimizer = build(network.named_parameters(), OptimConfig())
    before = weights(network)
    network(torch.zeros(1, 2, dtype=torch.long)).sum().backward()
    optimizer.step(0.0)
    assert all(map(torch.equal, before, weights(network)))
    network.layers[1].output.weight.grad = None
    optimizer.step(1.0)
    names = [name for name, _ in network.named_parameters()]
    moved = {
        name for name, old, new in zip(names, before, weights(network), strict=True) if not old.equal(new)
    }
    assert set(names) - moved == {"layers.1.output.weight"}


def test_clip_scales_to_the_norm_and_leaves_what_is_not_finite() -> None:
    network = model()
    network(torch.arange(6).view(1, 6)).pow(2).sum().backward()
    parameters = list(network.parameters())
    expected = torch.cat([item.grad.flatten() for item in parameters]).norm()
    torch.testing.assert_close(clip(parameters, 0), expected)
    torch.testing.assert_close(clip(parameters, 0.5), expected)
    torch.testing.assert_close(clip(parameters, 0), torch.tensor(0.5))
    parameters[0].grad[0, 0] = torch.nan
    before = parameters[-1].grad.clone()
    assert not torch.isfinite(clip(parameters, 0.1))
    assert torch.equal(parameters[-1].grad, before)

"""Lesson 09: speed, tolerance, depth, regularization, two measures of the shift, and the loss along the gradient."""

from functools import cache
from itertools import islice

import numpy as np

from helpers.data import Dataset, load_digits8, split_mnist, train_test_split
from helpers.network import loss_and_gradients
from lessons.does_it_work import experiments, sweeps
from lessons.does_it_work.experiments import State, jump, jumps, reached
from lessons.signals_through_depth.experiments import deep as deep_network
from lessons.signals_through_depth.experiments import gradient_norms, scaled_start

TRAIN, TEST = split_mnist()
SMALL, HELD = train_test_split(load_digits8(), n_test=300, seed=0)


@cache
def states(name: str, seed: int, std: float = 0.05, rate: float = 1.0, updates: int = 1600) -> list[State]:
    """Figure 1's network with other first weights and other batches."""
    return list(experiments.states(name, TRAIN, TEST, std, rate, updates, 40, seed=seed))


def at_80(name: str, seed: int, *setting: float) -> float:
    """The first recorded update with 80 %; infinite if there is none."""
    return reached(states(name, seed, *setting)) or np.inf


def ways(name: str, seed: int) -> np.ndarray:
    """How far the units' medians move, from the smallest to the largest."""
    return np.sort(experiments.ways(states(name, seed)))


def end(name: str, seed: int, std: float, rate: float) -> float:
    """The accuracy after 600 updates, the mean of the last three records."""
    return float(np.mean([state.accuracy for state in states(name, seed, std, rate, 600)[-3:]]))


@cache
def works(activation: str, norm: str, seed: int) -> np.ndarray:
    """The sweep's map after 200 updates: which networks train, (stds, rates)."""
    maps = sweeps.grid(activation, norm, SMALL, HELD, seed)
    return next(islice(maps, sweeps.UPDATES // sweeps.EVERY, None)) >= sweeps.TRAINED


def wider(activation: str, seed: int, axis: int) -> bool:
    """Whether batch norm trains at more rates (axis 1) or with more first weights (axis 0), each at its best."""
    return works(activation, "batch", seed).sum(axis=axis).max() > works(activation, "none", seed).sum(axis=axis).max()


@cache
def deep(layers: int, activation: str, norm: str, seed: int) -> float:
    """The best accuracy of three rates after 100 updates."""
    return sweeps.best_of(layers, activation, norm, SMALL, HELD, seed=seed)


@cache
def judged(norm: str, seed: int, batch_size: int, epochs: int) -> sweeps.Judged:
    """Ten networks with seeds of their own, trained on 480 digits drawn anew."""
    order = np.random.default_rng(seed).permutation(len(load_digits8().x))
    x, y = load_digits8().x[order], load_digits8().y[order]
    few, rest = Dataset("few", x[:480], y[:480]), Dataset("rest", x[480:], y[480:])
    *_, last = sweeps.after_epochs(norm, few, rest, batch_size, epochs, seeds=range(10 * seed, 10 * seed + 10))
    return last


def gap(norm: str, seed: int, batch_size: int, epochs: int) -> float:
    """The mean gap between training and test accuracy."""
    return float(judged(norm, seed, batch_size, epochs).gap.mean())


def test_ahead(seed: int, batch_size: int, epochs: int) -> float:
    """How much the mean test accuracy is higher with batch norm."""
    with_it, without = (judged(norm, seed, batch_size, epochs).test.mean() for norm in ("batch", "none"))
    return float(with_it - without)


def level(seed: int, batch_size: int, epochs: int, tolerance: float) -> bool:
    """Whether the mean training accuracies without and with batch norm are within ``tolerance`` of 1."""
    return min(judged(norm, seed, batch_size, epochs).train.mean() for norm in ("none", "batch")) > 1 - tolerance


@cache
def mnist(norm: str, seed: int) -> sweeps.Judged:
    """The same on 480 digits of MNIST, five networks, 25 epochs of batches of 16."""
    order = np.random.default_rng(seed).permutation(len(TRAIN.x))[:480]
    some = Dataset("some", TRAIN.x[order], TRAIN.y[order])
    sizes, seeds = (784, 30, 30, 10), range(5 * seed, 5 * seed + 5)
    *_, last = sweeps.after_epochs(norm, some, TEST, 16, 25, sizes=sizes, seeds=seeds)
    return last


@cache
def gradient_shift(name: str, seed: int) -> np.ndarray:
    """‖G − G′‖ / ‖G‖ of layer 3 at every fourth record, the mean of four batches."""
    return np.array([experiments.relative_shift(name, state.parameters, TRAIN, 1.0)
                     for state in states(name, seed)[1::4]])  # fmt: skip


@cache
def along(family: str, norm: str, seed: int) -> np.ndarray:
    """The loss along the gradient after 100 updates, at length 0 and the panel's lengths."""
    return experiments.curves(family, norm == "batch", TRAIN, (100,), seed)[0]


def gradient_length(norm: str, seed: int) -> float:
    """The length of the ReLU network's gradient after 100 updates."""
    network = experiments.family_network("relu", norm == "batch")
    (parameters,) = experiments.parameters_at("relu", norm == "batch", TRAIN, (100,), seed)
    _, gradients, _ = loss_and_gradients(network, parameters, TRAIN.x[:200], TRAIN.y[:200])
    return float(np.sqrt(sum((value.astype(float) ** 2).sum() for value in gradients.values())))


@cache
def tiny_batches(norm: str, seed: int) -> float:
    """The accuracy after 1,000 updates with batches of two."""
    return sweeps.batches_of_two(norm, SMALL, HELD, seed=seed)


@cache
def first_gradient(norm: str, seed: int, scale: float) -> float:
    """The gradient norm of the first of 50 ReLU layers before training, the usual first weights times ``scale``."""
    network = deep_network(50, "relu", norm == "batch")
    x, y = SMALL.x[:200].astype(float), SMALL.y[:200]
    return float(gradient_norms(network, scaled_start(network, scale, seed), x, y)[0])


def always_farther(seed: int, name: str, in_spreads: bool) -> bool:
    """Whether the median of z jumps farther with noise, at every record, than that of network ``name`` at any."""
    farther = jumps(states("noisy", seed), in_spreads).min()
    return bool(farther > jumps(states(name, seed), in_spreads).max())


def noisy_at_80(noise: float, seed: int) -> float:
    """The first recorded update with 80 % for a strength of the noise."""
    return reached(list(experiments.with_strength(noise, TRAIN, TEST, 0.05, 1.0, seed))) or np.inf


EFFECTS = {
    "Figure 1: 80 % in a fifth of the updates or fewer":
        lambda seed: at_80("plain", seed) >= 5 * at_80("batchnorm", seed),
    "Figure 1: more than 1,000 updates to 80 % without batch norm, at most 120 with it":
        lambda seed: at_80("plain", seed) > 1000 and at_80("batchnorm", seed) <= 120,
    "Figure 1: the median moves farther without batch norm at every rank":
        lambda seed: bool((ways("plain", seed) > ways("batchnorm", seed)).all()),
    "with batch norm above 0.8 at the ends of both sliders":
        lambda seed: min(end("batchnorm", seed, std, rate) for std in (0.01, 0.2) for rate in (0.03, 3.0)) > 0.8,
    "first weights 0.01, 0.03 or 0.05: no 80 % in 600 updates without batch norm, rates 1 and 3":
        lambda seed: min(at_80("plain", seed, std, rate, 600)
                         for std in (0.01, 0.03, 0.05) for rate in (1.0, 3.0)) == np.inf,
    "first weights 0.1, rate 1: later to 80 % without batch norm, and after 600 updates within 10 points":
        lambda seed: at_80("plain", seed, 0.1, 1.0, 600) > at_80("batchnorm", seed, 0.1, 1.0, 600)
        and end("plain", seed, 0.1, 1.0) > end("batchnorm", seed, 0.1, 1.0) - 0.1,
    "first weights 0.2, rates 0.03 and 0.1: after 600 updates at least 5 points behind without batch norm":
        lambda seed: all(end("plain", seed, 0.2, rate) < end("batchnorm", seed, 0.2, rate) - 0.05
                         for rate in (0.03, 0.1)),
    "first weights 0.2, rates 1 and 3: later to 80 % without batch norm, and after 600 updates within 3 points":
        lambda seed: all(at_80("plain", seed, 0.2, rate, 600) > at_80("batchnorm", seed, 0.2, rate, 600)
                         and abs(end("plain", seed, 0.2, rate) - end("batchnorm", seed, 0.2, rate)) < 0.03
                         for rate in (1.0, 3.0)),
    "the sweep: more than twice as many ReLU and sigmoid networks train":
        lambda seed: all(works(name, "batch", seed).sum() > 2 * works(name, "none", seed).sum()
                         for name in sweeps.ACTIVATIONS),
    "the sweep: more rates, ReLU and sigmoid":
        lambda seed: all(wider(name, seed, axis=1) for name in sweeps.ACTIVATIONS),
    "the sweep: more first weights, ReLU and sigmoid":
        lambda seed: all(wider(name, seed, axis=0) for name in sweeps.ACTIVATIONS),
    "the sweep: with batch norm no ReLU network trains at rate 10":
        lambda seed: not works("relu", "batch", seed)[:, -1].any(),
    "20 sigmoid layers: under 40 % without batch norm, over 60 % with it":
        lambda seed: deep(20, "sigmoid", "none", seed) < 0.4 and deep(20, "sigmoid", "batch", seed) > 0.6,
    "20 ReLU layers: under 40 % without batch norm, over 60 % with it":
        lambda seed: deep(20, "relu", "none", seed) < 0.4 and deep(20, "relu", "batch", seed) > 0.6,
    "50 ReLU layers: under 40 % without batch norm and with it":
        lambda seed: max(deep(50, "relu", norm, seed) for norm in ("none", "batch")) < 0.4,
    "50 ReLU layers: the first gradient goes from below 1e-12 to above 1e10 with the scale, and not with batch norm":
        lambda seed: first_gradient("none", seed, 0.5) < 1e-12 and first_gradient("none", seed, 2.0) > 1e10
        and all(1e3 < first_gradient("batch", seed, scale) < 1e5 for scale in (0.5, 1.0, 2.0)),
    "batch size 16, 40 epochs: better on the test and a smaller gap with batch norm":
        lambda seed: gap("batch", seed, 16, 40) < gap("none", seed, 16, 40) and test_ahead(seed, 16, 40) > 0,
    "batch size 240, 40 epochs: better on the test and a larger gap with batch norm":
        lambda seed: gap("batch", seed, 240, 40) > gap("none", seed, 240, 40) and test_ahead(seed, 240, 40) > 0,
    "batch size 48, 160 epochs: better on the test and a smaller gap with batch norm":
        lambda seed: gap("batch", seed, 48, 160) < gap("none", seed, 48, 160) and test_ahead(seed, 48, 160) > 0,
    "batch size 240, 160 epochs: not worse on the test by half a point with batch norm":
        lambda seed: test_ahead(seed, 240, 160) > -0.005,
    "trained equally far: 16 and 40 epochs, 48 and 160 within 0.2 points, 240 and 160 within 2":
        lambda seed: level(seed, 16, 40, 0.002) and level(seed, 48, 160, 0.002) and level(seed, 240, 160, 0.02),
    "batch size 240, 160 epochs: the gap larger by less than a point with batch norm":
        lambda seed: gap("batch", seed, 240, 160) < gap("none", seed, 240, 160) + 0.01,
    "batch size 240, 40 epochs: a smaller gap with ghost batches than with the whole one":
        lambda seed: gap("ghost", seed, 240, 40) < gap("batch", seed, 240, 40),
    "MNIST: the gap is larger with batch norm, the test accuracy lower, and all have learned their digits":
        lambda seed: mnist("batch", seed).gap.mean() > mnist("none", seed).gap.mean()
        and mnist("batch", seed).test.mean() < mnist("none", seed).test.mean()
        and min(mnist(norm, seed).train.mean() for norm in ("none", "batch")) > 0.998,
    "drift: least with batch norm, most with noise":
        lambda seed: jump(states("batchnorm", seed)) < jump(states("plain", seed)) < jump(states("noisy", seed)),
    "drift: with noise farther at every record than without batch norm at any":
        lambda seed: always_farther(seed, "plain", in_spreads=False),
    "drift: with noise farther at every record than with batch norm alone, in z and in spreads":
        lambda seed: all(always_farther(seed, "batchnorm", in_spreads) for in_spreads in (False, True)),
    "drift in spreads: over 100 in the first jump without batch norm":
        lambda seed: jumps(states("plain", seed)[:2], in_spreads=True)[0] > 100,
    "noise: 80 % within 160 updates":
        lambda seed: at_80("noisy", seed) <= 160,
    "noise: 80 % in a fifth of the plain network's updates or fewer":
        lambda seed: at_80("plain", seed) >= 5 * at_80("noisy", seed),
    "noise of strength 16: 80 % within 450 updates":
        lambda seed: noisy_at_80(16.0, seed) <= 450,
    "relative shift of the gradient: at the first two places hardly any without batch norm":
        lambda seed: gradient_shift("plain", seed)[:2].max() < gradient_shift("batchnorm", seed)[:2].min() / 2,
    "relative shift of the gradient: at the last five places of one size, within a factor of two":
        lambda seed: 0.5
        < gradient_shift("plain", seed)[-5:].mean() / gradient_shift("batchnorm", seed)[-5:].mean()
        < 2,
    "ReLU: 64 learning rates on, the loss is ten times as high without batch norm":
        lambda seed: along("relu", "none", seed)[-1] > 10 * along("relu", "batch", seed)[-1],
    "ReLU: after 100 updates the gradient is longer without batch norm, at most four times as long":
        lambda seed: 1 < gradient_length("none", seed) / gradient_length("batch", seed) < 4,
    "ReLU: 16 learning rates on without batch norm, the loss is higher than 64 on with it":
        lambda seed: along("relu", "none", seed)[-3] > 1.5 * along("relu", "batch", seed)[-1],
    "ReLU: the loss falls to a smaller share along the gradient with batch norm":
        lambda seed: along("relu", "batch", seed).min() / along("relu", "batch", seed)[0]
        < along("relu", "none", seed).min() / along("relu", "none", seed)[0],
    "sigmoid: 64 learning rates on, the loss is higher with batch norm":
        lambda seed: along("sigmoid", "batch", seed)[-1] > along("sigmoid", "none", seed)[-1],
    "batches of two: over 70 % without norm and with layer norm, not with batch norm":
        lambda seed: min(tiny_batches(norm, seed) for norm in ("none", "layer")) > 0.7 > tiny_batches("batch", seed),
}  # fmt: skip

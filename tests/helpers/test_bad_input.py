"""Every public numerical function: good arguments pass unchanged, bad ones get one clear sentence."""

import copy
import inspect
import re

import numpy as np
import pytest

from helpers import batching, batchnorm, gradcheck, layers, network, recording, training

RNG = np.random.default_rng(13)
N, D_IN, D, CLASSES = 6, 4, 3, 3
X, WEIGHT, BIAS, DOUT = (RNG.standard_normal(shape) for shape in ((N, D_IN), (D_IN, D), (D,), (N, D)))
FEATURES, GAMMA, BETA, MEAN = (RNG.standard_normal(shape) for shape in ((N, D), (D,), (D,), (D,)))
VAR = RNG.uniform(0.5, 2, D)
LABELS = np.array([2, 0, 1, 1, 2, 0])
NET = network.Network((D_IN, 5, CLASSES), batchnorm=True)
PARAMETERS = network.initialize(NET, RNG)
RUNNING = network.initial_running_stats(NET)
LOGITS, CACHES = network.forward(NET, PARAMETERS, X)
GRADIENTS = network.backward(NET, DOUT, CACHES)
LINEAR = {"x": X, "weight": WEIGHT, "bias": BIAS}
AFFINE = {"gamma": GAMMA, "beta": BETA}
RUN = {"running_mean": MEAN, "running_var": VAR}
TRAIN = {
    "network": NET,
    "parameters": PARAMETERS,
    "x": X,
    "y": LABELS,
    "batch_size": 3,
    "epochs": 2,
    "learning_rate": 0.1,
    "rng": RNG,
}
FLOATS, MODEL = {"x": X}, {"network": NET, "parameters": PARAMETERS}

GOOD = {
    batching.iterations_per_epoch: {"n_examples": N, "batch_size": 2},
    batching.total_iterations: {"n_examples": N, "batch_size": 2, "epochs": 3},
    batching.batch_slices: {"n_examples": N, "batch_size": 2},
    batching.minibatches: {"x": X, "y": LABELS, "batch_size": 2, "rng": RNG},
    layers.linear_forward: LINEAR,
    layers.linear_backward: {"dout": DOUT, "cache": layers.linear_forward(**LINEAR)[1]},
    layers.relu_forward: FLOATS,
    layers.relu_backward: {"dout": X, "cache": layers.relu_forward(X)[1]},
    layers.sigmoid_forward: FLOATS,
    layers.sigmoid_backward: {"dout": X, "cache": layers.sigmoid_forward(X)[1]},
    layers.tanh_forward: FLOATS,
    layers.tanh_backward: {"dout": X, "cache": layers.tanh_forward(X)[1]},
    layers.softmax_cross_entropy: {"logits": LOGITS, "labels": LABELS},
    batchnorm.batchnorm_forward: {"x": FEATURES, **AFFINE, "eps": 1e-5},
    batchnorm.batchnorm_backward: {
        "dout": DOUT,
        "cache": batchnorm.batchnorm_forward(FEATURES, GAMMA, BETA)[1],
    },
    batchnorm.batchnorm_backward_staged: {
        "dout": DOUT,
        "cache": batchnorm.batchnorm_forward(FEATURES, GAMMA, BETA)[1],
    },
    batchnorm.batchnorm_inference: {"x": FEATURES, **AFFINE, **RUN, "eps": 1e-5},
    batchnorm.update_running_stats: {
        **RUN,
        "mean": MEAN,
        "var": VAR,
        "n": N,
        "momentum": 0.5,
        "convention": "keras",
    },
    batchnorm.population_stats: {"means": FEATURES, "variances": FEATURES**2, "n": N},
    batchnorm.fold_batchnorm: {"weight": WEIGHT, "bias": BIAS, **AFFINE, **RUN, "eps": 1e-5},
    gradcheck.numerical_gradient: {"f": np.sum, "x": X, "h": 1e-5},
    gradcheck.relative_error: {"a": X, "b": X + 1},
    network.Network: {"sizes": (4, 5, 3), "activation": "tanh", "batchnorm": True, "eps": 1e-5},
    network.initialize: {"network": NET, "rng": RNG, "std": 0.1, "dtype": np.float32},
    network.forward: {**MODEL, "x": X},
    network.backward: {"network": NET, "dlogits": DOUT, "caches": CACHES},
    network.loss_and_gradients: {**MODEL, "x": X, "labels": LABELS},
    network.initial_running_stats: {"network": NET, "dtype": np.float32},
    network.predict: {**MODEL, "running": RUNNING, "x": X},
    network.accuracy: {"logits": LOGITS, "labels": LABELS},
    training.sgd_update: {"parameters": PARAMETERS, "gradients": GRADIENTS, "learning_rate": 0.1},
    training.training_steps: TRAIN,
    recording.run: {name: value for name, value in TRAIN.items() if name != "epochs"} | {"updates": 3},
    training.train: TRAIN,
}


def with_value(array, value):
    """A copy with one value replaced."""
    changed = array.copy()
    changed.flat[-1] = value
    return changed


def bad_floats(array):
    """What no float array may be; the shape is wrong in the last two."""
    return [
        with_value(array, np.nan),
        with_value(array, -np.inf),
        array.astype(int),
        array > 0,
        array.astype(complex),
        array.astype(np.float16),
        "text",
        None,
        [[1.0], [1.0, 2.0]],
        array[:0],
        array[..., :0],
    ]


def wrong_shapes(array):
    """Shapes that do not fit the other arguments."""
    return [array[None], array[..., :-1], 1.0]


NOT_FROM_1 = [0, -1, 2.5, 2.0, True, np.True_, "2", None, np.array([2])]
NOT_POSITIVE = [0, -1e-5, np.nan, np.inf, True, "1e-5", np.array([1e-5])]
BAD_LABELS = [
    LABELS.astype(float),
    LABELS[:-1],
    LABELS[:0],
    LABELS[:, None],
    with_value(LABELS, -1),
    with_value(LABELS, CLASSES),
    LABELS > 0,
    "text",
]
NO_RNG = [None, 0, np.random.RandomState(0), np.random]
NO_PARAMETERS = [
    None,
    list(PARAMETERS),
    {},
    PARAMETERS | {"bias1": MEAN},
    PARAMETERS | {"weight1": PARAMETERS["weight1"].T},
    PARAMETERS | {"gamma1": with_value(PARAMETERS["gamma1"], np.nan)},
    PARAMETERS | {"beta1": np.zeros(5, int)},
]
NO_NETWORK = [None, (4, 5, 3), network.Network]
ANY_SHAPE = {layers.relu_forward, layers.sigmoid_forward, layers.tanh_forward, gradcheck.numerical_gradient}
FREE_DTYPE = {batching.minibatches}
OPTIONAL = {(layers.linear_forward, "bias"), (batchnorm.fold_batchnorm, "bias")}

BY_NAME = {
    **dict.fromkeys(("batch_size", "n_examples", "epochs", "n"), NOT_FROM_1),
    **dict.fromkeys(("eps", "h", "learning_rate"), [*NOT_POSITIVE, None]),
    "std": NOT_POSITIVE,
    "momentum": [None, -0.1, 1.1, np.nan, "0.1", True],
    "convention": ["torch", "PyTorch", None, 1],
    "drop_last": [1, 10, "yes", None],
    "labels": BAD_LABELS,
    "rng": NO_RNG,
    "cache": [None, X, (X, X), layers.TanhCache],
    "network": NO_NETWORK,
    "parameters": NO_PARAMETERS,
    "caches": [None, list(CACHES), (), CACHES[:1], CACHES[::-1], (None, None)],
    "running": [RUNNING["mean1"], {}, RUNNING | {"mean2": MEAN}, RUNNING | {"var1": -RUNNING["var1"]}],
    "gradients": [
        None,
        {},
        GRADIENTS | {"weight1": GRADIENTS["weight1"][:1]},
        GRADIENTS | {"weight1": with_value(GRADIENTS["weight1"], np.nan)},
        GRADIENTS | {"beta1": np.zeros(5, int)},
    ],
    "f": [None, 3, lambda v: v, lambda v: np.nan, lambda v: "0"],
    "dtype": [np.float16, int, "int64", "nonsense", np.zeros(2)],
    "sizes": [[4, 5, 3], (4,), (), (4, 0, 3), (4, 2.5), (4, True), "45", None],
    "activation": ["swish", "ReLU", None, np.tanh],
    "batchnorm": [1, None, "yes", [True], (True, True), (1,)],
    "norm_after_activation": [1, None, "yes"],
    "norm_backward": ["closed", 3, None],
    "callback": ["print", 3],
    "differentiate": ["held", 3],
    "updates": [-1, 1.5, True, "3", None],
}
EXTRA = [
    (batchnorm.batchnorm_forward, "x", FEATURES[:1]),
    (batchnorm.update_running_stats, "var", -VAR),
    (batchnorm.update_running_stats, "running_var", -VAR),
    (batchnorm.batchnorm_inference, "running_var", -VAR),
    (batchnorm.fold_batchnorm, "running_var", with_value(VAR, -1)),
    (batchnorm.population_stats, "variances", -(FEATURES**2)),
    (batchnorm.population_stats, "n", 1),
    (network.forward, "x", X[:1]),
    (network.loss_and_gradients, "x", X[:1]),
    (training.train, "batch_size", 5),
    (training.training_steps, "batch_size", 1),
    *((batching.minibatches, name, value) for name in "xy" for value in (X[:0], 3.0, X[:-1])),
    *((training.train, "y", value) for value in BAD_LABELS),
    *((training.training_steps, "y", value) for value in BAD_LABELS),
    *((recording.run, "y", value) for value in BAD_LABELS),
    *((batchnorm.update_running_stats, "running_mean", value) for value in bad_floats(MEAN)),
]
FITTED = {  # what the sentence may name instead, because it has to fit the argument
    "logits": {"labels"},
    "x": {"y", "labels"},
    "parameters": {"gradients"},
    "f": {"the value of f"},
    "sizes": {"an entry of sizes"},
}


def is_floats(value):
    return isinstance(value, np.ndarray) and value.dtype.kind == "f"


def bad_cases():
    """(function, name of the argument, bad value) over every argument of every function."""
    for function, good in GOOD.items():
        for name in inspect.signature(function).parameters:
            if name in BY_NAME:
                yield from ((function, name, value) for value in BY_NAME[name])
            elif is_floats(good.get(name)) and function not in FREE_DTYPE:
                values = bad_floats(good[name]) + ([] if function in ANY_SHAPE else wrong_shapes(good[name]))
                yield from (
                    (function, name, value)
                    for value in values
                    if not (value is None and (function, name) in OPTIONAL)
                )
    yield from EXTRA


def names_argument(message, function, name):
    """Whether the sentence names the argument, or one that has to fit it in shape."""
    allowed = (
        {name} | FITTED.get(name, set()) | {n for n, value in GOOD[function].items() if is_floats(value)}
    )
    return any(re.match(rf"{option}\b", message) for option in allowed)


INNER = {  # called below the checks, or checks themselves
    layers.column_sum,
    layers.column_mean,
    layers.cross_entropy,
    layers.weight_gradient,
    network.layer_sizes,
    network.with_sizes,
    network.arrays_in,
}


def public_functions():
    for module in (batching, layers, batchnorm, gradcheck, network, training):
        for name, value in vars(module).items():
            own = getattr(value, "__module__", None) == module.__name__ and not name.startswith("_")
            if own and inspect.isfunction(value) and value not in INNER and "<locals>" not in value.__qualname__:
                yield value


def test_the_table_holds_every_public_function():
    assert set(public_functions()) <= set(GOOD)


def test_the_table_tries_every_argument():
    tried = {(function, name) for function, name, _ in bad_cases()}
    wanted = {(function, name) for function in GOOD for name in inspect.signature(function).parameters}
    assert wanted == tried


@pytest.mark.parametrize("function", GOOD, ids=lambda f: f.__name__)
def test_good_arguments_are_accepted_and_left_unchanged(function):
    given = {name: value if name == "rng" else copy.deepcopy(value) for name, value in GOOD[function].items()}
    before = copy.deepcopy(given)
    function(**given)
    for name in given.keys() - {"rng"}:
        np.testing.assert_equal(given[name], before[name])


@pytest.mark.parametrize(
    ("function", "name", "value"),
    [
        pytest.param(*case, id=f"{case[0].__name__}-{case[1]}-{number}")
        for number, case in enumerate(bad_cases())
    ],
)
def test_bad_input_gets_one_sentence(function, name, value):
    with pytest.raises(ValueError) as error:  # noqa: PT011 the sentence is judged below
        function(**GOOD[function] | {name: value})
    message = str(error.value)
    assert names_argument(message, function, name), message
    assert re.search(r"\b(must|needs)\b", message), message
    assert message.endswith(".")
    assert not re.search(r"[.!?]\s|\n", message), message


@pytest.mark.parametrize(
    ("message", "function", "arguments"),
    [
        ("x has shape (3,); it must be (N, D_in).", layers.linear_forward, (np.ones(3), WEIGHT, BIAS)),
        (
            "weight has shape (4, 3); it must be (2, D_out).",
            layers.linear_forward,
            (np.ones((1, 2)), WEIGHT, BIAS),
        ),
        ("x has dtype int64; it must be float32 or float64.", layers.relu_forward, ([1, 2],)),
        (
            "x holds NaN or infinity (1 of 2); it must be finite.",
            layers.relu_forward,
            ([1, np.inf],),
        ),
        (
            "x has shape (1, 6, 3); it must be (N, D).",
            batchnorm.batchnorm_inference,
            (FEATURES[None], GAMMA, BETA, MEAN, VAR),
        ),
        (
            "running_mean has shape (1, 3); it must be (D,).",
            batchnorm.update_running_stats,
            (MEAN[None], VAR, MEAN, VAR, 4, 0.1),
        ),
        ("means has shape (3,); it must be (K, D).", batchnorm.population_stats, (MEAN, VAR, 4)),
        (
            "weight has shape (1, 4, 3); it must be (D_in, D).",
            batchnorm.fold_batchnorm,
            (WEIGHT[None], BIAS, GAMMA, BETA, MEAN, VAR),
        ),
        ("batch_size is 0; it must be at least 1.", batching.batch_slices, (10, 0)),
        ("batch_size is 2.5; it must be a whole number.", batching.batch_slices, (10, 2.5)),
        (
            "labels goes from 0 to 3; it must stay in 0 to 2.",
            layers.softmax_cross_entropy,
            (np.ones((2, 3)), [0, 3]),
        ),
        (
            "y has 2 entries; it must have one for each of the 3 examples in x.",
            batching.minibatches,
            ([1, 2, 3], [1, 2], 1, RNG),
        ),
        (
            "x has 1 example; batch normalization in training needs a batch of at least 2.",
            batchnorm.batchnorm_forward,
            (np.ones((1, 3)), GAMMA, BETA),
        ),
        (
            "convention is 'torch'; it must be one of pytorch, keras.",
            batchnorm.update_running_stats,
            (MEAN, VAR, MEAN, VAR, 4, 0.1, "torch"),
        ),
    ],
)
def test_the_words(message, function, arguments):
    with pytest.raises(ValueError, match=re.escape(message)):
        function(*arguments)


def test_lists_of_floats_are_taken_as_arrays():
    out, _ = layers.linear_forward([[1.0, 2.0]], [[1.0], [1.0]], [0.5])
    assert out.tolist() == [[3.5]]


def test_huge_finite_numbers_are_not_taken_for_infinite():
    assert layers.relu_forward(np.array([1e300, -1e300]))[0].tolist() == [1e300, 0]

"""Wrong answers to lesson 00's exercises as learners type them, and the verdict each should get."""

INK = [
    ("def ink(pictures):\n    return pictures.mean(axis=0)", "pixels"),
    ("def ink(pictures):\n    return np.mean(pictures)", "overall"),
    ("def ink(pictures):\n    return pictures.sum(axis=1)", "sum"),
    ("def ink(pictures):\n    return pictures.sum(axis=1) / len(pictures)", "by_pictures"),
    ("def ink(pictures):\n    return np.array([picture.sum() / 784 for picture in pictures])", "always_784"),
    ("def ink(pictures):\n    for picture in pictures:\n        return picture.mean()", "first"),
    ("def ink(pictures):\n    return pictures.mean(1, keepdims=True)", "column"),
    ("def ink(pictures):\n    return pictures.mean(axis=1).argmax()", "darkest"),
    ("def ink(pictures):\n    return (pictures > 0.5).mean(axis=1)", "counted"),
    ("def ink(pictures):\n    return pictures.mean(axis=2)", "raised"),
    ("def ink(pictures):\n    return np.median(pictures, axis=1)", "value"),
    ("def ink(pictures):\n    return pictures.mean(axis=1) ** 2", "value"),
    ("def ink(pictures):\n    pictures -= pictures.min()\n    return pictures.mean(axis=1)", "changed"),
    ("def ink(pictures):\n    print(pictures.mean(axis=1))", "unfinished"),
    ("np.ones((3, 4)).mean(axis=1)", "not_callable"),
]
SHAPE = [
    ("(100, 784)", "transposed"),
    ("(64, 784)", "input"),
    ("(64, 100)", "outputs"),
    ("(784, 64)", "turned"),
    ("784 * 100", "count"),
    ("(784, 64, 64, 100)", "shape"),
    ("(784, 64, 100)", "inner"),
    ("x = np.zeros((4, 3))\ng = np.zeros((4, 2))\n(x.T @ g).shape", "small_matrices"),
    ("(784, 784)", "value"),
    ("(784, ...)", "unfinished"),
    ("None", "unfinished"),
]
DF_DW = [
    ("def df_dw(w, b):\n    return 2 * (3 * w + b - 2)", "inner"),
    ("def df_dw(w, b):\n    inside = 3 * w + b - 2\n    return inside * 3", "outer"),
    ("def df_dw(w, b):\n    return (3 * w + b - 2) ** 2", "f_itself"),
    ("def df_dw(w, b):\n    return 2 * (3 * w + b - 2) * (3 + 1)", "both"),
    ("def df_dw(w, b):\n    return 2 * (2 - 3 * w - b) * 3", "sign"),
    ("def df_dw(w, b):\n    return 3", "inside"),
    ("def df_dw(w, b):\n    return 3.0", "inside"),
    ("def df_dw(w, b):\n    return 2.0 * 3", "not_squared"),
    ("def df_dw(w, b):\n    return 2 * (2 * w + b - 3) * 2", "refresher"),
    ("def df_dw(w, b):\n    h = 0.001\n"
     "    return ((3 * (w + h) + b - 2) ** 2 - (3 * w + b - 2) ** 2) / h", "small_step"),
    ("def df_dw(w, b):\n    h = 0.1\n    return ((3 * (w + h) + b - 2) ** 2 - (3 * w + b - 2) ** 2) / h", "value"),
    ("def df_dw(w, b):\n    return 2 * (3 * w + b - c) * 3", "raised"),
    ("def df_dw(w, b):\n    return 2 * (3 * w + b - 2) * 3, 2 * (3 * w + b - 2)", "shape"),
    ("def df_dw(w, b):\n    2 * (3 * w + b - 2) * 3", "unfinished"),
    ("2 * (3 * 1 + 1 - 2) * 3", "not_callable"),
]
MEAN = "def mean_and_variance(batch):\n    mean = batch.mean(axis=0)\n"
MEAN_AND_VARIANCE = [
    (MEAN + "    return mean, ((batch - mean) ** 2).sum(axis=0) / (len(batch) - 1)", "unbiased"),
    (MEAN + "    return mean, np.sqrt(np.mean((batch - mean) ** 2, axis=0))", "root"),
    (MEAN + "    return mean, (batch - mean).sum(axis=0) / len(batch)", "not_squared"),
    (MEAN + "    return mean, (batch - mean).mean(axis=0) ** 2", "value"),
    (MEAN + "    return mean, abs(batch - mean).mean(axis=0)", "absolute"),
    (MEAN + "    return mean, (batch ** 2).mean(axis=0)", "not_centred"),
    (MEAN + "    total = 0\n    for row in batch:\n        total = total + (row - mean) ** 2\n"
     "    return mean, total", "sum"),
    (MEAN + "    variance = ((batch - mean) ** 2).mean(axis=0)\n    return variance, mean", "swapped"),
    (MEAN + "    return mean, (batch - mean) ** 2", "shape"),
    ("def mean_and_variance(batch):\n    mean = batch.mean(axis=1, keepdims=True)\n"
     "    return mean.ravel(), ((batch - mean) ** 2).mean(axis=1)", "examples"),
    ("def mean_and_variance(batch):\n    mean = batch.mean()\n"
     "    return mean, ((batch - mean) ** 2).mean()", "overall"),
    ("def mean_and_variance(batch):\n    mean = batch.mean(axis=1)\n    return mean, (batch - mean) ** 2", "raised"),
    ("def mean_and_variance(batch):\n    batch -= batch.mean(axis=0)\n"
     "    return 0.0, (batch ** 2).mean(axis=0)", "changed"),
    (MEAN + "    return mean / 0.0, mean", "finite"),
    (MEAN + "    print(mean, batch.var(axis=0))", "unfinished"),
    (MEAN + "    return mean, ...", "unfinished"),
    ("def mean_and_variance(batch):\n    return mean(batch), var(batch)", "raised"),
]
WRONG = {"00.ink": INK, "00.shape": SHAPE, "00.df_dw": DF_DW, "00.mean_and_variance": MEAN_AND_VARIANCE}

"""Write onnx.npz: the batch-normalization tests that the onnx package carries, as rows.

Run in an environment of its own, for the package weighs 34 MB and the tests need a few numbers of it:
    pip install onnx==1.19.1
    python tests/parity/make_onnx_vectors.py
Source: onnx/backend/test/data/node/test_batchnorm_* of https://github.com/onnx/onnx, copyright the ONNX Project
Contributors, Apache License 2.0 (https://www.apache.org/licenses/LICENSE-2.0). Changed: an input or output
(N, C, H, W) is stored as (N·H·W, C), every position of every image an example.
"""

from pathlib import Path

import numpy as np
import onnx
from onnx import numpy_helper
from onnx.backend.test import data

HERE = Path(__file__).parent
NODES = Path(next(iter(data.__path__))) / "node"
CASES = ("example", "epsilon", "example_training_mode", "epsilon_training_mode")


def main() -> None:
    """Write the file."""
    arrays = {f"{case}_{name}": value for case in CASES for name, value in vectors(case).items()}
    np.savez_compressed(HERE / "onnx.npz", version=onnx.__version__, license="Apache-2.0", **arrays)


def vectors(case: str) -> dict[str, np.ndarray]:
    """Inputs, outputs and attributes of one test, under our names."""
    folder = NODES / f"test_batchnorm_{case}"
    node = onnx.load(folder / "model.onnx").graph.node[0]
    attributes = {attribute.name: onnx.helper.get_attribute_value(attribute) for attribute in node.attribute}
    values = {"eps": attributes.get("epsilon", 1e-5), "momentum": attributes.get("momentum", 0.9)}
    inputs = ("x", "gamma", "beta", "running_mean", "running_var")
    values |= {name: read(folder, f"input_{i}") for i, name in enumerate(inputs)}
    outputs = ("out", "new_mean", "new_var")[: len(node.output)]
    values |= {name: read(folder, f"output_{i}") for i, name in enumerate(outputs)}
    return {name: np.asarray(value) for name, value in values.items()}


def read(folder: Path, name: str) -> np.ndarray:
    """One stored tensor; images as rows."""
    tensor = onnx.load_tensor(folder / "test_data_set_0" / f"{name}.pb")
    array = numpy_helper.to_array(tensor)
    return np.moveaxis(array, 1, -1).reshape(-1, array.shape[1]) if array.ndim == 4 else array


if __name__ == "__main__":
    main()

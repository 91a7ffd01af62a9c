"""What `start` sets: one thread for matrix products, here and wherever a notebook is run."""

import numpy as np
import threadpoolctl

import course


def threads():
    np.ones((2, 2)) @ np.ones((2, 2))
    return {library["num_threads"] for library in threadpoolctl.threadpool_info() if library["user_api"] == "blas"}


def test_matrix_products_run_on_one_thread():
    with threadpoolctl.threadpool_limits(2, user_api="blas"):
        course.start("en")
        assert threads() <= {1}  # nothing is known of a library that threadpoolctl does not know

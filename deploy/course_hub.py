"""What a hub gives each learner: the class edition, lesson 00 as the first page, bounds on memory and processor.

The Littlest JupyterHub loads it from ``/opt/tljh/config/jupyterhub_config.d/``; `jupyterhub_config.py` loads it too.
What a learner's server itself reads, `jupyter_config.py` and ``deploy/jupyter/``, is copied into its environment.
"""

import os
from urllib.parse import urlencode

REPOSITORY = os.environ.get("COURSE_REPOSITORY", "file:///srv/class.git")  # what publish.py writes
FOLDER = "course"  # in a learner's home
FIRST_PAGE = f"lab/tree/{FOLDER}/notebooks/en/00_start_here.ipynb"
LINK = {"repo": REPOSITORY, "branch": "main", "targetPath": FOLDER, "urlpath": FIRST_PAGE}

c = get_config()  # noqa: F821 - JupyterHub defines it

# nbgitpuller's link as the first page: who logs in has the newest edition, with what they wrote, and is at lesson 00.
c.Spawner.default_url = f"/git-pull?{urlencode(LINK)}"

# A server holds 140 MB, a kernel 160 after a core lesson and 340 at its peak: three notebooks fit, one is guaranteed.
c.Spawner.mem_limit = "1G"
c.Spawner.mem_guarantee = "384M"
c.Spawner.cpu_limit = 1
c.Spawner.cpu_guarantee = 0.1

# `start` says so too, but by then each BLAS has made its threads.
c.Spawner.environment.update({"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"})

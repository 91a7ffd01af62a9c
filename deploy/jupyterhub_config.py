"""A JupyterHub on one machine in The Littlest JupyterHub's way: the system's accounts, and systemd holds the limits.

    jupyterhub -f deploy/jupyterhub_config.py

Who is in the system's group ``learners`` may log in; ``teacher`` sees everybody's server in the admin page. It listens
on this machine alone: what faces the class is a web server in front of it that speaks TLS.
"""

import sys
from pathlib import Path

IDLE_SECONDS = 2 * 60 * 60

c = get_config()  # noqa: F821 - JupyterHub defines it
load_subconfig(str(Path(__file__).with_name("course_hub.py")))  # noqa: F821

c.JupyterHub.bind_url = "http://127.0.0.1:8000"
c.JupyterHub.authenticator_class = "pam"
c.LocalAuthenticator.allowed_groups = {"learners"}
c.Authenticator.admin_users = {"teacher"}

c.JupyterHub.spawner_class = "systemd"  # the one for a single machine that enforces mem_limit and cpu_limit
c.SystemdSpawner.isolate_tmp = True
c.SystemdSpawner.default_shell = "/bin/bash"

# A kernel that rests is culled by the learner's server (deploy/jupyter/), a server that rests by this service.
culler = [sys.executable, "-m", "jupyterhub_idle_culler", f"--timeout={IDLE_SECONDS}", "--cull-every=300"]
c.JupyterHub.services = [{"name": "idle-culler", "command": culler}]
scopes = ["list:users", "read:users:activity", "read:servers", "delete:servers"]
c.JupyterHub.load_roles = [{"name": "idle-culler", "services": ["idle-culler"], "scopes": scopes}]

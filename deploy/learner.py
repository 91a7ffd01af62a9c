"""A learner at a hub, as the browser sees it: log in, fetch the course, read and write files, run cells, move sliders.

Everything goes through the hub's proxy: files over REST, kernels over the websocket with the protocol of JupyterLab.
"""

import asyncio
import json
import re
import time
from collections.abc import Callable
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from uuid import uuid4

import requests
from jupyter_client.session import json_packer
from jupyter_server.services.kernels.connection.base import deserialize_msg_from_ws_v1, serialize_msg_to_ws_v1
from tornado.httpclient import HTTPRequest
from tornado.websocket import websocket_connect

PROTOCOL = "v1.kernel.websocket.jupyter.org"
STARTS, RUNS = 180, 300  # seconds that a server, and a cell, may take
PAGE_CONFIG = r'<script id="jupyter-config-data" type="application/json">\s*(.*?)\s*</script>'

Message = dict[str, Any]


class Learner:
    """Who is logged in as ``name`` at the hub's ``address``."""

    def __init__(self, address: str, name: str) -> None:
        """Nobody is logged in yet."""
        self.address, self.name = address, name
        self.server = f"{address}/user/{name}"
        self.browser = requests.Session()
        self.token = ""

    def log_in(self, password: str) -> str:
        """Log in, wait for the server; return the page that it begins with. PermissionError if it is refused."""
        self.browser.get(f"{self.address}/hub/login").raise_for_status()
        form = {"username": self.name, "password": password, "_xsrf": self.browser.cookies.get("_xsrf", path="/hub/")}
        if self.browser.post(f"{self.address}/hub/login", data=form).status_code == 403:
            raise PermissionError(f"{self.name} may not log in.")
        deadline = time.monotonic() + STARTS
        while time.monotonic() < deadline:
            page = self.browser.get(f"{self.server}/")
            if page.ok and page.url.startswith(self.server):
                return page.url
            time.sleep(0.5)
        raise TimeoutError(f"the server of {self.name} did not start within {STARTS} s.")

    def pull(self, link: str) -> str:
        """Have nbgitpuller do what its page ``link`` does; return the path where that page leads to."""
        asked = dict(parse_qsl(urlsplit(link).query))
        query = {"repo": asked["repo"], "branch": asked["branch"], "targetpath": asked["targetPath"]}
        events = self.browser.get(f"{self.server}/git-pull/api", params=query, timeout=STARTS).text
        phases = [json.loads(line.removeprefix("data: ")) for line in events.splitlines() if line.startswith("data: ")]
        if phases[-1]["phase"] != "finished":
            raise RuntimeError(f"nbgitpuller for {self.name}: {phases[-1]}")
        return asked["urlpath"]

    def open_lab(self, path: str) -> dict[str, Any]:
        """Load JupyterLab's page at ``path``; what it is told. From here on files and kernels can be used."""
        page = self.browser.get(f"{self.server}/{path}")
        page.raise_for_status()
        config = json.loads(re.search(PAGE_CONFIG, page.text, re.DOTALL)[1])
        self.token = config["token"]
        return config

    @property
    def headers(self) -> dict[str, str]:
        """What JupyterLab sends with each request."""
        return {"Authorization": f"token {self.token}"}

    def read(self, path: str) -> Any:
        """The content of a file; of a notebook, its document."""
        reply = requests.get(f"{self.server}/api/contents/{path}", headers=self.headers)
        reply.raise_for_status()
        return reply.json()["content"]

    def save(self, path: str, notebook: dict[str, Any]) -> None:
        """Save a notebook, as JupyterLab does."""
        model = {"type": "notebook", "format": "json", "content": notebook}
        requests.put(f"{self.server}/api/contents/{path}", json=model, headers=self.headers).raise_for_status()

    def start_kernel(self, path: str) -> str:
        """Start a kernel for the notebook at ``path``; its id."""
        asked = {"path": path, "name": path, "type": "notebook", "kernel": {"name": "python3"}}
        reply = requests.post(f"{self.server}/api/sessions", json=asked, headers=self.headers, timeout=STARTS)
        reply.raise_for_status()
        return reply.json()["kernel"]["id"]

    @asynccontextmanager
    async def kernel(self, path: str) -> "Kernel":
        """A `Kernel` for the notebook at ``path``, connected to."""
        kernel_id = await asyncio.to_thread(self.start_kernel, path)
        channels = f"{self.server}/api/kernels/{kernel_id}/channels?session_id={uuid4().hex}"
        request = HTTPRequest(channels.replace("http", "ws", 1), headers=self.headers)
        kernel = Kernel()
        kernel.socket = await websocket_connect(
            request, subprotocols=[PROTOCOL], on_message_callback=kernel.receive, max_message_size=2**28
        )
        kernel.socket.protocol.set_nodelay(True)  # as browsers do
        try:
            yield kernel
        finally:
            kernel.socket.close()


class Kernel:
    """A kernel behind a websocket. Widgets are known by what they were opened with."""

    def __init__(self) -> None:
        """Not connected yet."""
        self.socket: Any = None
        self.session = uuid4().hex
        self.waiting: dict[str, Callable[[str, Message], None]] = {}  # by a request's id: what hears its answers

    def receive(self, frame: bytes | None) -> None:
        """Give a message to whoever asked for it."""
        if frame is None:
            return
        _, (header, parent, _, content, *_) = deserialize_msg_from_ws_v1(frame)
        hear = self.waiting.get(json.loads(parent).get("msg_id"))
        if hear is not None:
            hear(json.loads(header)["msg_type"], json.loads(content))

    def send(self, kind: str, content: Message, hear: Callable[[str, Message], None], **metadata: str) -> str:
        """Send a request; ``hear`` is called with the kind and the content of each answer. Its id."""
        request = uuid4().hex
        header = {"msg_id": request, "msg_type": kind, "session": self.session, "username": "", "version": "5.3"}
        self.waiting[request] = hear
        message = {"header": header, "parent_header": {}, "metadata": metadata, "content": content}
        self.socket.write_message(serialize_msg_to_ws_v1(message, "shell", json_packer), binary=True)
        return request

    async def ask(self, kind: str, content: Message, **metadata: str) -> list[tuple[str, Message]]:
        """Send a request, wait for its reply and until the kernel is idle; all answers."""
        answers: list[tuple[str, Message]] = []
        idle, replied = asyncio.Event(), asyncio.Event()

        def hear(kind: str, content: Message) -> None:
            answers.append((kind, content))
            if content.get("execution_state") == "idle":
                idle.set()
            if kind.endswith("_reply"):
                replied.set()

        request = self.send(kind, content, hear, **metadata)
        await asyncio.wait_for(asyncio.gather(idle.wait(), replied.wait()), RUNS)
        del self.waiting[request]
        return answers

    async def run(self, source: str, cell: str = "") -> list[tuple[str, Message]]:
        """Run a cell; all answers. RuntimeError if it fails."""
        content = {"code": source, "silent": False, "store_history": True, "allow_stdin": False, "stop_on_error": True}
        answers = await self.ask("execute_request", content, cellId=cell)
        for kind, content in answers:
            if kind == "error":
                raise RuntimeError(f"{content['ename']}: {content['evalue']} in:\n{source}")
        return answers

    async def printed(self, source: str, cell: str = "") -> str:
        """Run a cell; what it printed."""
        return "".join(content["text"] for kind, content in await self.run(source, cell) if kind == "stream")

"""What the command that opens the course loads: its first page, prompt answers, notebooks that stay as they are."""

from ipykernel.ipkernel import IPythonKernel
from jupyter_server.services.contents.largefilemanager import AsyncLargeFileManager
from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection


class PromptWebsocketConnection(ZMQChannelsWebsocketConnection):
    """Sends each message at once. Without TCP_NODELAY a slider's small messages wait about 40 ms."""

    def connect(self):  # noqa: ANN201 - the return type is the base class's affair
        """Set TCP_NODELAY on the browser's websocket, then connect to the kernel."""
        self.websocket_handler.set_nodelay(True)
        return super().connect()


class PlainNotebooks(AsyncLargeFileManager):
    """Hands out Python notebooks with the version of Python in them, and stores them without.

    JupyterLab writes the version into each notebook that it opens, and would mark it as changed at once.
    """

    async def get(self, path: str, *arguments: object, **options: object) -> dict:
        """The file at ``path``, as JupyterLab wants it."""
        model = await super().get(path, *arguments, **options)
        set_language(model, IPythonKernel.language_info)
        return model


def without_version(model: dict, **_: object) -> None:
    """Leave out of a notebook that is saved which version of Python ran it."""
    set_language(model, {"name": "python"})


def set_language(model: dict, language: dict) -> None:
    """Have ``model``, if it is a Python notebook, say that it is in ``language``."""
    metadata = model["content"]["metadata"] if model["type"] == "notebook" and model["content"] else {}
    if metadata.get("language_info", {}).get("name") == "python":
        metadata["language_info"] = language


def without_news(handler: object, page: dict) -> dict:
    """Leave out the question about Jupyter's news: a class on a projector does not need it. No option does."""
    page["disabledExtensions"].append("@jupyterlab/apputils-extension:announcements")
    return page


c = get_config()  # noqa: F821 - Jupyter defines it
c.ServerApp.kernel_websocket_connection_class = PromptWebsocketConnection
c.ServerApp.contents_manager_class = PlainNotebooks
c.PlainNotebooks.pre_save_hook = without_version
c.ServerApp.tornado_settings = {"page_config_hook": without_news}
c.LabApp.default_url = "/lab/tree/notebooks/en/00_start_here.ipynb"

"""What the command that opens the course loads: its first page, and prompt answers to a moved slider."""

from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection


class PromptWebsocketConnection(ZMQChannelsWebsocketConnection):
    """Sends each message at once. Without TCP_NODELAY a slider's small messages wait about 40 ms."""

    def connect(self):  # noqa: ANN201 - the return type is the base class's affair
        """Set TCP_NODELAY on the browser's websocket, then connect to the kernel."""
        self.websocket_handler.set_nodelay(True)
        return super().connect()


def without_news(handler: object, page: dict) -> dict:
    """Leave out the question about Jupyter's news: a class on a projector does not need it. No option does."""
    page["disabledExtensions"].append("@jupyterlab/apputils-extension:announcements")
    return page


c = get_config()  # noqa: F821 - Jupyter defines it
c.ServerApp.kernel_websocket_connection_class = PromptWebsocketConnection
c.ServerApp.tornado_settings = {"page_config_hook": without_news}
c.LabApp.default_url = "/lab/tree/notebooks/en/00_start_here.ipynb"

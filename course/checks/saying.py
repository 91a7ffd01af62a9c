"""One sentence, as eyes, screen readers and tests get it."""

import html

from course.pictures import Bundle


def spoken(sentence: str, mark: str = "") -> Bundle:
    """A display bundle: ``mark``, such as "✓ Right", and ``sentence``, escaped, and announced when it changes."""
    lead = f"<strong>{html.escape(mark)}:</strong> " if mark else ""
    words = f'<p role="status">{lead}{html.escape(sentence)}</p>'
    return {"text/plain": f"{mark}: {sentence}" if mark else sentence, "text/html": words}

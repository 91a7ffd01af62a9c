"""One sentence, as eyes, screen readers and tests get it."""

import html

from course.pictures import Bundle


def spoken(sentence: str, mark: str = "", announced: bool = True) -> Bundle:
    """A display bundle: ``mark``, such as "✓ Right", and ``sentence``, escaped.

    announced: whether it asks a screen reader to read it; not where it stands in what asks already.
    """
    lead = f"<strong>{html.escape(mark)}:</strong> " if mark else ""
    role = ' role="status"' if announced else ""
    words = f"<p{role}>{lead}{html.escape(sentence)}</p>"
    return {"text/plain": f"{mark}: {sentence}" if mark else sentence, "text/html": words}

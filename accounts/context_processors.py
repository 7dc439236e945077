"""What every page knows of the installation."""

from django.conf import settings
from django.http import HttpRequest


def demo(request: HttpRequest) -> dict[str, bool]:
    """Tell the templates whether what they show is invented."""
    return {"is_demo": settings.DEMO}

"""An environment for looking at flows where they do not serve."""

from __future__ import annotations


class Anywhere(dict[str, str]):
    """Gives every `${env:NAME}` its default, or an address that nobody is at: neither a test nor
    a check depends on the machine that it runs on."""

    def get(self, name: str, default: str | None = None) -> str:  # type: ignore[override]
        """The default, or something that fits where addresses stand."""
        return "http://backend.test" if default is None else default

    def __bool__(self) -> bool:
        """It is an environment, though nothing is listed in it."""
        return True

"""HTTP: the console with its JSON API and live events, and the flow's way to back ends.

The only room that knows aiohttp.
"""

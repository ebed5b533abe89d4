"""Content that asks a server: `<submit>` and `<data>`."""

from __future__ import annotations

from voicebot.flow.voicexml.names import Ref, bare, plain_name
from voicebot.flow.voicexml.place import Place
from voicebot.flow.voicexml.tree import Element


def submitted(element: Element, place: Place, then: Ref) -> Ref:
    sheet, url = place.sheet, element.get("next")
    if not url:
        sheet.findings.lost(element.line, "a <submit> whose address is computed")
        return sheet.promise("trouble")
    if url.partition("#")[0].endswith((".vxml", ".xml")):
        sheet.findings.changed(element.line, f"values go to {url} by their slots' names")
        return place.target(url, element.line)
    what = "the page that a <submit> gets is not run"
    sheet.findings.lost(element.line, what, "lead `ok` to what should follow")
    return _request(element, place, sheet.promise("end"), save={})


def fetched(element: Element, place: Place, then: Ref) -> Ref:
    name = element.get("name")
    if not element.get("src"):
        place.sheet.findings.lost(element.line, "<data> whose address is computed")
        return then
    save = {place.sheet.value_name(name): "body"} if name else {}
    place.sheet.findings.changed(element.line, "<data> reads JSON here, not XML")
    return _request(element, place, then, save=save)


def _request(element: Element, place: Place, then: Ref, *, save: dict[str, str]) -> Ref:
    sheet = place.sheet
    url = element.get("next") or element.get("src")
    backend, path = sheet.backend(url, element.line)
    method = element.get("method", "get").upper()
    given = {n: f"{{{sheet.value_name(bare(n))}}}" for n in element.get("namelist").split()}
    node = {
        "kind": "http",
        "backend": backend,
        "method": method if method in ("GET", "POST", "PUT", "DELETE") else "POST",
        "url": path,
        "query" if method == "GET" else "form": given,
        "save": save,
        "outcomes": {"ok": then},
    }
    return sheet.add(f"{place.label}_{plain_name(path, 'request')}", node)

"""The documents of what is served, `/specs/NAME.yaml` and `/specs/NAME.json`, and a page to browse them, `/specs/`.

Without an ending, `/specs/NAME`, a document comes in YAML.
The page is Swagger UI, whose files come with a package that is installed beside this one: it loads nothing from
anywhere else.
"""

import json
from functools import cache
from importlib.resources import files
from typing import Final

import yaml
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from simulator.control.problems import UnknownAddress
from simulator.control.resources import Resource
from simulator.data import specification_bytes, specification_names
from simulator.world.format.document import YAML_LOADER

ASSETS: Final = {
    "swagger-ui.css": "text/css",
    "swagger-ui-bundle.js": "text/javascript",
    "swagger-ui-standalone-preset.js": "text/javascript",
    "favicon-32x32.png": "image/png",
}
"""The files of Swagger UI that the page needs, with their media types."""

_PAGE: Final = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>betsim: what is served</title>
<link rel="icon" href="/specs/assets/favicon-32x32.png">
<link rel="stylesheet" href="/specs/assets/swagger-ui.css">
</head>
<body>
<div id="documents"></div>
<noscript>The documents: {links}</noscript>
<script src="/specs/assets/swagger-ui-bundle.js"></script>
<script src="/specs/assets/swagger-ui-standalone-preset.js"></script>
<script>
SwaggerUIBundle({{
  urls: {urls},
  dom_id: "#documents",
  deepLinking: true,
  validatorUrl: null,
  presets: [SwaggerUIBundle.presets.apis, SwaggerUIStandalonePreset],
  layout: "StandaloneLayout"
}});
</script>
</body>
</html>
"""


def specs_routes() -> list[Route]:
    """Return every route under `/specs`."""
    page = Resource(get=_page)
    return [
        Route("/specs", page),
        Route("/specs/", page),
        Route("/specs/{name}", Resource(get=_document)),
        Route("/specs/assets/{name}", Resource(get=_asset)),
    ]


async def _page(_: Request) -> Response:
    names = [name.removesuffix(".yaml") for name in specification_names()]
    urls = json.dumps([{"name": name, "url": f"/specs/{name}.yaml"} for name in names])
    links = ", ".join(f'<a href="/specs/{name}.yaml">{name}</a>' for name in names)
    return HTMLResponse(_PAGE.format(urls=urls, links=links))


async def _document(request: Request) -> Response:
    """Answer a document, in YAML as it is written or in JSON."""
    name, dot, form = request.path_params["name"].partition(".")
    if f"{name}.yaml" not in specification_names() or dot + form not in ("", ".yaml", ".json"):
        known = ", ".join(specification_names())
        raise UnknownAddress(f"There is no document {request.path_params['name'][:80]!r}; there are: {known}.")
    if form != "json":
        return Response(specification_bytes(f"{name}.yaml"), media_type="application/yaml")
    return Response(_in_json(name), media_type="application/json")


@cache
def _in_json(name: str) -> bytes:
    """Read a document once: the largest takes a while, in which no other request is answered."""
    return json.dumps(yaml.load(specification_bytes(f"{name}.yaml"), YAML_LOADER)).encode()


async def _asset(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in ASSETS:
        raise UnknownAddress(f"The page has no file {name[:80]!r}.")
    return Response((files("swagger_ui") / "static" / name).read_bytes(), media_type=ASSETS[name])

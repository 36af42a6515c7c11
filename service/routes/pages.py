"""For people and for probes: the start page, and whether the service lives."""

from __future__ import annotations

from html import escape

from flask import Blueprint, Response

from hooks.relapsed_b_all import HOOKS, SERVICE_ID
from relapse.rules import MODEL_VERSION
from service import demos
from service.routes import schemas
from service.runtime import Runtime
from service.settings import Settings

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>relapse-cds</title>
<style>
body{{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem}}
code,pre{{background:#f3f3f3;padding:.1rem .3rem}}
pre{{padding:.6rem;white-space:pre-wrap;overflow-wrap:anywhere}}
td{{overflow-wrap:anywhere}}
@media (min-width:46rem){{td:first-child{{white-space:nowrap}}}}
@media (max-width:46rem){{td{{display:block}}td:first-child{{padding-top:.6rem}}}}
td{{padding-right:1rem;vertical-align:top}}
.mode{{border-left:.3rem solid #b60;padding-left:.8rem}}
</style>
</head>
<body>
<h1>relapse-cds</h1>
<p>A CDS Hooks service for relapsed or refractory B-cell precursor acute lymphoblastic leukaemia.
It reads a FHIR R4 record and answers with cards that suggest <em>evaluation</em> for blinatumomab,
inotuzumab ozogamicin, CAR-T cells or transplant referral: why, on which facts, what speaks against
it, and which missing result would settle it.</p>
<p class="mode">{mode}</p>
<table>
<tr><td><a href="cds-services">/cds-services</a></td><td>CDS Hooks discovery</td></tr>
<tr><td>/cds-services/{service}</td>
<td>the service, called with POST with one of the hooks {hooks}</td></tr>
{rows}
<tr><td>/cds-services/{service}/feedback</td>
<td>what clinicians did with the cards, sent with POST</td></tr>
<tr><td>/schemas/</td><td>JSON Schemas of what goes in and comes out: {schemas}</td></tr>
<tr><td><a href="healthz">/healthz</a>, <a href="readyz">/readyz</a></td><td>for probes</td></tr>
</table>
{try_it}
<p>Clinical model {model}, {jurisdiction} labels. Decision support for clinicians; not a medical
device, and not validated for clinical use.</p>
</body>
</html>
"""
_KNOWLEDGE = (
    '<tr><td><a href="knowledge">/knowledge</a></td>'
    "<td>every rule, policy, source and value set in force</td></tr>\n"
)
_METRICS = '<tr><td><a href="metrics">/metrics</a></td><td>counters for Prometheus</td></tr>\n'
_DEMO = (
    '<tr><td><a href="demo">/demo</a></td><td>demonstration patients as request bodies</td></tr>\n'
)
_DEVELOPMENT = (
    "Development mode: {calls}, and FHIR servers on loopback may be queried. Do not use it with "
    "real patients."
)


def page_routes(runtime: Runtime) -> Blueprint:
    """``/``: what this is and where everything is."""
    routes = Blueprint("pages", __name__)

    @routes.get("/")
    def start() -> Response:
        return Response(_start_page(runtime), mimetype="text/html")

    return routes


def example_call(base: str, name: str) -> str:
    """One line that calls the service for a demonstration patient, for a shell with nothing but
    curl.
    """
    return (
        f"curl -s {base}/demo/{name}.json | "
        f"curl -s -H 'Content-Type: application/json' -d @- {base}/cds-services/{SERVICE_ID}"
    )


def _mode(settings: Settings) -> str:
    if not settings.development:
        return "Production mode: every call needs a token."
    calls = "every call needs a token" if settings.require_auth else "unsigned calls are accepted"
    return _DEVELOPMENT.format(calls=calls)


def _start_page(runtime: Runtime) -> str:
    development = runtime.settings.development
    names = demos.names() if development else []
    base = runtime.settings.public_url or "http://127.0.0.1:8000"
    call = f"<h2>Try it</h2><pre>{escape(example_call(base, names[0]))}</pre>" if names else ""
    return _PAGE.format(
        mode=escape(_mode(runtime.settings)),
        service=SERVICE_ID,
        schemas=", ".join(f'<a href="schemas/{name}.json">{name}</a>' for name in schemas.names()),
        hooks=", ".join(f"<code>{hook.name}</code>" for hook in HOOKS),
        rows=_rows(runtime, bool(names)),
        try_it=call,
        model=MODEL_VERSION,
        jurisdiction=escape(runtime.policy.jurisdiction),
    )


def _rows(runtime: Runtime, has_demos: bool) -> str:
    """What a site can turn off, as far as it is on."""
    rows = _KNOWLEDGE if runtime.settings.knowledge else ""
    rows += _METRICS if runtime.settings.metrics else ""
    return rows + (_DEMO if has_demos else "")

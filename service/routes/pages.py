"""For people and for probes: the start page, and whether the service lives."""

from __future__ import annotations

from html import escape

from flask import Blueprint, Response

from hooks.relapsed_b_all import HOOKS, SERVICE_ID
from relapse.rules import MODEL_VERSION
from service import demos
from service.answers import json_response
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
pre{{padding:.6rem;overflow-x:auto}}
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
{knowledge_rows}
{demo_rows}
<tr><td>/schemas/</td><td>JSON Schemas of what goes in and comes out: {schemas}</td></tr>
<tr><td><a href="healthz">/healthz</a>, <a href="readyz">/readyz</a></td><td>for probes</td></tr>
</table>
{try_it}
<p>Clinical model {model}, {jurisdiction} labels. Decision support for clinicians; not a medical
device, and not validated for clinical use.</p>
</body>
</html>
"""
_DEMO_ROWS = (
    '<tr><td><a href="demo">/demo</a></td><td>demonstration patients as request bodies</td></tr>'
)
_KNOWLEDGE_ROWS = (
    '<tr><td><a href="knowledge">/knowledge</a></td>'
    "<td>every rule, policy, source and value set in force</td></tr>"
)
_DEVELOPMENT = (
    "Development mode: {calls}, and FHIR servers on loopback may be queried. Do not use it with "
    "real patients."
)


def page_routes(runtime: Runtime) -> Blueprint:
    """``/``, ``/healthz`` and ``/readyz``."""
    routes = Blueprint("pages", __name__)

    @routes.get("/")
    def start() -> Response:
        return Response(_start_page(runtime), mimetype="text/html")

    @routes.get("/healthz")
    def alive() -> Response:
        return json_response({"status": "ok"})

    @routes.get("/readyz")
    def ready() -> Response:
        """Ready means: calls can be answered. Advice needs no database, and a probe must not wait
        for one; but where every caller must show a token, nobody gets in without.
        """
        answer = {"status": "ready", "services": len(runtime.registry)}
        if not runtime.settings.require_auth:
            return json_response(answer)
        if runtime.database.is_usable():
            return json_response(answer | {"database": "ok"})
        return json_response(answer | {"status": "not ready", "database": "unavailable"}, 503)

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
        knowledge_rows=_KNOWLEDGE_ROWS if runtime.settings.knowledge else "",
        demo_rows=_DEMO_ROWS if names else "",
        try_it=call,
        model=MODEL_VERSION,
        jurisdiction=escape(runtime.policy.jurisdiction),
    )

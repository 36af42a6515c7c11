"""The pages as somebody sees them: complete, without scripts, and readable on a small screen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, Page

PAGES = ["/", "/knowledge"]


@dataclass
class Seen:
    """A page, and what went on while it was looked at."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)


@pytest.fixture(params=[1280, 390], ids=["desktop", "telephone"])
def seen(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Seen]:
    page = browser.new_page(viewport={"width": request.param, "height": 850})
    result = Seen(page)
    page.on("console", lambda message: result.complaints.append(message.text))
    page.on("pageerror", lambda error: result.complaints.append(str(error)))
    page.on("request", lambda asked: result.asked.append(asked.url))
    yield result
    page.close()


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_complete_by_itself(seen: Seen, address: str, path: str) -> None:
    """One request, no complaint about the content security policy, no script."""
    answer = seen.page.goto(address + path)
    assert answer is not None
    assert answer.status == 200
    assert seen.complaints == []
    assert [url for url in seen.asked if not url.endswith("/favicon.ico")] == [address + path]
    assert seen.page.locator("script").count() == 0


@pytest.mark.parametrize("path", PAGES)
def test_nothing_has_to_be_scrolled_sideways(seen: Seen, address: str, path: str) -> None:
    seen.page.goto(address + path)
    wide, screen = seen.page.evaluate(
        "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
    )
    assert wide <= screen


def test_the_start_page_leads_everywhere_and_every_link_answers(seen: Seen, address: str) -> None:
    seen.page.goto(address)
    links = seen.page.locator("a").evaluate_all("links => links.map(link => link.href)")
    assert len(links) >= 8
    for link in links:
        assert seen.page.request.get(link).status == 200, link


def test_the_call_on_the_start_page_can_be_read_whole(seen: Seen, address: str) -> None:
    seen.page.goto(address)
    call = seen.page.locator("pre")
    assert call.evaluate("element => element.scrollWidth <= element.clientWidth")
    assert address in call.inner_text()


def test_a_rule_is_found_by_its_id_and_leads_to_its_sources(seen: Seen, address: str) -> None:
    seen.page.goto(f"{address}/knowledge#BL-13")
    rule = seen.page.locator('[id="BL-13"]')
    assert rule.evaluate("element => Math.abs(element.getBoundingClientRect().top) < 200")
    assert "Consolidation in second remission (US)" in rule.inner_text()
    rule.get_by_role("link", name="S63").click()
    assert seen.page.url.endswith("#S63")
    assert seen.page.locator('[id="S63"]').is_visible()


def test_a_case_is_reached_from_its_rule(seen: Seen, address: str) -> None:
    seen.page.goto(f"{address}/knowledge#BL-13")
    seen.page.locator('[id="BL-13"]').get_by_role("link", name="V13", exact=True).click()
    assert seen.page.locator('[id="case-V13"]').is_visible()

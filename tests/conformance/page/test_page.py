"""What a person does with the page, and what they see then."""

import re
import time

import pytest

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


def addresses(page):
    """The changes that are seen."""
    seen = page.locator(".list .entry:visible")
    return [seen.nth(i).get_attribute("data-address") for i in range(seen.count())]


def test_the_first_screen_answers(show):
    page = show("replacement", viewport={"width": 1280, "height": 900})
    assert page.title() == "payments-link: 0 to create, 0 to update, 6 to replace, 0 to delete"
    first = page.locator("#risk")
    assert "High" in first.inner_text()
    assert "2 live connections are cut" in first.inner_text()
    assert first.bounding_box()["y"] < 340
    assert "exactly this plan, or refuses" in page.locator(".which").inner_text()
    run = page.locator("#time").inner_text()
    assert re.search(r"the run takes about \d+", run) and re.search(r"connections are down for up to about \d+", run)
    broken = page.locator("#losses")
    assert "5fc973eea581490997e82ea11a1df31f" in broken.inner_text(), "whose traffic"
    assert broken.bounding_box()["y"] < 700
    assert page.locator(".counts .replace .count").inner_text() == "6"


def test_the_graph_tells_actions_by_shape_sign_and_colour(show):
    page = show("mixed")
    shapes = {}
    for name in ["delete", "update", "create"]:
        box = page.locator(f"#whole a.{name}").first
        look = box.locator(".shape").evaluate("e => [e.getAttribute('d'), getComputedStyle(e).stroke]")
        shapes[name] = (look[0], look[1], box.locator(".sign").text_content())
    for part in range(3):
        assert len({look[part] for look in shapes.values()}) == 3, shapes
    assert page.locator("#whole a.same").count() > 0, "what stays around the changes"
    # Nothing overlaps, and each arrow leads to the right.
    boxes = page.locator("#whole a.box").evaluate_all("all => all.map(a => { const r = a.getBoundingClientRect(); return [r.x, r.y, r.width, r.height] })")
    for i, (x, y, width, height) in enumerate(boxes):
        for x2, y2, *_ in boxes[:i]:
            assert abs(x - x2) >= width * 0.95 or abs(y - y2) >= height * 0.95


def test_search_and_filters(show):
    page = show("mixed")
    everything = addresses(page)
    page.keyboard.press("/")
    page.keyboard.type("returns")
    found = addresses(page)
    assert found and set(found) < set(everything) and all("returns" in address for address in found)
    assert page.locator("#shown").inner_text() == f"{len(found)} of {len(everything)} shown"
    page.fill("#search", "8443")
    assert addresses(page) == ["vpcep_service.payments"], "values are searched too"
    page.fill("#search", "no such thing")
    assert addresses(page) == [] and page.locator("#none").is_visible()
    page.click("#reset")
    assert addresses(page) == everything
    page.click("#filters [data-action=delete]")
    deleted = addresses(page)
    assert sorted(deleted) == ["vpcep_accept.logistics", "vpcep_endpoint.logistics"]
    assert page.locator("#whole a.delete:not(.out)").count() == len(deleted)
    assert page.locator("#whole a.create:not(.out)").count() == 0
    page.click("#reset")
    page.select_option("#provider", "owner")
    assert addresses(page) and all("endpoint" not in address for address in addresses(page))
    page.select_option("#provider", "")
    accounts = page.locator("#account option").all_inner_texts()
    page.select_option("#account", accounts[1])
    assert 0 < len(addresses(page)) < len(everything)


def test_a_click_shows_differences_neighbours_and_the_path_of_impact(show):
    page = show("replacement")
    page.click("#whole a[aria-label^='vpcep_endpoint.shop']")
    card = page.locator("#chosen")
    assert "vpcep_endpoint.shop: replace" in card.inner_text()
    assert "Waits for: vpcep_whitelist.tenants" in card.inner_text()
    assert "1 wait for it, directly or not: vpcep_accept.shop" in card.inner_text()
    way = page.locator("#whole .edges path.way")
    assert way.count() == 1
    dimmed = page.locator("#whole a.out").evaluate_all("all => all.map(a => a.getAttribute('aria-label').split(' ')[0])")
    assert sorted(dimmed) == ["vpcep_accept.logistics", "vpcep_endpoint.logistics"]
    entry = page.locator("details.entry.chosen")
    assert entry.get_attribute("data-address") == "vpcep_endpoint.shop" and entry.get_attribute("open") is not None
    assert "endpoint_service_id" in entry.inner_text() and "forces replacement" in entry.inner_text()
    # On to a neighbour, by its link.
    card.locator("a", has_text="vpcep_accept.shop").click()
    assert "vpcep_accept.shop: replace" in card.inner_text()
    # A link to one change opens it.
    again = show("replacement", "#" + page.url.split("#")[1])
    assert again.locator("details.entry.chosen").get_attribute("data-address") == "vpcep_accept.shop"
    again.keyboard.press("Escape")
    assert again.locator("#whole .out").count() == 0 and not again.locator("#chosen").is_visible()


def test_by_keyboard_alone(show):
    page = show("replacement")
    page.locator("#whole a[tabindex='0']").focus()
    name = lambda: page.evaluate("document.activeElement.getAttribute('aria-label').split(' ')[0]")
    page.evaluate("document.querySelector(\"#whole a[aria-label^='vpcep_service.payments']\").focus()")
    assert name() == "vpcep_service.payments"
    page.keyboard.press("ArrowRight")
    assert name() == "vpcep_whitelist.tenants"
    page.keyboard.press("ArrowRight")
    first = name()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    assert name() == first
    page.keyboard.press("Enter")
    assert page.locator("#chosen").is_visible()
    assert page.locator("#whole a[tabindex='0']").count() == 1, "one stop for the tab key"
    page.keyboard.press("Tab")
    assert page.evaluate("Boolean(document.activeElement.closest('#chosen'))")


def test_a_screen_reader_is_told(show):
    page = show("replacement")
    tree = page.locator("body").aria_snapshot()
    for told in ["heading \"payments-link\"", "Dependency graph", "heading \"Changes\"", "searchbox \"Search addresses",
                 "link \"vpcep_service.payments replace (delete, then create), waits for 0, 5 wait for it\""]:
        assert told in tree, told
    assert page.locator("#shown").get_attribute("role") == "status"
    unnamed = page.locator("button, a, input, select").evaluate_all(
        "all => all.filter(e => !(e.getAttribute('aria-label') || e.textContent.trim() || e.labels?.length)).length")
    assert unnamed == 0
    ids = page.locator("[id]").evaluate_all("all => all.map(e => e.id)")
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everything_can_be_read(show, scheme):
    """Text stands out from what is behind it, by WCAG's measure."""
    page = show("mixed", color_scheme=scheme)
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    poor = page.evaluate("""() => {
      const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
      const rgb = (colour) => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1); return [...canvas.getImageData(0, 0, 1, 1).data]; };
      const light = ([r, g, b]) => [r, g, b].map((c) => c / 255).map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4).reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
      const behind = (e) => { for (; e; e = e.parentElement) { const c = rgb(getComputedStyle(e).backgroundColor); if (c[3] === 255) return c; } return [255, 255, 255, 255]; };
      const found = [];
      for (const e of document.querySelectorAll('main *, header *, footer *')) {
        if (e.closest('svg') || !e.checkVisibility() || ![...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim())) continue;
        const [a, b] = [light(rgb(getComputedStyle(e).color)), light(behind(e))].sort((x, y) => y - x);
        if ((a + 0.05) / (b + 0.05) < 4.5) found.push(e.className + ': ' + e.textContent.trim().slice(0, 30));
      }
      return found;
    }""")
    assert poor == []
    background = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.click("#theme")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != background


def test_on_a_phone(show):
    page = show("mixed", **PHONE)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing sticks out"
    for control in page.locator("button:visible, select:visible, input:visible").all():
        assert control.bounding_box()["height"] >= 38
    page.locator(".list .entry summary").first.tap()
    assert page.locator(".list .entry[open]").count() == 1
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_on_paper(show):
    page = show("replacement")
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert not page.locator("#filters").is_visible() and not page.locator("#theme").is_visible()
    assert page.locator(".list .entry .rows").first.is_visible()
    assert page.pdf().startswith(b"%PDF")


def test_without_the_script_everything_is_there(show):
    page = show("replacement", java_script_enabled=False)
    assert page.locator("#whole a.box").count() == 6
    page.locator(".list summary").first.click()
    assert page.locator(".list .rows").first.is_visible()
    assert not page.locator("#filters").is_visible()


def test_zoom(show):
    page = show("many")
    page.click("[data-view=whole]")
    width = lambda: page.locator("#whole").bounding_box()["width"]
    before = width()
    page.click("[data-zoom=in]")
    assert width() > before * 1.2
    page.click("[data-zoom=out]")
    page.click("[data-zoom=out]")
    assert width() < before
    page.click("[data-zoom=fit]")
    assert abs(width() - before) < 2
    page.locator(".stage").scroll_into_view_if_needed()
    stage = page.locator(".stage").bounding_box()
    page.mouse.move(stage["x"] + 300, stage["y"] + 200)
    page.mouse.down()
    page.mouse.move(stage["x"] + 100, stage["y"] + 100, steps=5)
    page.mouse.up()
    assert page.locator(".stage").evaluate("e => e.scrollLeft") > 100
    assert not page.locator("#chosen").is_visible(), "a drag is no click"


def test_five_hundred_steps_stay_usable(show):
    page = show("many")
    timing = page.evaluate("performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd")
    assert timing < 5000, f"{timing:.0f} ms"
    assert page.locator("#whole a.box").count() == 500
    assert page.locator("#blocks a.box").count() == 4 and page.locator("#blocks").is_visible(), "blocks first"
    assert page.evaluate("document.querySelectorAll('*').length") < 60_000
    begun = time.monotonic()
    page.fill("#search", "t042")
    assert len(addresses(page)) == 4
    assert time.monotonic() - begun < 3
    shown = page.locator("#whole a.box:not(.out)").first
    frame, box = page.locator(".stage").bounding_box(), shown.bounding_box()
    assert frame["x"] <= box["x"] and box["x"] + box["width"] <= frame["x"] + frame["width"], "what was found is in view"
    shown.click()
    assert "t042" in page.locator("#chosen").inner_text()


def test_hostile_names_are_only_names(show):
    page = show("hostile")
    assert page.locator("img").count() == 0 and page.locator("script").count() == 1
    assert "alert(2)" in page.locator(".list").inner_text()
    page.fill("#search", "onerror")
    assert len(addresses(page)) == 1
    page.locator("#whole a.box:not(.out)").first.click()
    assert "<img src=x onerror=alert(2)>" in page.locator("#chosen").inner_text()
    # What somebody would smuggle in does not run: the policy of the page forbids it.
    page.evaluate("""() => { const s = document.createElement('div'); s.innerHTML = '<b title="x" onclick="window.ran = true">x</b>';
      document.body.append(s); s.firstChild.click(); }""")
    assert page.evaluate("window.ran") is None
    assert [trouble for trouble in page.troubles if "Content Security Policy" in trouble]
    page.troubles.clear()

"""The page of a plan in a real Chromium: plans by the binary against its embedded simulated cloud."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

HERE = Path(__file__).parent
PICTURES = os.environ.get("PAGE_PICTURES")


def landbridge(folder, *arguments, codes=(0,)):
    command = [os.environ["LANDBRIDGE"], "-C", folder, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "NO_COLOR": "1"}, timeout=300)
    assert done.returncode in codes, done.stderr + done.stdout
    return done.stdout


def page_of(folder, name):
    # A plan that apply would refuse, such as one beyond a quota, is kept and can be read; it ends with 1.
    landbridge(folder, "plan", "--sim", "--out", folder / f"{name}.plan", codes=(0, 1))
    file = folder / f"{name}.html"
    file.write_text(landbridge(folder, "review", f"{folder / name}.plan", "--format", "html"), encoding="utf-8")
    return file


@pytest.fixture(scope="session")
def pages(tmp_path_factory):
    """The file of each page, by name."""
    folder = tmp_path_factory.mktemp("link")
    text = (HERE / "link.yaml").read_text(encoding="utf-8")
    file = folder / "landbridge.yaml"
    file.write_text(text, encoding="utf-8")
    made = {"creation": page_of(folder, "creation")}
    landbridge(folder, "apply", "--sim", "--auto-approve")
    file.write_text(text.replace("server_type: LB", "server_type: VM"), encoding="utf-8")
    made["replacement"] = page_of(folder, "replacement")
    # One consumer goes, another comes, a port changes, the rest stays.
    providers, resources = text.replace("client_port: 443", "client_port: 8443").split("resources:\n")
    file.write_text(f"{providers}resources:\n" + resources.replace("logistics", "returns"), encoding="utf-8")
    made["mixed"] = page_of(folder, "mixed")

    many = tmp_path_factory.mktemp("many")
    shutil.copy(HERE / "many.yaml", many / "landbridge.yaml")
    made["many"] = page_of(many, "many")
    hostile = tmp_path_factory.mktemp("hostile")
    shutil.copy(HERE / "hostile.yaml", hostile / "landbridge.yaml")
    made["hostile"] = page_of(hostile, "hostile")
    return made


@pytest.fixture(scope="session")
def browser():
    with sync_playwright() as playwright:
        # A container's root has no sandbox; the page loads nothing from anywhere.
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def show(browser, pages, request):
    """Opens a page; whatever it logs or asks the network for fails the test."""
    opened = []

    def open_page(name, fragment="", **options):
        context = browser.new_context(**options)
        page = context.new_page()
        troubles = page.troubles = []
        page.on("console", lambda message: troubles.append(message.text))
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("dialog", lambda dialog: (troubles.append(f"dialog {dialog.message}"), dialog.dismiss()))
        page.on("request", lambda asked: asked.url.startswith("file:") or troubles.append(asked.url))
        page.goto(pages[name].as_uri() + fragment)
        opened.append((context, page, troubles))
        return page

    yield open_page
    for number, (context, page, troubles) in enumerate(opened):
        if PICTURES:
            page.screenshot(path=f"{PICTURES}/{request.node.name}-{number}.png")
        context.close()
        assert troubles == []

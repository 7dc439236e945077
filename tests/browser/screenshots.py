"""Pictures of every kind of page, to see what a change of style changes and what it does not.

Start a demonstration (`make run`) before the change and take the first folder; start it with the
change, on a copy of the same data and on the same day, and take the second; then compare them. The
password of the demonstration's accounts stands in the environment, as DEMO_PASSWORD.

    python -m tests.browser.screenshots take http://127.0.0.1:8000 before
    python -m tests.browser.screenshots take http://127.0.0.1:8000 after --like before
    python -m tests.browser.screenshots compare before after

The pages are found by following links as each kind of person. An address is pictured where it shows
a class that no address of its kind has shown before: so every state of a page is there once. Each
is pictured on a desktop screen, on a telephone, on paper, and with everything open that opens.
What differs is listed and laid out in after/differs/: before, after, and where they differ.
"""

import argparse
import json
import os
import re
import shutil
import sys
from collections import Counter, deque
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import parse_qsl, urljoin, urlsplit

from PIL import Image, ImageChops
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.browser import chromium

PEOPLE = ["lanhdao", "canbo.phuong", "canbo.tp", "thamdinh", "quantri"]
STARTS = ["/", "/accounts/password/", "/search/?q=truong", "/search/?q=khongco", "/wards/0/"]
SIGNED_OUT = ["/accounts/login/"]
MOST_LOOKED_AT = 12  # addresses of one kind and with the same questions, for one person
MEDIA = {
    "desktop": {"width": 1366, "height": 768},
    "phone": {"width": 390, "height": 844},
    "paper": {"width": 703, "height": 1032},  # A4 without its margins, at 96 dots an inch
}
NOTICEABLE = 8  # of 255: less is how a browser smooths an edge
OPEN_ALL = """
    for (const details of document.querySelectorAll("details")) details.open = true;
    for (const template of document.querySelectorAll("main template"))
        template.parentElement.append(template.content.cloneNode(true));
"""
ASKS_FOR_A_DIALOG = "[data-evidence-panel], .matrix-table tbody td > a"


class Contents(HTMLParser):
    """The links and the classes of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.classes: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        self.classes.update((said.get("class") or "").split())
        if tag == "a" and said.get("href"):
            self.links.append(said["href"] or "")


def kind_of(address: str) -> str:
    return re.sub(r"\d+", "0", urlsplit(address).path)


def find_pages(context: BrowserContext, starts: list[str], shown: set[str]) -> Iterator[str]:
    """Follow links from the starts; yield the addresses that show what none did before."""
    waiting, met, looked_at = deque(starts), set(starts), Counter[str]()
    while waiting:
        address = waiting.popleft()
        answer = context.request.get(address)
        if not answer.headers.get("content-type", "").startswith("text/html"):
            continue
        kind, contents = kind_of(address), Contents(answer.text())
        states = () if kind.startswith("/admin/") else contents.classes  # Django's own, mostly
        new = {f"{kind} {state}" for state in ("", *states)} - shown
        if new:
            shown |= new
            yield address
        for link in contents.links:
            parts = urlsplit(urljoin(address, link))
            found = f"{parts.path}?{parts.query}" if parts.query else parts.path
            questions = sorted({name for name, _ in parse_qsl(parts.query)})
            sort = f"{kind_of(found)} {questions}"
            is_admin = found.startswith("/admin/")
            most = 1 if is_admin else MOST_LOOKED_AT
            if parts.netloc or found in met or looked_at[sort] >= most or (is_admin and questions):
                continue
            looked_at[sort] += 1
            met.add(found)
            waiting.append(found)


def sign_in(context: BrowserContext, person: str) -> None:
    page = context.new_page()
    page.goto("/accounts/login/")
    page.locator("[name=username]").fill(person)
    page.locator("[name=password]").fill(os.environ["DEMO_PASSWORD"])
    page.locator("#sign-in button").click()
    page.locator(".account-menu").wait_for()
    page.close()


def picture(page: Page, address: str, stem: Path) -> None:
    """Picture one address on each medium, and with everything open."""

    def shoot(what: str, *, whole: bool = True) -> None:
        page.evaluate("document.fonts.ready")
        page.screenshot(path=f"{stem}.{what}.png", full_page=whole, animations="disabled")

    page.emulate_media(media="screen", reduced_motion="reduce")
    page.set_viewport_size(MEDIA["desktop"])
    page.goto(address)
    for medium, size in MEDIA.items():
        page.emulate_media(media="print" if medium == "paper" else "screen")
        page.set_viewport_size(size)
        shoot(medium)
    page.emulate_media(media="screen")
    for medium in ("desktop", "phone"):
        page.set_viewport_size(MEDIA[medium])
        page.evaluate(f"() => {{ {OPEN_ALL} }}")
        shoot(f"{medium}-open")
    page.set_viewport_size(MEDIA["desktop"])
    page.goto(address)
    asking = page.locator(ASKS_FOR_A_DIALOG)
    if asking.count():
        asking.first.click()
        page.locator("dialog[open] h2").wait_for()
        for medium in ("desktop", "phone"):
            page.set_viewport_size(MEDIA[medium])
            shoot(f"{medium}-dialog", whole=False)


def name_of(number: int, person: str, address: str) -> str:
    return f"{number:03}-{person}{re.sub(r'[^a-z0-9=]+', '_', address)[:80]}"


def take(browser: Browser, origin: str, folder: Path, like: Path | None) -> None:
    """Picture the pages of a folder made earlier, or whichever are found."""
    folder.mkdir(parents=True)
    known = json.loads((like / "pages.json").read_text()) if like else {}
    pages: dict[str, list[str]] = {}
    shown: set[str] = set()
    number = 0
    for person in ["", *PEOPLE]:
        context = browser.new_context(base_url=origin, locale="vi-VN")
        if person:
            sign_in(context, person)
        starts = STARTS if person else SIGNED_OUT
        pages[person] = known.get(person) or list(find_pages(context, starts, shown))
        page = context.new_page()
        for address in pages[person]:
            number += 1
            print(number, person, address, flush=True)
            picture(page, address, folder / name_of(number, person, address))
        context.close()
    (folder / "pages.json").write_text(json.dumps(pages, indent=1))


def compare(before: Path, after: Path) -> int:
    """List the pictures that differ, and lay them out beside each other."""
    differs = after / "differs"
    shutil.rmtree(differs, ignore_errors=True)
    differs.mkdir()
    names = [sorted(path.name for path in folder.glob("*.png")) for folder in (before, after)]
    n_differing = 0
    for name in sorted(set(names[0]) | set(names[1])):
        if not all((folder / name).exists() for folder in (before, after)):
            print(f"{name}: only in one of the two")
            n_differing += 1
            continue
        old, new = (Image.open(folder / name).convert("RGB") for folder in (before, after))
        size = max(old.width, new.width), max(old.height, new.height)
        canvas = [Image.new("RGB", size, "white") for _ in range(2)]
        canvas[0].paste(old)
        canvas[1].paste(new)
        found = ImageChops.difference(*canvas).convert("L").point(lambda p: 255 * (p > NOTICEABLE))
        box = found.getbbox()
        if old.size == new.size and box is None:
            continue
        n_differing += 1
        share = found.histogram()[255] / (size[0] * size[1])
        grown = f", {old.size} → {new.size}" if old.size != new.size else ""
        print(f"{name}: {share:.3%} from {box}{grown}")
        sheet = Image.new("RGB", (3 * size[0], size[1]))
        for column, image in enumerate((*canvas, found.convert("RGB"))):
            sheet.paste(image, (column * size[0], 0))
        sheet.save(differs / name)
    print(f"{n_differing} of {len(names[0])} pictures differ")
    return n_differing


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    commands = parser.add_subparsers(dest="command", required=True)
    taking = commands.add_parser("take")
    taking.add_argument("origin")
    taking.add_argument("folder", type=Path)
    taking.add_argument("--like", type=Path, help="take the pages of this folder")
    comparing = commands.add_parser("compare")
    comparing.add_argument("before", type=Path)
    comparing.add_argument("after", type=Path)
    asked = parser.parse_args()
    if asked.command == "compare":
        return 1 if compare(asked.before, asked.after) else 0
    path = chromium.find()
    if path is None:
        sys.exit("Chromium was not found. On Debian: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=chromium.FLAGS)
        take(browser, asked.origin, asked.folder, asked.like)
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())

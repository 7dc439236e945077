"""A browser window, what people do in it, and what must never happen in it."""

import re

from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext, pgettext
from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Dialog,
    Locator,
    Request,
    Response,
    WebError,
    expect,
)

from accounts.models import User
from criteria.models import Criterion

DESKTOP = {"width": 1366, "height": 768}
PHONE = {"width": 390, "height": 844}

OFFLINE = re.compile(r"net::ERR_INTERNET_DISCONNECTED|htmx:(sendError|afterRequest)")
ANSWERS = """
    fetch("/static/img/favicon.svg", {method: "HEAD", cache: "no-store"})
        .then(() => true, () => false)
"""
LEAVING = re.compile("dialog: beforeunload")


def vi(message: str, context: str | None = None) -> str:
    """Return what a page in Vietnamese shows for a message."""
    with translation.override("vi"):
        return pgettext(context, message) if context else gettext(message)


# The keyboard's place is not lost: what was in focus may go, but then something else has it.
KEEPS_FOCUS = """
    let last = null, timer = 0;
    document.addEventListener("focusin", ({target}) => { last = target; });
    document.addEventListener("pointerdown", ({target}) => {
        const place = "a, button, input, select, textarea, summary, label, [tabindex]";
        if (!target.closest(place)) last = null;
    });
    const look = () => {
        if (last && document.activeElement === document.body && !last.disabled)
            console.error("focus lost after " + last.outerHTML.slice(0, 200));
    };
    new MutationObserver(() => { clearTimeout(timer); timer = setTimeout(look, 300); })
        .observe(document, {childList: true, subtree: true, attributes: true});
"""


class Window:
    """A browser of its own, with one page in front.

    Keeps whatever a person should never meet: an error or warning in the console (a breach of the
    security policy is one), the keyboard's focus lost, a script that fails, a request elsewhere, a
    question on leaving, an answer that is an error. A test that provokes some of it says which
    beforehand or afterwards.
    """

    def __init__(self, browser: Browser, origin: str, size: dict, *, javascript: bool) -> None:
        self.origin = origin
        self._complaints: list[str] = []
        self._allowed: list[re.Pattern[str]] = []
        self.context = browser.new_context(
            base_url=origin,
            locale="vi-VN",
            viewport=size,
            java_script_enabled=javascript,
            reduced_motion="reduce",  # no colour is looked at half-way to another
        )
        self.context.on("console", self._on_console)
        self.context.on("weberror", self._on_error)
        self.context.on("request", self._on_request)
        self.context.on("response", self._on_response)
        self.context.on("dialog", self._on_dialog)
        self.page = self.context.new_page()
        self.page.add_init_script(KEEPS_FOCUS)  # in others documents are shown, without scripts

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self._complaints.append(f"console {message.type}: {message.text}")

    def _on_error(self, error: WebError) -> None:
        self._complaints.append(f"script: {error.error}")

    def _on_request(self, request: Request) -> None:
        if not request.url.startswith((f"{self.origin}/", "data:", "about:")):
            self._complaints.append(f"request to another origin: {request.url}")

    def _on_response(self, response: Response) -> None:
        if response.status >= 400:
            self._complaints.append(f"answer: status of {response.status} {response.url}")

    def _on_dialog(self, dialog: Dialog) -> None:
        self._complaints.append(f"dialog: {dialog.type}")
        dialog.accept()

    def allow(self, *kinds: int | re.Pattern[str]) -> None:
        """Let refusals of these statuses (4xx only), or complaints like these, pass."""
        for kind in kinds:
            if isinstance(kind, int):
                assert 400 <= kind < 500
                kind = re.compile(rf"status of {kind}\b|Response Status Error Code {kind}\b")
            self._allowed.append(kind)

    @property
    def complaints(self) -> list[str]:
        """What happened that should not; asks every page first, so that nothing is on its way."""
        for page in self.context.pages:
            page.title()
        return [
            complaint
            for complaint in self._complaints
            if not any(allowed.search(complaint) for allowed in self._allowed)
        ]

    def open(self, view_name: str, *args: int) -> None:
        self.page.goto(reverse(view_name, args=args))

    def sign_in(self, user: User) -> None:
        """Come in as a user, by a session of the server's own: the form has tests of its own."""
        client = Client()
        client.force_login(user, "accounts.backends.RoleBackend")
        name = settings.SESSION_COOKIE_NAME
        session = {"name": name, "value": client.cookies[name].value, "url": self.origin}
        self.context.add_cookies([session])
        self.open("criteria:dashboard")
        expect(self.page.locator(".account-menu summary")).to_contain_text(user.full_name)

    def disconnect(self) -> None:
        """Cut the network off; no request that is made from now on gets through."""
        self.allow(OFFLINE)
        self._set_offline(True)

    def reconnect(self) -> None:
        self._set_offline(False)

    def _set_offline(self, is_offline: bool) -> None:
        # The browser confirms before its network has heard of it: requests decide, not the promise.
        self.context.set_offline(is_offline)
        while self.page.evaluate(ANSWERS) is is_offline:
            pass

    def fill_sign_in(self, username: str, password: str) -> None:
        self.page.locator("[name=username]").fill(username)
        self.page.locator("[name=password]").fill(password)
        self.page.locator("#sign-in button").click()

    def sign_out(self) -> None:
        self.page.locator(".account-menu summary").click()
        self.page.locator(f"form[action='{reverse('logout')}'] button").click()
        expect(self.page.locator("#sign-in")).to_be_visible()

    def speak(self, language: str) -> None:
        """Choose the language in the account menu."""
        self.page.locator(".account-menu summary").click()
        self.page.locator(f".account-panel [name=language][value={language}]").click()
        expect(self.page.locator("html")).to_have_attribute("lang", language)

    def follow(self, view_name: str) -> None:
        """Go to a page by its link in the header."""
        self.page.locator(f".site-header a[href='{reverse(view_name)}']").click()

    def ask(self, step: str) -> Locator:
        """Open what asks before a step is taken, where something does; return the step's form."""
        form = self.page.locator(f"form[action$='/steps/{step}/']")
        asks = self.page.locator("details:not([open])", has=form)
        if asks.count():
            asks.locator("summary").click()
        return form

    def take(self, step: str) -> None:
        self.ask(step).locator("[type=submit]").click()

    def expect_told(self, message: str, kind: str = "success") -> None:
        """Expect what the last action came to, said at the head of the page."""
        told = self.page.locator(f".messages .message-{kind}")
        expect(told).to_contain_text(vi(message))

    def badge(self, view_name: str) -> Locator:
        """How many wait, beside a link in the header."""
        return self.page.locator(f".site-header a[href='{reverse(view_name)}'] .badge-n")

    @property
    def ways_to_change(self) -> Locator:
        """All by which something on the page could be changed; to print it changes nothing."""
        fields = "main input:not([type=hidden]), main textarea"
        return self.page.locator(f"{fields}, main button:not([data-print])")

    @property
    def rows(self) -> Locator:
        return self.page.locator(".sheet-row")

    def row(self, criterion: Criterion) -> "Row":
        return Row(self.page.locator(f"#c{criterion.pk}"))


class Row:
    """One criterion on the sheet."""

    def __init__(self, element: Locator) -> None:
        self.element = element
        self.figure = element.locator("input[inputmode=decimal]")
        self.saved = element.locator(".row-saved")
        self.problem = element.locator(".row-problem")
        self.more = element.locator(".sheet-row-more")
        self.explanation = self.more.locator("textarea")
        self.agree = element.locator("[data-agree]")
        self.attached = element.locator(".attached li")

    def choose(self, value: str) -> None:
        """Click on an answer by its value: 1, 0, met, not_met, or nothing for “not said”."""
        self.element.locator(f".segments input[value='{value}'] + span").click()

    def chosen(self, value: str) -> Locator:
        return self.element.locator(f".segments input[value='{value}']:checked")

    def type(self, text: str) -> None:
        """Type a figure and go on, as a person does."""
        self.figure.click()
        self.figure.press("Control+a")
        self.figure.press_sequentially(text)
        self.figure.press("Tab")

    def explain(self, text: str) -> None:
        """Write the explanation, or on the verifier's side the finding, and go on."""
        if self.more.get_attribute("open") is None:
            self.more.locator("summary").click()
        self.explanation.fill(text)
        self.explanation.press("Tab")

    def expect_verdict(self, verdict: str) -> None:
        """Expect the verdict beside the row: the verifier's own where the row is verified."""
        expect(self.element.locator(f".sheet-row-status .mark-{verdict}").last).to_be_visible()

    def open_evidence(self) -> "Panel":
        self.element.locator("[data-evidence-panel]").click()
        return Panel(self.element.page.locator("#evidence-dialog"))


class Panel:
    """The documents of one row, in the dialog over the sheet."""

    def __init__(self, element: Locator) -> None:
        self.element = element
        self.form = element.locator("form[data-upload]")
        self.file = self.form.locator("[type=file]:not([data-camera])")
        self.refusal = element.locator("#evidence-refused")
        self.done = element.locator("#evidence-told .message-success")
        expect(self.form).to_be_visible()

    def field(self, name: str) -> Locator:
        return self.form.locator(f"[name={name}]")

    def say(self, **facts: str) -> None:
        for name, text in facts.items():
            self.field(name).fill(text)

    def store(self) -> None:
        self.form.locator("[type=submit]").click()

    def close(self) -> None:
        self.element.locator(".evidence-close").click()
        expect(self.element).to_be_hidden()

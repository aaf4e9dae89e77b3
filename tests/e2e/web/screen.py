"""Page object of the web client, in the words of its users."""

import re

from playwright.async_api import Locator, Page, expect

LOADED = ".workspace main h1"


class Screen:
    """What can be seen and done on one page. Elements are found by role and name, as a screen reader finds them."""

    def __init__(self, page: Page) -> None:
        self.page = page

    # --- finding -------------------------------------------------------------------------------------------------

    def field(self, name: str) -> Locator:
        return self.page.get_by_label(name, exact=True)

    def choice(self, name: str) -> Locator:
        return self.page.get_by_role("combobox", name=name, exact=True)

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def link(self, name: str) -> Locator:
        return self.page.get_by_role("link", name=name, exact=True)

    def heading(self, name: str) -> Locator:
        return self.page.get_by_role("heading", name=name, exact=True)

    def status(self, text: str | re.Pattern[str]) -> Locator:
        return self.page.get_by_role("status").filter(has_text=text)

    def dialog(self, name: str) -> Locator:
        return self.page.get_by_role("dialog", name=name)

    @property
    def entry(self) -> Locator:
        """Where a new task is typed."""
        return self.page.get_by_role("textbox", name="Add a task")

    @property
    def understood(self) -> Locator:
        """The recognised words of the line being typed, each a button that takes it back."""
        return self.page.get_by_role("button", name=re.compile(", take back$"))

    @property
    def tasks(self) -> Locator:
        return self.page.get_by_role("list", name="Tasks")

    @property
    def rows(self) -> Locator:
        return self.tasks.get_by_role("listitem")

    def row(self, title: str) -> Locator:
        return self.rows.filter(has=self.box(title))

    def box(self, title: str) -> Locator:
        """The checkbox of a task."""
        return self.page.get_by_role("checkbox", name=f"Complete {title}", exact=True)

    def list_link(self, name: str) -> Locator:
        """The list in the navigation, whatever the number of open tasks behind its name."""
        return self.page.get_by_role("navigation", name="Lists").get_by_role("link", name=name)

    def view_link(self, name: str) -> Locator:
        """A view in the navigation, whatever the number of tasks behind its name."""
        return self.page.get_by_role("navigation", name="Views").get_by_role(
            "link", name=re.compile(rf"^{re.escape(name)} ?(,|$)")
        )

    # --- doing ---------------------------------------------------------------------------------------------------

    async def sign_in(self, email: str, password: str) -> None:
        await expect(self.field("Email")).to_be_visible()
        if await self.button("Create account").is_visible():  # on the first visit
            await self.link("Sign in instead").click()
        await self.field("Email").fill(email)
        await self.field("Password").fill(password)
        await self.button("Sign in").click()

    async def sign_out(self) -> None:
        await self.view_link("Settings").click()
        await self.button("Sign out").click()

    async def add(self, text: str) -> None:
        await self.entry.fill(text)
        await self.entry.press("Enter")

    async def open(self, title: str) -> "Panel":
        """Opens a task in the panel."""
        await self.row(title).get_by_role("button", name=title, exact=True).click()
        await expect(self.panel.field("Title")).to_have_value(title)
        return self.panel

    @property
    def panel(self) -> "Panel":
        """The panel with everything about one task."""
        return Panel(self.page.get_by_role("complementary", name="Task"))

    async def do(self, title: str, action: str) -> None:
        """Chooses an action in the menu of a task."""
        await self.row(title).hover()
        await self.button(f"More for {title}").click()
        await self.page.get_by_role("menuitem", name=action).click()

    async def delete(self, title: str) -> None:
        await self.do(title, "Delete")

    # --- seeing --------------------------------------------------------------------------------------------------

    async def shows(self, *titles: str, in_order: bool = True) -> None:
        """The list shows these tasks and no others."""
        boxes = self.tasks.get_by_role("checkbox")
        await expect(boxes).to_have_count(len(titles))
        for place, title in enumerate(titles):
            await expect(boxes.nth(place) if in_order else self.box(title)).to_have_accessible_name(f"Complete {title}")

    async def shows_tree(self, *rows: str) -> None:
        """The list shows these tasks and no others, each behind as many dashes as there are tasks above it."""
        await self.shows(*[row.lstrip("-") for row in rows])
        for place, row in enumerate(rows):
            level = str(len(row) - len(row.lstrip("-")) + 1)
            await expect(self.rows.nth(place)).to_have_attribute("aria-level", level)

    async def is_home(self) -> None:
        """The user is signed in and the tasks are loaded, however many there are."""
        await expect(self.page.locator(LOADED).first).to_be_visible()

    async def all_is_loaded(self) -> None:
        """The parts that are loaded behind the list are there, so that they can be used without a network."""
        for part in ("entry", "panel", "palette"):
            loaded = "name => performance.getEntriesByName(`${location.origin}/web/${name}.js`).length > 0"
            await self.page.wait_for_function(loaded, arg=part)
        await self.page.wait_for_timeout(100)  # it has arrived, and is run

    async def all_is_saved(self) -> None:
        """No change waits for a response, also a moment later: what is closed saves when it is gone."""
        waiting = "Object.keys(localStorage).filter(name => name.startsWith('todo.outbox.'))"
        for _ in range(2):
            await self.page.wait_for_timeout(100)
            await self.page.wait_for_function(f"() => {waiting}.length === 0")


class Panel:
    """The panel with everything about one task."""

    def __init__(self, root: Locator) -> None:
        self.root = root

    def field(self, name: str) -> Locator:
        return self.root.get_by_role("textbox", name=name, exact=True)

    def button(self, name: str | re.Pattern[str]) -> Locator:
        return self.root.get_by_role("button", name=name, exact=isinstance(name, str))

    async def write(self, name: str, text: str) -> None:
        """Types a text, and leaves the field."""
        await self.field(name).fill(text)
        await self.field(name).blur()

    async def choose(self, name: str) -> None:
        """Chooses in the menu of the task."""
        await self.button("More").click()
        await self.root.page.get_by_role("menuitem", name=name, exact=True).click()

    async def close(self) -> None:
        await self.button("Close the task").click()
        await expect(self.root).to_have_count(0)

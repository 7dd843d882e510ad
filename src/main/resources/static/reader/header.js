// @ts-check
/** Navigation and switches above every view. */
import {el, icon} from "./dom.js";
import {LANGUAGES, language, t} from "./i18n.js";
import {to} from "./route.js";

export function header(page, asked, chooseLanguage, signOut) {
    const nav = /** @type {HTMLElement} */ (document.getElementById("nav"));
    nav.setAttribute("aria-label", t("nav"));
    nav.replaceChildren(
        entry(to(), t("nav.posts"), asked.view === "list"),
        entry(to({view: "ask"}), t("nav.ask"), asked.view === "ask"),
        entry(to({view: "digest"}), t("nav.digest"), asked.view === "digest"),
        entry(to({view: "channels"}), t("nav.channels"), asked.view === "channels"),
        entry(to({view: "status"}), t("nav.status"), asked.view === "status"));
    const tools = /** @type {HTMLElement} */ (document.getElementById("tools"));
    const focused = /** @type {HTMLElement | null} */ (tools.querySelector(":focus"))?.dataset.tool;
    tools.replaceChildren(
        ...page.users.length > 1 || page.users.length === 1 && !page.user ? [users(page)] : [],
        languages(chooseLanguage),
        theme(),
        ...page.api.hasKey ? [signOutButton(signOut)] : []);
    /** @type {HTMLElement | null} */ (tools.querySelector(`[data-tool="${focused}"]`))?.focus();
}

function entry(address, text, isCurrent) {
    return el("a", {href: address, "aria-current": isCurrent && "page"}, text);
}

function users(page) {
    const options = page.users.map(user =>
        el("option", {value: user.id, selected: user.id === page.user?.id}, user.username ?? t("user", {id: user.id})));
    if (!page.user) {
        // the address names a user who is not there
        options.unshift(el("option", {value: "", selected: true}, t("user.choose")));
    }
    const change = event => page.go(to({user: event.target.value}));
    return el("select", {"aria-label": t("users"), "data-tool": "users", onchange: change}, options);
}

function languages(choose) {
    const other = Object.keys(LANGUAGES).find(name => name !== language()) ?? "en";
    const attributes = {type: "button", class: "tool", lang: other, "data-tool": "language", onclick: () => choose(other)};
    return el("button", attributes, el("span", {class: "short"}, other.toUpperCase()), el("span", {class: "long"}, LANGUAGES[other]));
}

function theme() {
    const isDark = () => {
        const chosen = document.documentElement.dataset.theme;
        return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    };
    const button = el("button", {type: "button", class: "tool", "aria-label": t("theme.dark"), title: t("theme.dark"), "data-tool": "theme"});
    const paint = () => {
        button.setAttribute("aria-pressed", String(isDark()));
        button.replaceChildren(icon(isDark() ? "sun" : "moon"));
    };
    button.addEventListener("click", () => {
        const chosen = isDark() ? "light" : "dark";
        document.documentElement.dataset.theme = chosen;
        localStorage.setItem("reader.theme", chosen);
        paint();
    });
    paint();
    return button;
}

function signOutButton(signOut) {
    return el("button", {type: "button", class: "tool", title: t("key.forget"), "aria-label": t("key.forget"), "data-tool": "key", onclick: signOut}, icon("exit"));
}

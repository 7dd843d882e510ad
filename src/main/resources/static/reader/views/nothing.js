// @ts-check
/** A list without posts, or a page without a reader, says what to do. */
import {el} from "../dom.js";
import {t} from "../i18n.js";
import {to} from "../route.js";
import {failure} from "./problem.js";
import {uploadForm} from "./upload.js";

export function nothing(filters, page) {
    return Object.values(filters).some(Boolean) ? nothingFound(filters) : firstStart(page);
}

function nothingFound({q}) {
    return el("div", {class: "empty"},
        el("h2", {}, t("empty.found")),
        el("ul", {},
            q && el("li", {}, t("empty.words")),
            el("li", {}, t("empty.filters")),
            el("li", {}, t("empty.waiting"))),
        el("a", {class: "button", href: to()}, t("filters.clear")));
}

function firstStart(page) {
    return el("div", {class: "empty"},
        el("h2", {}, t("first.title")),
        el("ol", {},
            el("li", {}, t("first.export")),
            el("li", {}, t("first.upload"), uploadForm(page, () => page.go(to({view: "status"}))))),
        el("p", {class: "muted"}, t("first.demo"), el("pre", {tabindex: "0"}, "java -jar target/telegram-assistant.jar --demo")),
        el("p", {}, el("a", {href: "docs"}, t("first.docs"))));
}

/** A tenant begins without a user. */
export function noUser(page) {
    const problems = el("div");
    const create = async () => {
        try {
            await page.api.post("users", {});
            page.go(to({user: ""}));
        } catch (error) {
            problems.replaceChildren(failure(error, create));
        }
    };
    return el("div", {class: "empty"},
        el("h1", {}, t("user.none")),
        el("p", {}, t("user.none.help")),
        el("button", {type: "button", class: "primary", onclick: create}, t("user.create")),
        problems);
}

// @ts-check
/** A list without posts says what to do. */
import {el} from "../dom.js";
import {t} from "../i18n.js";
import {to} from "../route.js";

export function nothing(filters) {
    return Object.values(filters).some(Boolean) ? nothingFound(filters) : firstStart();
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

function firstStart() {
    return el("div", {class: "empty"},
        el("h2", {}, t("first.title")),
        el("ol", {},
            el("li", {}, t("first.export")),
            el("li", {}, t("first.import"), el("pre", {tabindex: "0"}, "java -jar target/telegram-assistant.jar --import=<…/result.json>")),
            el("li", {}, t("first.demo"), el("pre", {tabindex: "0"}, "java -jar target/telegram-assistant.jar --demo"))),
        el("p", {}, el("a", {href: "docs"}, t("first.docs"))));
}

// @ts-check
import {el} from "../dom.js";
import {t} from "../i18n.js";

/** Help on the query language. */
export function help() {
    const rows = ["\"a b\"", "-a", "tag:", "channel:", "after:2026-01", "before:2026-01-31", "has:photo"];
    const names = ["phrase", "without", "tag", "channel", "after", "before", "has"];
    return el("details", {class: "group help"}, el("summary", {}, t("help")),
        el("dl", {class: "facts"}, rows.map((row, i) => [el("dt", {}, el("code", {}, row)), el("dd", {}, t(`help.${names[i]}`))])));
}

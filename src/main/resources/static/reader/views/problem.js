// @ts-check
/** What did not work, in words that help. */
import {el, icon} from "../dom.js";
import {t} from "../i18n.js";
import {Problem} from "../api.js";

const KNOWN = [0, 400, 401, 403, 404, 429, 503];

/** @param {() => void} retry */
export function failure(error, retry) {
    if (!(error instanceof Problem)) {
        // a fault of the page itself; the console has the rest
        console.error(error);
    }
    const problem = error instanceof Problem ? error : new Problem(500, {detail: String(error)});
    const kind = KNOWN.includes(problem.status) ? problem.status : "other";
    return el("div", {class: "problem", role: "alert"},
        el("h2", {}, t(`problem.${kind}`)),
        el("p", {}, t(`problem.${kind}.help`)),
        problem.retryAfter && el("p", {}, t("problem.after", {count: problem.retryAfter})),
        problem.detail && el("p", {class: "muted", lang: "en"}, `${problem.detail}. ${problem.remedy}`),
        el("button", {type: "button", onclick: retry}, icon("refresh"), t("retry")));
}

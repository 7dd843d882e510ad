// @ts-check
/** The routes of the process: their state, the edits that are not loaded, and the trial of a text with a post. */
import {el, icon} from "../dom.js";
import {clock, t} from "../i18n.js";
import {to} from "../route.js";
import {section} from "./admin-lists.js";
import {failure} from "./problem.js";

/** All routes, and why edits are not loaded. */
export async function routesView(api, act, signal) {
    const routes = await api.json("admin/routes", {}, signal);
    const reload = () => api.post("admin/routes/reload");
    return [
        back("admin.back.all", {view: "admin"}),
        section("failed-edits",
            routes.problem && el("p", {class: "warning", lang: "en"}, routes.problem),
            routes.failed_edits.length === 0 ? el("p", {class: "muted"}, t("admin.edits.none"))
                : el("ul", {class: "causes"}, routes.failed_edits.map(edit => el("li", {},
                    el("p", {}, el("code", {}, edit.file)),
                    mistakes(edit.mistakes),
                    el("p", {class: "muted", lang: "en"}, edit.running)))),
            el("div", {class: "buttons"}, el("button", {type: "button", "data-focus": "reload", onclick: () => act(reload, ({outcome}) => t(`admin.reload.${outcome}`))}, t("admin.reload"))),
            el("p", {class: "muted"}, t(routes.watching ? "admin.watching" : "admin.watching.not"), " ", t("admin.loaded", {time: clock(routes.loaded_at)}))),
        section("routes", el("ul", {class: "rows"}, routes.items.map(route => el("li", {},
            el("span", {class: "name"},
                el("a", {href: to({view: "admin", route: route.id}), "data-focus": `route ${route.id}`}, route.id),
                route.description && el("small", {class: "muted", lang: "en"}, route.description)),
            route.origin !== "built_in" && el("span", {class: "badge skipped"}, t(`admin.origin.${route.origin}`)),
            el("span", {class: `badge ${route.state === "started" ? "done" : "failed"}`}, t(`admin.route.${route.state}`)))))),
    ];
}

/** The text of a route's file in a field, to try with a post. */
export async function routeView(api, id, signal) {
    const route = await api.json(`admin/routes/${encodeURIComponent(id)}`, {}, signal);
    const text = el("textarea", {name: "text", rows: 24, spellcheck: "false", maxlength: 50000}, route.text);
    const subject = el("input", {name: "subject", required: true, maxlength: 140, autocomplete: "off", placeholder: t("admin.try.subject.example")});
    const button = el("button", {class: "primary"}, t("admin.try"));
    const result = el("div", {class: "tried", "aria-live": "polite"});
    const form = el("form", {class: "edit"},
        el("label", {}, el("span", {}, route.name), text),
        el("p", {class: "muted"}, t("admin.try.help")),
        el("label", {}, el("span", {}, t("admin.try.subject")), subject),
        el("div", {class: "buttons"}, button));
    form.addEventListener("submit", async event => {
        event.preventDefault();
        button.disabled = true;
        result.replaceChildren(el("p", {class: "muted"}, t("admin.try.running")));
        const given = subject.value.trim();
        const what = given.includes("/") ? {entry: given} : {post: given};
        try {
            result.replaceChildren(...shown(await api.post("admin/routes/try", {file: route.name, text: text.value, ...what})));
        } catch (error) {
            result.replaceChildren(failure(error, () => form.requestSubmit()));
        }
        button.disabled = false;
    });
    return [
        back("admin.back.routes", {view: "admin", route: "*"}),
        section("route", el("p", {}, el("code", {}, route.file), " ", el("span", {class: "muted"}, t(`admin.origin.${route.origin}`))), form),
        result,
    ];
}

function back(label, place) {
    return el("p", {}, el("a", {href: to(place), class: "button"}, icon("back"), t(label)));
}

function mistakes(list) {
    return el("ul", {class: "mistakes"}, list.map(one => el("li", {class: "warning", lang: "en"},
        one.line > 0 && el("code", {}, `${one.line}:${one.column}`), " ", one.message)));
}

function shown(tried) {
    return [section("tried",
        el("p", {lang: "en"}, el("span", {class: `badge ${tried.succeeded ? "done" : "failed"}`}, t(tried.succeeded ? "admin.try.done" : "admin.try.failed")), " ", tried.outcome),
        tried.mistakes.length > 0 && mistakes(tried.mistakes),
        tried.steps.length > 0 && el("ol", {class: "steps"}, tried.steps.map(step => el("li", {class: `depth-${Math.min(step.depth, 5)}`},
            el("p", {}, el("strong", {}, step.kind), " ", el("code", {}, step.id), " ",
                step.line > 0 && el("span", {class: "muted"}, t("admin.try.line", {line: step.line}))),
            step.note && el("p", {class: step.note.startsWith("failed") ? "warning" : "muted", lang: "en"}, step.note),
            values("admin.try.header", step.headers),
            values("admin.try.property", step.properties),
            step.body !== null && el("pre", {tabindex: "0"}, pretty(step.body))))))];
}

function values(label, given) {
    const all = Object.entries(given);
    return all.length > 0 && el("dl", {class: "facts"}, all.map(([name, value]) => [
        el("dt", {}, `${t(label)} ${name}`), el("dd", {}, value === null ? t("admin.try.removed") : value)]));
}

function pretty(text) {
    try {
        return JSON.stringify(JSON.parse(text), null, 2);
    } catch {
        return text;
    }
}

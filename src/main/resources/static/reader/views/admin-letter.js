// @ts-check
/** One dead letter: its error, the fields of its entry, its post and what became of it; published again as it is, or edited. */
import {confirmed} from "../confirm.js";
import {el, icon} from "../dom.js";
import {clock, t} from "../i18n.js";
import {to} from "../route.js";
import {path, section} from "./admin-lists.js";
import {timeline} from "./timeline.js";

/** @param {() => void} back called when the dead letter is there no more */
export async function letterView(api, stream, id, act, back, signal) {
    const letter = await api.json(`${path(stream)}/dead-letters/${id}`, {}, signal);
    const stages = letter.post_id ? await api.json(`posts/${letter.post_id}/timeline`, {}, signal).catch(() => null) : null;
    return [
        el("p", {}, el("a", {href: to({view: "admin", stream}), class: "button"}, icon("back"), t("admin.letters.back"))),
        section("letter", facts(letter), letter.replayed_as
            ? el("p", {class: "warning"}, t("admin.edited", {id: letter.replayed_as, name: letter.edited_by}))
            : el("div", {class: "buttons"}, actions(api, stream, letter, act, back))),
        section("fields", fields(api, stream, letter, act, back)),
        stages && timeline(stages.items),
    ];
}

function facts(letter) {
    const rows = {
        id: letter.id, group: letter.group, route: letter.route, error: letter.error, error_class: letter.error_class,
        failed_at: letter.failed_at && clock(letter.failed_at), deliveries: letter.deliveries, replay_count: letter.replay_count,
        original_id: letter.original_id,
    };
    return el("dl", {class: "facts"},
        Object.entries(rows).filter(([, value]) => value !== null && value !== undefined && value !== "").map(([name, value]) =>
            [el("dt", {}, t(`admin.letter.${name}`)), el("dd", {lang: name.startsWith("error") ? "en" : null}, String(value))]),
        letter.post_id && [el("dt", {}, t("admin.letter.post")), el("dd", {}, el("a", {href: to({post: letter.post_id})}, letter.post_id))]);
}

function actions(api, stream, letter, act, back) {
    const place = `${path(stream)}/dead-letters/${letter.id}`;
    const replay = async () => await confirmed(t("admin.replay.sure", {count: 1}), t("admin.replay.help"), t("admin.replay"))
        ? api.post(`${place}/replay`, {}) : null;
    const purge = async () => await confirmed(t("admin.purge.sure", {count: 1}), t("admin.purge.help"), t("admin.purge"))
        ? api.remove(place) : null;
    return [
        el("button", {type: "button", class: "primary", "data-focus": "replay", onclick: () => act(() => gone(replay, back), () => t("admin.replay.done", {count: 1}))}, t("admin.replay")),
        el("button", {type: "button", "data-focus": "purge", onclick: () => act(() => gone(purge, back), () => t("admin.purge.done", {count: 1}))}, t("admin.purge")),
    ];
}

/** Afterwards the page shows what is left of the stream. */
async function gone(work, back) {
    const result = await work();
    if (result !== null) {
        back();
    }
    return result;
}

function fields(api, stream, letter, act, back) {
    const names = Object.keys(letter.fields);
    const list = el("dl", {class: "entry"}, names.map(name => [el("dt", {}, name), el("dd", {}, el("pre", {tabindex: "0"}, pretty(letter.fields[name])))]));
    if (letter.replayed_as) {
        return list;
    }
    const form = el("form", {class: "edit", hidden: true},
        names.map(name => el("label", {}, el("span", {}, name), el("textarea", {name, rows: Math.min(16, pretty(letter.fields[name]).split("\n").length + 1), spellcheck: "false"}, pretty(letter.fields[name])))),
        el("p", {class: "muted"}, t("admin.edit.help")),
        el("div", {class: "buttons"}, el("button", {class: "primary"}, t("admin.edit.publish"))));
    const publish = async () => {
        // what was not touched stays as it was, whatever its spaces
        const edited = Object.fromEntries(names.map(name => {
            const value = form.elements.namedItem(name).value;
            return [name, value === pretty(letter.fields[name]) ? letter.fields[name] : value];
        }));
        return await confirmed(t("admin.edit.sure"), t("admin.edit.help"), t("admin.edit.publish"))
            ? api.post(`${path(stream)}/dead-letters/${letter.id}/replay`, {fields: edited}) : null;
    };
    form.addEventListener("submit", event => {
        event.preventDefault();
        act(() => gone(publish, back), () => t("admin.replay.done", {count: 1}));
    });
    const open = el("button", {type: "button", "data-focus": "edit", onclick: () => {
        form.hidden = false;
        list.hidden = true;
        open.hidden = true;
        form.querySelector("textarea")?.focus();
    }}, t("admin.edit"));
    return [list, el("div", {class: "buttons"}, open), form];
}

/** JSON in lines, for people; anything else as it is. */
function pretty(value) {
    try {
        return value.startsWith("{") ? JSON.stringify(JSON.parse(value), null, 2) : value;
    } catch {
        return value;
    }
}

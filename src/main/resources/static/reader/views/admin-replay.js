// @ts-check
/** What operators fill in: entries of a stream, the place of a group, a post. Everything counts or asks before it changes something. */
import {confirmed} from "../confirm.js";
import {el} from "../dom.js";
import {named, t} from "../i18n.js";
import {path} from "./admin-lists.js";

/** Publishes entries again that were processed, and has a group read on elsewhere. */
export function streamForms(api, stream, act) {
    const groups = stream.groups.map(one => el("option", {value: one.group}, one.group));
    return [
        form("range", [
            input("from_id", "-"), input("to_id", "+"),
            select("group", [el("option", {value: ""}, t("admin.range.every")), groups]),
            input("max", "100", {type: "number", min: "1", max: "1000"}),
        ], async ({from_id, to_id, group, max}) => {
            const what = {from_id, to_id, max: Number(max), ...group && {group}};
            const dry = await api.post(`${path(stream.stream)}/replay`, {...what, dry_run: true});
            const sure = await confirmed(t("admin.replay.sure", {count: dry.found}),
                [t("admin.range.help"), dry.more && t("admin.replay.more", {count: dry.found})].filter(Boolean).join(" "), t("admin.replay"));
            return sure ? api.post(`${path(stream.stream)}/replay`, {...what, expected_count: dry.found}) : null;
        }, ({replayed}) => t("admin.replay.done", {count: replayed}), act),
        form("reset", [select("group", groups.map(one => one.cloneNode(true))), input("id", "$"), input("expected_lag", "0", {type: "number", min: "0"})],
            async ({group, id, expected_lag}) => await confirmed(t("admin.reset.sure", {group, id}), t("admin.reset.help"), t("admin.reset.do"))
                ? api.post(`${path(stream.stream)}/groups/${encodeURIComponent(group)}/reset`, {id, expected_lag: Number(expected_lag)}) : null,
            ({affected}) => t("admin.reset.done", {count: affected}), act),
    ];
}

/** Has one post go through a stage again. */
export function postForm(api, stages, act) {
    return form("post", [input("post_id", ""), select("stage", stages.map(one => el("option", {value: one.stage}, named("work", one.stage))))],
        ({post_id, stage}) => api.post(`admin/posts/${encodeURIComponent(post_id)}/replay`, {stage}),
        ({done}) => done, act);
}

/** Folded, and left alone while it is open: see AdminView. */
function form(name, fields, work, said, act) {
    const made = el("form", {class: "ask"}, fields, el("div", {class: "buttons"}, el("button", {class: "primary"}, t(`admin.${name}.do`))));
    made.addEventListener("submit", event => {
        event.preventDefault();
        const values = Object.fromEntries([...new FormData(made)].map(([key, value]) => [key, String(value).trim()]));
        act(() => work(values), said);
    });
    return el("details", {class: "panel", "data-key": name}, el("summary", {"data-focus": name}, t(`admin.${name}`)), el("p", {class: "muted"}, t(`admin.${name}.what`)), made);
}

function input(name, value, attributes = {}) {
    return el("label", {}, t(`admin.field.${name}`), el("input", {name, value, required: true, spellcheck: "false", autocomplete: "off", ...attributes}));
}

function select(name, options) {
    return el("label", {}, t(`admin.field.${name}`), el("select", {name}, options));
}

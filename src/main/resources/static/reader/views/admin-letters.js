// @ts-check
/** The dead letters of a stream by their causes. What changes something counts first, and asks. */
import {confirmed} from "../confirm.js";
import {el, icon} from "../dom.js";
import {clock, t} from "../i18n.js";
import {to} from "../route.js";
import {counted, path, section} from "./admin-lists.js";
import {streamForms} from "./admin-replay.js";

const SHOWN = 50;

export async function lettersView(api, {stream, cause}, act, signal) {
    const [streams, causes, letters] = await Promise.all([
        api.json("admin/streams", {}, signal),
        api.json(`${path(stream)}/causes`, {}, signal),
        api.json(`${path(stream)}/dead-letters`, {limit: SHOWN, cause}, signal),
    ]);
    const all = causes.items.reduce((sum, one) => sum + one.count, 0);
    return [
        el("p", {}, el("a", {href: to({view: "admin"}), class: "button"}, icon("back"), t("admin.back"))),
        section("causes", el("p", {class: "stream-name"}, el("code", {}, stream)),
            all === 0 ? el("p", {class: "muted"}, t("admin.dead.none")) : [
                el("ul", {class: "causes"}, causes.items.map(one => causeItem(api, stream, one, cause === one.cause, act))),
                el("div", {class: "buttons"}, buttons(api, stream, null, all, act))]),
        section("letters", el("ul", {class: "rows letters"}, letters.items.map(letter => el("li", {},
            el("a", {href: to({view: "admin", stream, letter: letter.id}), "data-focus": letter.id}, el("code", {}, letter.id)),
            el("span", {class: "name", lang: "en"}, letter.error),
            el("small", {class: "muted"}, [letter.group, letter.failed_at && clock(letter.failed_at), letter.replay_count > 0 && t("admin.replayed", {count: letter.replay_count})]
                .filter(Boolean).join(" · "))))),
        letters.next_cursor && el("p", {class: "muted"}, t("admin.letters.more", {count: SHOWN}))),
        streams.items.filter(one => one.stream === stream).map(one => streamForms(api, one, act)),
    ];
}

function causeItem(api, stream, one, isChosen, act) {
    return el("li", {},
        el("p", {}, counted(one.count), " ", el("span", {lang: "en"}, one.message || one.error_class)),
        el("p", {class: "muted"}, `${one.group} · ${one.error_class.replace(/.*\./, "")}`,
            one.newest && ` · ${t("admin.between", {from: clock(one.oldest), to: clock(one.newest)})}`),
        el("div", {class: "buttons"},
            el("a", {class: "button", href: to({view: "admin", stream, letter: one.example})}, t("admin.example")),
            el("a", {class: "button", "aria-current": isChosen && "true", href: to({view: "admin", stream, cause: isChosen ? "" : one.cause})},
                t(isChosen ? "admin.cause.all" : "admin.cause.only")),
            buttons(api, stream, one.cause, one.count, act)));
}

/** @param {string | null} cause null for all dead letters of the stream */
function buttons(api, stream, cause, count, act) {
    const what = cause === null ? {} : {cause};
    const replay = async () => {
        const dry = await api.post(`${path(stream)}/dead-letters/replay`, {...what, dry_run: true});
        const sure = await confirmed(t("admin.replay.sure", {count: dry.found}),
            [t("admin.replay.help"), dry.more && t("admin.replay.more", {count: dry.found})].filter(Boolean).join(" "), t("admin.replay"));
        return sure ? api.post(`${path(stream)}/dead-letters/replay`, {...what, expected_count: dry.found}) : null;
    };
    const purge = async () => await confirmed(t("admin.purge.sure", {count}), t("admin.purge.help"), t("admin.purge"))
        ? api.post(`${path(stream)}/dead-letters/purge`, {...what, expected_count: count}) : null;
    return [
        el("button", {type: "button", class: cause === null ? "primary" : null, "data-focus": `replay ${cause}`,
            onclick: () => act(replay, ({replayed}) => t("admin.replay.done", {count: replayed}))}, t(cause === null ? "admin.replay.all" : "admin.replay.cause")),
        el("button", {type: "button", "data-focus": `purge ${cause}`,
            onclick: () => act(purge, ({affected}) => t("admin.purge.done", {count: affected}))}, t(cause === null ? "admin.purge.all" : "admin.purge.cause")),
    ];
}

// @ts-check
/** One channel in the list: what it is, how far it is read, and what to do when it is not. */
import {el, external} from "../dom.js";
import {date, moment, number, share, t} from "../i18n.js";
import {to} from "../route.js";

/** What the reader can do about an error; the errors are those of the server. */
const HELP = [
    [/has no channel @/, "name"], [/knows the channel with this id/, "private"], [/not signed in|no account|has no session/, "account"],
];

export function nameOf(channel) {
    return channel.title || (channel.username ? `@${channel.username}` : t("channel.id", {id: String(channel.tg_channel_id)}));
}

/** Whether its state will change soon. */
export function isMoving({live}) {
    return live && (["finding", "history", "waiting"].includes(live.state) || live.job_id !== null);
}

/**
 * @param {object | null} accounts null for a reader
 * @param {{pause: Function, resume: Function, remove: Function} | null} actions null for a reader
 */
export function channel(channel, accounts, actions) {
    const {live} = channel;
    const state = live ? live.state : "not_live";
    const title = `channel-${channel.id}`;
    return el("li", {class: `channel panel ${state}`, "data-key": channel.id},
        el("article", {"aria-labelledby": title},
            el("p", {class: "job-title"},
                el("strong", {id: title}, el("a", {href: to({channel: channel.id}), "data-focus": "posts"}, nameOf(channel))),
                el("span", {class: `badge ${state}`}, t(`channel.state.${state}`))),
            el("p", {class: "meta"},
                channel.username && external(`https://t.me/${channel.username}`, channel.title ? `@${channel.username}` : t("post.telegram")),
                channel.source && el("span", {}, t(`channel.source.${channel.source}`)),
                live?.account && el("span", {}, t("channel.account", {name: live.account})),
                live?.job_id && state !== "paused" && el("span", {}, t("channel.reading"))),
            live && progress(live),
            live && trouble(live),
            !live && el("p", {class: "muted"}, t(notLive(channel, accounts))),
            live && facts(live),
            actions && buttons(channel, actions)));
}

function notLive(channel, accounts) {
    if (accounts && !accounts.items.some(account => account.state === "ready")) {
        return "channel.not_live.account";
    }
    return channel.last_parsed_at ? "channel.not_live.export" : "channel.not_live.soon";
}

/** How far back the history is read. */
function progress(live) {
    if (live.history_done_at || !["history", "waiting", "paused"].includes(live.state)) {
        return null;
    }
    const end = Date.parse(live.history_from);
    const reached = live.history_read_to ? Date.parse(live.history_read_to) : null;
    const part = reached === null ? null : Math.min(1, Math.max(0, (Date.now() - reached) / (Date.now() - end)));
    return el("div", {class: "progress"},
        el("progress", {max: "100", value: part === null ? null : Math.round(part * 100), "aria-label": t("channel.history")}),
        el("span", {}, reached === null
            ? t("channel.history.begin", {from: date(end)})
            : t("channel.history.reached", {share: share(part), to: moment(reached), from: date(end)})));
}

function trouble(live) {
    if (live.state === "waiting" && live.flood_until) {
        return el("p", {class: "warning"}, t("channel.waiting", {time: moment(live.flood_until)}));
    }
    const known = live.error && HELP.find(([pattern]) => pattern.test(live.error));
    return live.error && el("div", {class: "warning"},
        el("p", {}, t(`channel.error.${known ? known[1] : "other"}`),
            live.retry_at && Date.parse(live.retry_at) > Date.now() ? ` ${t("channel.retry", {time: moment(live.retry_at)})}` : null),
        el("p", {class: "muted", lang: "en"}, live.error));
}

function facts(live) {
    const rows = [
        ["channel.last_post", live.last_post_at && moment(live.last_post_at)],
        ["channel.last_update", live.last_update_at && moment(live.last_update_at)],
        ["channel.last_read", live.last_read_at && moment(live.last_read_at)],
        ["channel.messages", live.messages_read > 0 && number(live.messages_read)],
    ].filter(([, value]) => value);
    return rows.length > 0 && el("dl", {class: "facts"}, rows.map(([name, value]) => [el("dt", {}, t(name)), el("dd", {}, value)]));
}

function buttons(channel, actions) {
    const name = nameOf(channel);
    const button = (action, attributes = {}) => el("button", {
        type: "button", "data-focus": action === "resume" ? "pause" : action, "aria-label": t(`channel.${action}.of`, {name}),
        onclick: () => actions[action](channel), ...attributes,
    }, t(`channel.${action}`));
    return el("div", {class: "buttons"},
        channel.live && button(channel.live.state === "paused" ? "resume" : "pause"),
        button("remove"));
}

// @ts-check
/** The lists of the operators' page. */
import {confirmed} from "../confirm.js";
import {el} from "../dom.js";
import {clock, dateTime, named, number, size, t} from "../i18n.js";
import {to} from "../route.js";

/** @param {(stream: any) => number | null} rate entries each second since the last look; null before the second one */
export function streamList(streams, rate, api, act) {
    return section("streams", el("ul", {class: "streams"}, streams.map(stream => el("li", {},
        el("div", {class: "stream-title"},
            el("h3", {}, el("a", {href: to({view: "admin", stream: stream.stream}), "data-focus": `stream ${stream.stream}`}, stream.stream)),
            el("span", {class: "muted"}, t("admin.length", {count: stream.length}),
                rate(stream) !== null && ` · ${t("admin.rate", {rate: number(rate(stream))})}`),
            stream.dead_letters > 0
                ? el("a", {class: "button dead", href: to({view: "admin", stream: stream.stream}), "data-focus": `dead ${stream.stream}`},
                    t("admin.dead", {count: stream.dead_letters}))
                : el("span", {class: "muted"}, t("admin.dead.none"))),
        stream.groups.length > 0 && el("ul", {class: "groups"}, stream.groups.map(one => group(stream, one, api, act)))))));
}

function group(stream, one, api, act) {
    const claim = () => act(() => api.post(`${path(stream.stream)}/groups/${encodeURIComponent(one.group)}/claim`),
        ({affected}) => t("admin.claimed", {count: affected}));
    return el("li", {},
        el("span", {class: "name"}, one.stage ? named("work", one.stage) : one.group, el("small", {class: "muted"}, ` ${one.group}`)),
        one.paused_because && el("span", {class: "badge retrying"}, t("admin.paused")),
        el("span", {}, t("admin.lag", {count: one.lag})),
        el("span", {}, t("admin.pending", {count: one.pending})),
        one.pending > 0 && el("span", {class: "muted"}, t("admin.oldest", {seconds: one.oldest_pending_seconds})),
        one.pending > 0 && el("button", {type: "button", onclick: claim, "data-focus": `claim ${stream.stream} ${one.group}`}, t("admin.claim")));
}

export function stageList(stages, api, act) {
    return section("stages", el("ul", {class: "rows"}, stages.map(stage => {
        const isPaused = Boolean(stage.paused_because);
        const name = named("work", stage.stage);
        const pause = async () => await confirmed(t("admin.pause.sure", {name}), t("admin.pause.help"), t("admin.pause"))
            ? api.post(`admin/stages/${encodeURIComponent(stage.stage)}/pause`, {}) : null;
        const resume = () => api.post(`admin/stages/${encodeURIComponent(stage.stage)}/resume`);
        return el("li", {},
            el("span", {class: "name"}, name, isPaused && el("small", {class: "warning"}, stage.paused_because)),
            el("button", {type: "button", "data-focus": `stage ${stage.stage}`, "aria-label": t(isPaused ? "admin.resume.of" : "admin.pause.of", {name}),
                onclick: () => act(isPaused ? resume : pause, () => t(isPaused ? "admin.resumed.of" : "admin.paused.of", {name}))},
            t(isPaused ? "admin.resume" : "admin.pause")));
    })));
}

export function providerList(providers) {
    return section("providers", providers.length === 0 ? el("p", {class: "muted"}, t("admin.none")) : el("ul", {class: "rows"}, providers.map(one =>
        el("li", {},
            el("span", {class: "name"}, named("provider", one.name),
                one.resting_until && el("small", {class: "warning"}, t("admin.resting", {time: clock(one.resting_until)}), " ", el("span", {lang: "en"}, one.resting_reason))),
            one.breaker && el("span", {class: `badge ${one.breaker === "closed" ? "done" : "failed"}`}, t(`admin.breaker.${one.breaker}`)),
            el("span", {class: "muted"}, t("admin.today", {calls: one.calls_today, tokens: one.tokens_today}), " · ",
                one.daily_cap === undefined ? t("admin.units", {units: one.units_today}) : t("admin.units.of", {units: one.units_today, cap: one.daily_cap}))))));
}

export function jobList(jobs, api, act) {
    const run = name => () => api.post(`admin/jobs/${encodeURIComponent(name)}/run`);
    return section("jobs", jobs.length === 0 ? el("p", {class: "muted"}, t("admin.none")) : el("ul", {class: "rows"}, jobs.map(job =>
        el("li", {},
            el("span", {class: "name"}, el("code", {}, job.name), job.last_error && el("small", {class: "warning", lang: "en"}, job.last_error)),
            job.last_outcome && el("span", {class: `badge ${job.last_outcome === "success" ? "done" : "failed"}`}, t(`admin.job.${job.last_outcome}`)),
            el("span", {class: "muted"}, job.last_ended_at ? t("admin.job.ended", {time: clock(job.last_ended_at)}) : t("admin.job.never"),
                job.next_run_at && ` · ${t("admin.job.next", {time: clock(job.next_run_at)})}`),
            el("button", {type: "button", "data-focus": `job ${job.name}`, "aria-label": t("admin.job.run.of", {name: job.name}),
                onclick: () => act(run(job.name), () => t("admin.job.ran", {name: job.name}))}, t("admin.job.run"))))));
}

export function backupList(backups, api, act) {
    const start = () => act(() => api.post("admin/backups"), ({file}) => t("admin.backup.begun", {file}));
    return section("backups",
        el("button", {type: "button", onclick: start, "data-focus": "backup", disabled: backups.some(one => one.status === "running")}, t("admin.backup")),
        backups.length > 0 && el("ul", {class: "rows"}, backups.map(one => el("li", {},
            el("span", {class: "name"}, el("code", {}, one.file), one.problem && el("small", {class: "warning", lang: "en"}, one.problem)),
            el("span", {class: `badge ${one.status === "running" ? "retrying" : one.status}`}, t(`admin.backup.${one.status}`)),
            el("span", {class: "muted"}, one.size_bytes !== null && `${size(one.size_bytes)} · `, one.ended_at && dateTime(one.ended_at))))));
}

export function auditList(entries) {
    return section("audit", entries.length === 0 ? el("p", {class: "muted"}, t("admin.none")) : el("ul", {class: "rows audit"}, entries.map(one =>
        el("li", {},
            el("span", {class: "name"}, el("code", {}, one.operation), " ",
                el("small", {class: "muted"}, Object.entries(one.arguments).filter(([, value]) => value !== "").map(([name, value]) => `${name}=${value}`).join(" "))),
            el("span", {class: `badge ${one.outcome === "done" ? "done" : "failed"}`}, t(`admin.outcome.${one.outcome}`)),
            el("span", {class: "muted"}, `${clock(one.started_at)} · ${one.operator} (${one.via})`),
            one.detail && el("small", {class: "muted", lang: "en"}, one.detail)))));
}

export function section(name, ...children) {
    return el("section", {class: "panel", "aria-labelledby": `admin-${name}`}, el("h2", {id: `admin-${name}`}, t(`admin.${name}`)), children);
}

export function path(stream) {
    return `admin/streams/${encodeURIComponent(stream)}`;
}

export function counted(count) {
    return el("strong", {}, number(count));
}

// @ts-check
/** What became of a post in each stage, as a list to read; what only engineers ask for is folded. */
import {el, icon} from "../dom.js";
import {clock, duration, named, t} from "../i18n.js";

/** Stages in which somebody is asked who could be another one. */
const ASKED = new Set(["tagging", "retagging", "vision", "crawl"]);
const SIGNS = {done: "done", skipped: "skipped", retrying: "retrying"};

export function timeline(stages) {
    return el("section", {class: "panel timeline", "aria-labelledby": "timeline-title"},
        el("h2", {id: "timeline-title"}, t("timeline")),
        stages.length === 0 ? el("p", {class: "muted"}, t("timeline.none")) : el("ol", {}, stages.map(entry)));
}

function entry(stage) {
    const outcome = stage.outcome === "done" ? null : t(`outcome.${stage.outcome}`);
    const reason = stage.reason && named("reason", stage.reason);
    return el("li", {class: stage.outcome},
        el("span", {class: "sign"}, icon(SIGNS[stage.outcome] ?? "failed")),
        el("div", {},
            el("p", {}, el("strong", {}, named("stage", stage.stage)),
                el("span", {class: "hidden"}, stage.outcome === "done" ? ` ${t("outcome.done")}` : "")),
            el("p", {class: "muted"},
                [outcome, reason, ASKED.has(stage.stage) && stage.provider && named("provider", stage.provider), stage.duration_ms > 0 && duration(stage.duration_ms)]
                    .filter(Boolean).join(" · ")),
            el("details", {}, el("summary", {}, el("time", {datetime: stage.started_at}, clock(stage.started_at))), technical(stage))));
}

function technical(stage) {
    const rows = {
        stage: stage.stage, outcome: stage.outcome, reason: stage.reason, provider: stage.provider, model: stage.model,
        duration_ms: duration(stage.duration_ms), trigger: stage.trigger, delivery: stage.delivery, entry_id: stage.entry_id,
        content_version: stage.content_version, trace_id: stage.trace_id,
    };
    return el("dl", {class: "technical"}, Object.entries(rows).filter(([, value]) => value !== null).map(([name, value]) =>
        [el("dt", {}, named("technical", name)), el("dd", {}, String(value))]));
}

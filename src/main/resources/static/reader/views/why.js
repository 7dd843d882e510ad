// @ts-check
/** Why a post has the tags it has, in plain words. */
import {el} from "../dom.js";
import {dateTime, named, t} from "../i18n.js";
import {place} from "../text.js";

/**
 * @param {string[]} tags those that may be shown
 * @param {string} text of the post, what is hidden in it unreadable
 */
export function why(post, tags, text, stages) {
    const made = post.enrichments.tags;
    return el("section", {class: "panel why", "aria-labelledby": "why-title"},
        el("h2", {id: "why-title"}, t("why")),
        el("p", {}, summary(post, made)),
        made?.tags?.length > 0 && evidence(made.tags.filter(tag => tags.includes(tag)), text, post),
        facts(post, made, stages));
}

function summary(post, made) {
    const attempts = {count: post.tagging_attempts};
    switch (post.tagging_status) {
        case "success":
            return t("why.success", {
                who: named("provider", made?.provider ?? "none"), reason: t(`why.trigger.${made?.trigger ?? "initial"}`),
            });
        case "failed":
            return t("why.failed", attempts);
        case "retrying":
            return t("why.retrying", attempts);
        default:
            return t(`why.${post.tagging_status}`);
    }
}

/** A tag has to stand in what is known of the post; here is where. */
function evidence(tags, text, {attachment_text: attached, enrichments: {vision, ocr, crawl}}) {
    const sources = [
        ["text", text],
        ["attachment", attached ?? ""],
        ["picture", [vision?.description, vision?.ocr?.text ?? vision?.ocr, ocr?.text].filter(Boolean).join(" ")],
        ["page", (crawl?.urls ?? []).map(page => `${page.title ?? ""} ${page.markdown ?? ""}`).join(" ")],
    ];
    return el("dl", {class: "evidence"}, tags.map(tag => {
        const [source, quote] = sources.map(([name, words]) => [name, place(String(words), tag)]).find(([, found]) => found) ?? [];
        return el("div", {}, el("dt", {}, tag), el("dd", {}, quote
            ? [source !== "text" && `${t(`why.from.${source}`)} `, el("q", {}, quote)]
            : t("why.no.place")));
    }));
}

function facts(post, made, stages) {
    const last = stages.filter(stage => stage.stage === "tagging").at(-1);
    const rows = [
        ["why.provider", made && named("provider", made.provider)],
        ["why.model", made?.model],
        ["why.when", made && dateTime(made.occurred_at ?? made.updated_at)],
        ["why.trigger", made?.trigger && named("trigger", made.trigger)],
        ["why.attempts", post.tagging_attempts > 0 && String(post.tagging_attempts)],
        ["why.rejected", made?.metadata?.rejected_tags?.join(", ")],
        ["why.error", post.tagging_error ?? made?.error ?? (last?.outcome === "retrying" ? last.reason : null)],
    ].filter(([, value]) => value);
    return rows.length > 0 && el("dl", {class: "facts"}, rows.map(([name, value]) => [el("dt", {}, t(name)), el("dd", {}, value)]));
}

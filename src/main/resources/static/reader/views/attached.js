// @ts-check
/** What comes with the text of a post: where it is from, what it answers, a poll, files that are not there, what readers did. */
import {el, external, icon} from "../dom.js";
import {date, named, number, roughly, share, t} from "../i18n.js";
import {to} from "../route.js";

/** What stands for the text of a post that has none; a picture speaks for itself. */
export function wordless(post) {
    const file = post.media.find(({kind}) => kind && kind !== "photo");
    return post.attachment_text?.trim() || post.poll?.question?.trim() || (file ? file.name || named("media", file.kind) : "");
}

export function forwardedFrom({forwarded_from: from}) {
    if (!from) {
        return null;
    }
    // so Telegram Desktop writes it in each language
    const name = from.name === "Deleted Account" ? t("forwarded.deleted") : from.name || t("forwarded.unknown");
    return el("p", {class: "forwarded"}, icon("forwards"), el("span", {}, `${t("forwarded")} `, from.link ? external(from.link, name) : el("strong", {}, name),
        from.date && el("time", {datetime: from.date}, `, ${date(from.date)}`)));
}

/** @param {string} [channelUrl] the post's own address in Telegram, beside which the answered one is */
export function replyTo({reply_to: reply, telegram_post_url: own}) {
    if (!reply) {
        return null;
    }
    const words = [el("span", {class: "muted"}, t("reply")), el("span", {class: "reply-text"}, reply.snippet || t("reply.no.text"))];
    const here = reply.number ?? reply.post_id;
    if (here) {
        return el("a", {class: "reply", href: to({post: String(here)})}, words);
    }
    if (reply.other_chat) {
        return el("div", {class: "reply"}, el("span", {class: "muted"}, t("reply")),
            el("span", {class: "reply-text"}, reply.link ? external(reply.link, t("reply.other.chat")) : t("reply.other.chat")));
    }
    const there = own?.replace(/\/\d+$/, `/${reply.telegram_message_id}`);
    return el("div", {class: "reply"}, el("span", {class: "muted"}, t("reply")),
        el("span", {class: "reply-text"}, there ? external(there, t("reply.elsewhere")) : t("reply.not.here")));
}

export function poll({poll}) {
    if (!poll) {
        return null;
    }
    const votes = poll.options.reduce((sum, option) => sum + (option.voters ?? 0), 0);
    // in a poll with several answers one voter gives several votes
    const all = Math.max(poll.total_voters ?? 0, ...poll.options.map(option => option.voters ?? 0)) || votes;
    return el("section", {class: "poll", "aria-label": t("poll")},
        el("h2", {}, poll.question),
        el("p", {class: "muted"}, t(poll.closed ? "poll.closed" : "poll.open")),
        el("ul", {}, poll.options.map(option => {
            const part = all > 0 ? (option.voters ?? 0) / all : 0;
            const bar = el("span", {class: "bar", "aria-hidden": "true"}, el("span", {}));
            bar.firstChild.style.width = `${Math.min(100, Math.round(part * 100))}%`;
            return el("li", {class: option.chosen ? "chosen" : null},
                el("span", {class: "share"}, share(part)),
                el("span", {class: "option"}, option.text, option.chosen && [icon("done"), el("span", {class: "hidden"}, ` ${t("poll.chosen")}`)]),
                el("span", {class: "votes muted"}, t("poll.votes", {count: option.voters ?? 0})), bar);
        })),
        el("p", {class: "muted"}, t("poll.voters", {count: poll.total_voters ?? votes})));
}

/** What attachments say, without what is shown of them otherwise. */
export function attachmentText(post) {
    const shown = new Set([post.poll?.question, ...(post.poll?.options ?? []).map(option => option.text), ...post.media.map(file => file.name)]
        .filter(Boolean).map(text => text.trim()));
    const lines = (post.attachment_text ?? "").split("\n").filter(line => line.trim() && !shown.has(line.trim()));
    return lines.length > 0 && el("ul", {class: "attachment", "aria-label": t("attachment")}, lines.map(line => el("li", {}, line)));
}

/** Kinds and reasons of files that the post has in Telegram but not here, in a sentence each. */
export function missingWords(files) {
    const sentences = files.map(file => {
        const what = named("media", file.kind ?? "file");
        return t("missing", {what: file.name && file.kind !== "photo" ? t("missing.named", {what, name: file.name}) : what, why: missingReason(file.missing)});
    });
    return [...new Set(sentences)].join(" · ");
}

/** The reasons of Telegram Desktop, which leaves the file out of the export, and of the import; others as they are. */
const REASONS = [
    [/not included/i, "excluded"], [/exceeds maximum size|bytes, more than/i, "large"], [/unavailable/i, "unavailable"],
    [/not in the export/i, "absent"], [/is empty/i, "empty"], [/is not taken/i, "type"], [/does not export/i, "paid"], [/^lost$/, "lost"], [/^quota_exceeded/, "quota"],
];

function missingReason(reason) {
    const known = REASONS.find(([pattern]) => pattern.test(reason));
    return known ? t(`missing.${known[1]}`) : reason;
}

export function missingFiles(files) {
    return files.length > 0 && el("ul", {class: "missing-files"}, files.map(file =>
        el("li", {class: "missing"}, missingIcon(file), missingWords([file]))));
}

export function missingIcon({kind}) {
    return icon(/video|animation|round/.test(kind ?? "") ? "video" : /photo|sticker/.test(kind ?? "") ? "picture" : "file");
}

export function reactions({reactions}) {
    return reactions?.length > 0 && el("ul", {class: "reactions", "aria-label": t("reactions")}, reactions.map(({type, emoji, count}) =>
        el("li", {}, type === "paid" ? el("span", {title: t("reactions.paid")}, "⭐")
            : emoji ? el("span", {}, emoji) : el("span", {class: "custom", title: t("reactions.custom")}, icon("custom"), el("span", {class: "hidden"}, t("reactions.custom"))),
        " ", el("span", {class: "count"}, roughly(count)))));
}

/** Views, forwards and replies. */
export function counters(post) {
    const counts = ["views", "forwards", "replies"].filter(name => post[`${name}_count`] > 0);
    return counts.length > 0 && el("ul", {class: "counters"}, counts.map(name => {
        const count = post[`${name}_count`];
        return el("li", {title: t(`post.${name}`, {count})}, icon(name), el("span", {class: "hidden"}, t(`post.${name}`, {count})),
            el("span", {"aria-hidden": "true"}, count < 10_000 ? number(count) : roughly(count)));
    }));
}

// @ts-check
/** The links of a post: what the pages are, whether they were read, and the way to the kept copies. */
import {el, external, icon} from "../dom.js";
import {date, languageName, named, t} from "../i18n.js";
import {to} from "../route.js";
import {failure} from "./problem.js";

const SIGNS = {fetched: "done", queued: "retrying", skipped: "skipped"};
/** Milliseconds until a request is looked at again, and how often. */
const PAUSE = 1500;
const LOOKS = 40;

/**
 * @param {any} post
 * @param {import("../api.js").Api} api
 * @param {AbortSignal} signal ends when the view is left
 */
export function links(post, api, signal) {
    if (!post.links?.length) {
        return null;
    }
    const isRequested = post.links.some(link => link.requested);
    const status = el("div", {class: "muted", role: "status"}, isRequested && t("links.requested"));
    const button = el("button", {type: "button", disabled: isRequested, onclick: () => ask()}, icon("refresh"), t("links.refetch"));
    const section = el("section", {class: "links", "aria-labelledby": "links-title"},
        el("h2", {id: "links-title"}, t("links", {count: post.links.length})),
        el("ul", {}, post.links.map(link => entry(post, link))),
        el("div", {class: "again"}, button, status));
    const show = found => section.replaceWith(links(found, api, signal) ?? "");
    const ask = async () => {
        button.disabled = true;
        try {
            await api.post(`posts/${post.id}/refetch_links`);
            status.replaceChildren(t("links.requested"));
            await settled(post, api, signal, show);
        } catch (error) {
            if (!signal.aborted) {
                button.disabled = false;
                status.replaceChildren(failure(error, ask));
            }
        }
    };
    if (isRequested) {
        settled(post, api, signal, show).catch(() => {
            // the reader asks again
        });
    }
    return section;
}

/** Polls until the request is processed, and shows the result. */
async function settled(post, api, signal, show) {
    for (let look = 0; look < LOOKS && !signal.aborted; look++) {
        await new Promise(resolve => setTimeout(resolve, PAUSE));
        const found = await api.json(`posts/${post.id}`, {}, signal);
        if (!found.links.some(link => link.requested)) {
            show(found);
            return;
        }
    }
}

function entry(post, link) {
    const facts = [link.site || (link.title && host(link.url)), link.author, link.published_at && date(link.published_at),
        link.language && languageName(link.language), link.word_count > 0 && t("crawl.words", {count: link.word_count})].filter(Boolean);
    return el("li", {class: `link ${link.state}`},
        el("h3", {}, external(link.url, link.title || shortened(link.url))),
        facts.length > 0 && el("p", {class: "meta"}, facts.map(fact => el("span", {}, fact))),
        link.excerpt && el("p", {class: "excerpt", lang: link.language}, link.excerpt),
        el("p", {class: "state"}, icon(SIGNS[link.state] ?? "failed"), el("span", {}, state(link)),
            link.post_id ? [" ", el("a", {class: "read", href: to({post: link.post_id})},
                t("links.post"), el("span", {class: "hidden"}, `: ${link.title || link.url}`))]
            : link.has_article && [" ", el("a", {class: "read", href: to({post: String(post.number), link: String(link.n)})},
                t("links.read"), el("span", {class: "hidden"}, `: ${link.title || link.url}`))]));
}

/** What became of a link, in words. */
export function state(link) {
    if (link.post_id) {
        return t("link.post");
    }
    const copy = link.has_article && link.fetched_at ? t("link.copy", {date: date(link.fetched_at)}) : "";
    const reason = link.reason ? why(link) : "";
    const words = {
        fetched: copy || t("link.fetched"),
        queued: t("link.queued"),
        skipped: reason ? t("link.skipped", {reason}) : t("link.unread"),
        failed: t("link.failed", {reason}),
        dead: t("link.dead"),
    }[link.state] ?? link.state;
    return link.state === "fetched" || !copy ? words : `${words}. ${copy}`;
}

function why({state, reason}) {
    if (state === "skipped") {
        return named("reason", reason);
    }
    const [, status] = /^http_(\d{3})$/.exec(reason) ?? [];
    return status ? t("page.http", {status}) : named("page", reason);
}

function host(url) {
    try {
        return new URL(url).host;
    } catch {
        return url;
    }
}

function shortened(url) {
    return url.replace(/^https?:\/\//, "");
}

/** The facts of a link above its article. */
export function facts(link) {
    return el("p", {class: "meta"},
        el("span", {}, link.site || host(link.url)),
        link.author && el("span", {}, link.author),
        link.published_at && el("time", {datetime: link.published_at}, date(link.published_at)),
        link.word_count > 0 && el("span", {}, t("crawl.words", {count: link.word_count})),
        external(link.final_url || link.url, t("article.original"), icon("out")));
}

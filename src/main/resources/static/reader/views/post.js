// @ts-check
/** One post with all that is known of it. */
import {el, external, icon} from "../dom.js";
import {dateTime, t} from "../i18n.js";
import {Pictures} from "../pictures.js";
import {cameFromList, to} from "../route.js";
import {linked, parts} from "../text.js";
import {tagList} from "./card.js";
import {findings} from "./findings.js";
import {gallery} from "./gallery.js";
import {failure} from "./problem.js";
import {timeline} from "./timeline.js";
import {why} from "./why.js";

export class PostView {
    #page;
    #pictures;
    #calls = new AbortController();

    constructor(page) {
        this.#page = page;
        this.#pictures = new Pictures(page.api);
        this.node = el("div", {class: "post-view"}, el("p", {class: "loading", role: "status"}, t("loading")));
    }

    async show(asked) {
        const signal = this.#calls.signal;
        try {
            const post = await this.#page.api.json(`posts/${encodeURIComponent(asked.post)}`, {}, signal);
            const [stages, album, channels] = await Promise.all([
                this.#page.api.json(`posts/${post.id}/timeline`, {}, signal),
                post.album_id ? this.#page.api.json(`albums/${post.album_id}`, {}, signal) : null,
                this.#page.api.json(`users/${this.#page.user.id}/channels`, {limit: 100}, signal),
            ]);
            const channel = channels.items.find(item => item.id === post.channel_id);
            this.#draw(post, album, stages.items, channel);
        } catch (error) {
            if (!signal.aborted) {
                this.node.replaceChildren(
                    back(), el("h1", {}, t("post.untitled", {number: asked.post})), failure(error, () => this.show(asked)));
                this.#page.title(t("post.untitled", {number: asked.post}));
            }
        }
    }

    leave() {
        this.#calls.abort();
        this.#pictures.release();
    }

    #draw(post, album, stages, channel) {
        const text = post.content.trim() || album?.caption_text || "";
        const {title, body} = parts(text);
        this.#page.title(title || t("post.untitled", {number: post.number}));
        this.node.replaceChildren(
            back(),
            el("div", {class: "columns"},
                el("article", {class: "reading"},
                    el("header", {},
                        el("h1", {class: title ? "" : "untitled"}, title || t("post.untitled", {number: post.number})),
                        meta(post, channel)),
                    body && el("div", {class: "text"}, linked(body)),
                    !text && el("p", {class: "muted"}, t("post.no.text")),
                    tagList(post.tags),
                    gallery(post, album, this.#pictures)),
                el("aside", {class: "about", "aria-label": t("post.about")},
                    why(post, text, stages),
                    ...findings(post.enrichments, album)),
                timeline(stages)));
    }
}

function back() {
    return el("a", {class: "back", href: to(), onclick: event => {
        // to the list as it was, where the reader came from one
        if (cameFromList()) {
            event.preventDefault();
            history.back();
        }
    }}, icon("back"), t("post.back"));
}

function meta(post, channel) {
    const name = channel?.title || channel?.username;
    return el("p", {class: "meta"},
        name && el("a", {href: to({channel: post.channel_id})}, name),
        el("time", {datetime: post.posted_at}, dateTime(post.posted_at)),
        post.edited_at && el("span", {}, t("post.edited.at", {time: dateTime(post.edited_at)})),
        post.telegram_post_url && external(post.telegram_post_url, t("post.telegram"), icon("out")));
}

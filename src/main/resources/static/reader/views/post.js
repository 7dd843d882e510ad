// @ts-check
/** One post with all that is known of it. */
import {el, external, icon} from "../dom.js";
import {dateTime, t} from "../i18n.js";
import {Pictures} from "../pictures.js";
import {entities, masked, openTags, rich, Spoilers} from "../rich.js";
import {cameFromList, to} from "../route.js";
import {parts} from "../text.js";
import {attachmentText, counters, forwardedFrom, poll, reactions, replyTo, wordless} from "./attached.js";
import {isEdited, tagList} from "./card.js";
import {findings} from "./findings.js";
import {gallery, samePictures} from "./gallery.js";
import {links} from "./links.js";
import {failure} from "./problem.js";
import {related} from "./related.js";
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
            const [stages, album, channels, near] = await Promise.all([
                this.#page.api.json(`posts/${post.id}/timeline`, {}, signal),
                post.album_id ? this.#page.api.json(`albums/${post.album_id}`, {}, signal) : null,
                this.#page.api.json(`users/${this.#page.user.id}/channels`, {limit: 100}, signal),
                // the post is worth showing without them
                this.#page.api.json(`posts/${post.id}/related`, {}, signal).catch(() => ({items: []})),
            ]);
            const speaker = await this.#speaker(post, album, signal);
            this.#draw(post, speaker, album, stages.items, channels.items, near.items);
            // counts for the reader's interests; a post of a channel that the reader has left does not
            this.#page.api.put(`users/${this.#page.user.id}/posts/${post.id}/opened`).catch(() => null);
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

    /** The post itself or, if it has no text, the one of its album that has. */
    async #speaker(post, album, signal) {
        if (post.content.trim() || !album?.caption_text?.trim()) {
            return post;
        }
        const others = album.members.map(member => member.post_id).filter(id => id !== post.id);
        const members = await Promise.all(others.map(id => this.#page.api.json(`posts/${id}`, {}, signal).catch(() => null)));
        return members.find(member => member?.content.trim()) ?? post;
    }

    #draw(post, speaker, album, stages, channels, near) {
        const channel = channels.find(item => item.id === post.channel_id);
        const isWritten = speaker.content.trim() !== "";
        const text = isWritten ? speaker.content : wordless(post);
        const list = isWritten ? speaker.entities : [];
        const untitled = t("post.untitled", {number: post.number});
        const hidden = masked(text, list);
        const told = spoilers => {
            const words = spoilers.isOpen ? text : hidden;
            const tags = spoilers.isOpen ? post.tags : openTags({tags: post.tags, text, entities: list});
            return [tagList(tags) || el("div"), why(post, tags, words, stages)];
        };
        const spoilers = new Spoilers(() => {
            const [newTags, newReasons] = told(spoilers);
            tags.replaceWith(newTags);
            reasons.replaceWith(newReasons);
        });
        const [tags, reasons] = told(spoilers);
        const blocks = entities(text, list).filter(({type}) => type === "pre" || type === "blockquote");
        // a poll is its own title
        const {title: [start, stop], body: [from, end]} = post.poll && !isWritten ? {title: [0, 0], body: [0, 0]} : parts(text, blocks);
        const hasTitle = start < stop;
        this.#page.title(hasTitle ? hidden.slice(start, stop) : untitled);
        this.node.replaceChildren(
            back(),
            el("div", {class: "columns"},
                el("article", {class: "reading"},
                    el("header", {},
                        el("h1", {class: hasTitle ? "" : "untitled"}, hasTitle ? rich(text, list, {from: start, to: stop, spoilers}) : untitled),
                        meta(post, channel)),
                    forwardedFrom(post),
                    replyTo(post),
                    post.quote && el("blockquote", {class: "reply-quote", "aria-label": t("reply.quote")}, post.quote),
                    from < end && el("div", {class: "text"}, rich(text, list, {from, to: end, spoilers})),
                    isWritten && attachmentText(post),
                    poll(post),
                    !text && !post.poll && post.media.length === 0 && !album && el("p", {class: "muted"}, t("post.no.text")),
                    gallery(post, album, this.#pictures),
                    samePictures(post, channels),
                    links(post, this.#page.api, this.#calls.signal),
                    el("div", {class: "response"}, reactions(post), counters(post)),
                    tags),
                el("aside", {class: "about", "aria-label": t("post.about")},
                    reasons,
                    related(near),
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
        post.author_name && post.author_name !== name && el("span", {}, post.author_name),
        post.topic && el("span", {}, t("post.topic", {topic: post.topic})),
        post.via_bot && el("span", {}, t("post.via", {bot: post.via_bot})),
        el("time", {datetime: post.posted_at}, dateTime(post.posted_at)),
        isEdited(post) && el("span", {}, post.edited_at ? t("post.edited.at", {time: dateTime(post.edited_at)}) : t("post.edited")),
        post.telegram_post_url && external(post.telegram_post_url, t("post.telegram"), icon("out")));
}

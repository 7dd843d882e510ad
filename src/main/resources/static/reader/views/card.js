// @ts-check
/** A post, an album or a hit in a list. */
import {el, icon} from "../dom.js";
import {date, dateTime, t} from "../i18n.js";
import {isPicture} from "../pictures.js";
import {to} from "../route.js";
import {headline, marked} from "../text.js";

const THUMBNAILS = 4;

/**
 * @param {{key: string, number: number, channel: string, time: string, edited?: boolean, status?: string, text: string, tags: string[],
 *   files: {post: string, sha256: string, mime_type: string | null}[]}} post
 */
export function card(post, filters, pictures) {
    const images = post.files.filter(file => isPicture(file.mime_type));
    const {title, body} = headline(post.text);
    const mark = text => filters.q ? marked(text, filters.q) : text;
    return el("li", {class: images.length ? "card with-pictures" : "card", "data-key": post.key},
        el("article", {},
            el("p", {class: "meta"},
                el("span", {}, post.channel),
                el("time", {datetime: post.time, title: dateTime(post.time)}, date(post.time)),
                post.edited && el("span", {}, t("post.edited")),
                images.length > 1 && el("span", {}, t("post.pictures", {count: images.length})),
                post.files.length > images.length && el("span", {}, t("post.files", {count: post.files.length - images.length})),
                post.status && post.status !== "success" && el("span", {class: `badge ${post.status}`}, t(`tagging.${post.status}`))),
            el("h2", {}, el("a", {href: to({post: String(post.number)})}, title ? mark(title) : t("post.untitled", {number: post.number}))),
            body && el("p", {class: "excerpt"}, mark(body)),
            tagList(post.tags, filters)),
        images.length > 0 && thumbnails(images, pictures));
}

/** The tags of a post; each leads to the posts that have it too. */
export function tagList(tags, filters = {}) {
    return tags.length > 0 && el("ul", {class: "tags", "aria-label": t("post.tags")}, tags.map(tag =>
        el("li", {}, el("a", {class: "tag", href: to({...filters, tag})}, tag))));
}

/** Part of the link of the card, so without words of their own. */
function thumbnails(images, pictures) {
    const shown = images.slice(0, THUMBNAILS);
    return el("div", {class: `thumbnails of-${shown.length}`, "aria-hidden": "true"}, shown.map((file, i) => {
        const more = i === THUMBNAILS - 1 && images.length > THUMBNAILS;
        const frame = el("div", {class: "thumbnail"},
            pictures.image(file, "", () => frame.replaceChildren(icon("picture"))),
            more && el("span", {}, `+${images.length - THUMBNAILS + 1}`));
        return frame;
    }));
}

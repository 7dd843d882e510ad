// @ts-check
/** A post, an album or a hit in a list. */
import {el, icon} from "../dom.js";
import {dateTime, moment, roughly, t} from "../i18n.js";
import {isPicture} from "../pictures.js";
import {openTags, rich} from "../rich.js";
import {to} from "../route.js";
import {headline, marked} from "../text.js";
import {missingIcon, missingWords, wordless} from "./attached.js";

const THUMBNAILS = 4;

/**
 * A post as the API gives it, as an entry of a list.
 *
 * @param {string} channel its name
 * @param {string} [snippet] the place in it that a search found
 * @param {string} [foundIn] what that is a part of: post, picture or link
 */
export function entry(post, channel, snippet = "", foundIn = "post") {
    const hasText = post.content.trim() !== "";
    return {
        key: String(post.album_id ? `album ${post.album_id}` : post.number),
        number: post.number,
        channel,
        time: post.posted_at,
        edited: isEdited(post),
        status: post.tagging_status,
        text: hasText ? post.content : wordless(post),
        entities: hasText ? post.entities : [],
        snippet,
        foundIn,
        tags: post.tags,
        views: post.views_count,
        files: post.media.map(file => ({...file, post: post.id})),
    };
}

export function isEdited(post) {
    return post.is_edited ?? post.edited_at !== null;
}

export function card(post, filters, pictures) {
    const images = post.files.filter(file => !file.missing && isPicture(file.mime_type));
    const missing = post.files.filter(file => file.missing);
    const {title: [start, stop], body: [from, end], isCut} = headline(post.text);
    const leaf = text => filters.q ? marked(text, filters.searched || filters.q) : text;
    const shown = (from, to) => rich(post.text, post.entities, {from, to, leaf});
    // where it begins later than the text there is something else to show than the beginning
    const isElsewhere = post.snippet.startsWith("…");
    return el("li", {class: images.length ? "card with-pictures" : "card", "data-key": post.key},
        el("article", {},
            el("p", {class: "meta"},
                el("span", {}, post.channel),
                el("time", {datetime: post.time, title: dateTime(post.time)}, moment(post.time)),
                post.edited && el("span", {}, t("post.edited")),
                images.length > 1 && el("span", {}, t("post.pictures", {count: images.length})),
                post.files.length > images.length + missing.length
                    && el("span", {}, t("post.files", {count: post.files.length - images.length - missing.length})),
                post.views > 0 && el("span", {class: "views", title: t("post.views", {count: post.views})},
                    icon("views"), el("span", {class: "hidden"}, t("post.views", {count: post.views})),
                    el("span", {"aria-hidden": "true"}, roughly(post.views))),
                post.status && post.status !== "success" && el("span", {class: `badge ${post.status}`}, t(`tagging.${post.status}`))),
            el("h2", {}, el("a", {href: to({post: String(post.number)})},
                start < stop ? [shown(start, stop), isCut && " …"] : t("post.untitled", {number: post.number}))),
            isElsewhere ? el("p", {class: "excerpt"},
                post.foundIn !== "post" && el("span", {class: "muted"}, t(`found.${post.foundIn}`), " "), leaf(post.snippet))
                : from < end && el("p", {class: "excerpt"}, isCut && "… ", shown(from, end)),
            missing.length > 0 && el("p", {class: "missing"}, missingIcon(missing[0]), missingWords(missing)),
            tagList(openTags(post), filters)),
        images.length > 0 && thumbnails(images, pictures));
}

/** The tags of a post; each leads to the posts that have it too. */
export function tagList(tags, {searched, ...filters} = {}) {
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

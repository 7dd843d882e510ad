// @ts-check
/** Posts on the subject of another one. */
import {el} from "../dom.js";
import {moment, t} from "../i18n.js";
import {masked, openTags} from "../rich.js";
import {to} from "../route.js";
import {headline} from "../text.js";
import {wordless} from "./attached.js";

const SHORTEST_TITLE = 3;

/** @param {{post: object, channel: string, shared_tags: string[]}[]} items */
export function related(items) {
    return items.length > 0 && el("section", {class: "related panel", "aria-labelledby": "related-title"},
        el("h2", {id: "related-title"}, t("related")),
        el("ul", {}, items.map(({post, channel, shared_tags: tags}) => {
            const text = post.content.trim() ? masked(post.content, post.entities) : wordless(post);
            const {title: [start, stop]} = headline(text);
            const open = openTags({tags, text: post.content, entities: post.entities});
            return el("li", {},
                el("a", {href: to({post: String(post.number)})},
                    stop - start < SHORTEST_TITLE ? t("post.untitled", {number: post.number}) : text.slice(start, stop)),
                el("p", {class: "meta"}, el("span", {}, channel), el("time", {datetime: post.posted_at}, moment(post.posted_at)),
                    open.length > 0 && el("span", {}, t("related.tags", {tags: open.join(", ")}))));
        })));
}

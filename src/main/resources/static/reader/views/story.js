// @ts-check
/** A story of a digest: its sentences, each with the posts that it comes from, and all posts that tell it. */
import {el, external, icon} from "../dom.js";
import {dateTime, moment, t} from "../i18n.js";
import {to} from "../route.js";

/** @param {Map<number, any>} sources by their numbers */
export function story(item, sources) {
    return el("li", {class: "story"},
        el("p", {class: "told"}, item.sentences.map(sentence => [
            el("span", {class: sentence.support === "none" ? "sentence unconfirmed" : "sentence"}, sentence.text,
                sentence.support === "none" && el("span", {class: "badge", title: t("ask.unconfirmed.help")}, t("ask.unconfirmed"))),
            sentence.citations.map(n => citation(n, sources)), " "])),
        el("ul", {class: "told-by"}, item.sources.filter(n => sources.has(n)).map(n => source(sources.get(n)))),
        item.interests.length > 0 && el("p", {class: "muted because"}, t("digest.because", {topics: item.interests.join(", ")})));
}

function citation(n, sources) {
    const cited = sources.get(n);
    return cited && el("a", {class: "cite", href: to({post: String(cited.number)}), "aria-label": t("ask.source", {n}), title: cited.channel}, String(n));
}

function source(post) {
    return el("li", {},
        el("span", {class: "n"}, String(post.n)),
        el("a", {href: to({post: String(post.number)})}, post.channel),
        el("time", {class: "muted", datetime: post.posted_at, title: dateTime(post.posted_at)}, moment(post.posted_at)),
        post.link && external(post.link, el("span", {class: "hidden"}, t("ask.telegram")), icon("out")));
}

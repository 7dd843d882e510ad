// @ts-check
/** The kept article of a link, to read without the site. */
import {el, icon} from "../dom.js";
import {t} from "../i18n.js";
import {markup} from "../markup.js";
import {Pictures} from "../pictures.js";
import {to} from "../route.js";
import {facts, state} from "./links.js";
import {failure} from "./problem.js";

export class ArticleView {
    #page;
    #pictures;
    #calls = new AbortController();

    constructor(page) {
        this.#page = page;
        this.#pictures = new Pictures(page.api);
        this.node = el("div", {class: "article-view"}, el("p", {class: "loading", role: "status"}, t("loading")));
    }

    async show(asked) {
        const signal = this.#calls.signal;
        const path = `posts/${encodeURIComponent(asked.post)}/links/${encodeURIComponent(asked.link)}`;
        try {
            this.#draw(await this.#page.api.json(`${path}/article`, {}, signal), path, asked);
        } catch (error) {
            if (!signal.aborted) {
                this.node.replaceChildren(back(asked), el("h1", {}, t("article")), failure(error, () => this.show(asked)));
                this.#page.title(t("article"));
            }
        }
    }

    leave() {
        this.#calls.abort();
        this.#pictures.release();
    }

    #draw(article, path, asked) {
        const title = article.title || article.url;
        const places = new Map();
        const place = (number, alt) => {
            const node = el("span", {class: "place"}, icon("picture"), el("span", {}, alt || t("article.picture", {number})));
            places.set(node, {number, alt});
            return node;
        };
        const body = el("div", {class: "article-text", lang: article.language}, markup(article.html, place));
        const load = el("button", {type: "button", onclick: () => {
            load.parentNode.remove();
            places.forEach(({number, alt}, node) => {
                const image = this.#pictures.image({path: `${path}/pictures/${number}`}, alt, () => image.replaceWith(missing(alt)));
                node.replaceWith(image);
            });
        }}, icon("picture"), t("article.load", {count: article.pictures.length}));
        this.#page.title(title);
        this.node.replaceChildren(
            back(asked),
            el("article", {class: "reading"},
                el("header", {}, el("h1", {lang: article.language}, title), facts(article)),
                el("p", {class: `copy ${article.state}`}, icon(article.state === "fetched" ? "done" : "failed"), el("span", {}, state(article))),
                article.pictures.length > 0 && el("div", {class: "load"}, load, el("p", {class: "muted"}, t("article.load.help"))),
                body));
    }
}

function missing(alt) {
    return el("span", {class: "place"}, icon("picture"), el("span", {}, [t("article.missing"), alt].filter(Boolean).join(": ")));
}

function back({post}) {
    return el("a", {class: "back", href: to({post})}, icon("back"), t("article.back"));
}

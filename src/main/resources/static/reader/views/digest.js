// @ts-check
/** The digests of the reader: the last one or the one of the address, earlier ones, trends, interests and the settings. */
import {el, icon} from "../dom.js";
import {dateTime, number, t} from "../i18n.js";
import {to} from "../route.js";
import {story} from "./story.js";
import {DigestSettings} from "./digest-settings.js";
import {interests, trends} from "./trends.js";
import {feeds, telegram} from "./digest-elsewhere.js";
import {failure} from "./problem.js";

const PAGE = 20;
/** Milliseconds between two looks at a digest that is being made. */
const PAUSE = 1500;

export class DigestView {
    #page;
    #calls = new AbortController();
    #digest = el("article", {class: "digest", "aria-live": "polite"});
    #earlier = el("ul", {class: "choices"});
    #more = el("button", {type: "button", hidden: true, onclick: () => this.#list()}, t("digest.more"));
    #generate = el("button", {type: "button", class: "primary", onclick: () => this.#make()}, t("digest.generate"));
    #since = /** @type {HTMLInputElement} */ (el("input", {type: "date"}));
    #said = el("p", {class: "muted", role: "status"});
    #cursor = null;
    #timer;

    constructor(page) {
        this.#page = page;
        this.node = el("div", {class: "digest-view"},
            el("header", {},
                el("h1", {tabindex: "-1"}, t("digest.title")),
                el("p", {class: "muted"}, t("digest.about")),
                el("div", {class: "line"}, this.#generate,
                    el("label", {class: "line"}, t("digest.since"), this.#since),
                    el("button", {type: "button", onclick: () => print()}, icon("file"), t("digest.print")), this.#said)),
            this.#digest,
            el("details", {class: "part"}, el("summary", {}, t("digest.earlier")), this.#earlier, this.#more),
            trends(page, this.#calls.signal),
            interests(page, this.#calls.signal),
            new DigestSettings(page, this.#calls.signal).node,
            telegram(page, this.#calls.signal),
            feeds(page, this.#calls.signal));
    }

    get #path() {
        return `users/${this.#page.user.id}`;
    }

    async show(asked) {
        this.#page.title(t("digest.title"));
        this.#earlier.replaceChildren();
        this.#cursor = null;
        await this.#list(asked.digest);
    }

    update(asked) {
        return this.show(asked);
    }

    leave() {
        this.#calls.abort();
        clearTimeout(this.#timer);
    }

    /** @param {string | null} [wanted] id of the digest to show; null for the newest that is ready */
    async #list(wanted) {
        try {
            const isFirst = this.#cursor === null;
            const {items, next_cursor: next} = await this.#page.api.json(`${this.#path}/digests`, {limit: PAGE, cursor: this.#cursor}, this.#calls.signal);
            this.#cursor = next;
            this.#more.hidden = !next;
            this.#earlier.append(...items.map(digest => el("li", {},
                el("a", {href: to({view: "digest", digest: String(digest.id)})},
                    el("time", {datetime: digest.created_at}, dateTime(digest.created_at))),
                el("span", {class: "muted"}, digest.stories === null ? t(`digest.status.${digest.status}`) : t("digest.stories", {count: digest.stories})))));
            if (isFirst) {
                const shown = wanted ?? items.find(digest => digest.status === "ready")?.id ?? items[0]?.id;
                await (shown ? this.#read(shown) : this.#nothing());
            }
        } catch (error) {
            if (!this.#calls.signal.aborted) {
                this.#digest.replaceChildren(failure(error, () => this.#list(wanted)));
            }
        }
    }

    #nothing() {
        this.#digest.replaceChildren(el("p", {}, t("digest.none")));
    }

    async #read(id) {
        const digest = await this.#page.api.json(`${this.#path}/digests/${encodeURIComponent(id)}`, {}, this.#calls.signal);
        this.#draw(digest);
        const isMade = digest.status === "ready" || digest.status === "failed";
        this.#said.textContent = isMade ? "" : t("digest.making");
        if (!isMade) {
            this.#timer = setTimeout(() => this.#again(id), PAUSE);
        }
    }

    async #again(id) {
        try {
            await this.#read(id);
        } catch (error) {
            if (!this.#calls.signal.aborted) {
                this.#digest.replaceChildren(failure(error, () => this.#again(id)));
            }
        }
    }

    /** The chosen day begins where the reader is. */
    #from() {
        return this.#since.value ? `?from=${new Date(`${this.#since.value}T00:00`).toISOString()}` : "";
    }

    async #make() {
        this.#generate.disabled = true;
        try {
            const {job_id: id} = await this.#page.api.post(`${this.#path}/digest/generate${this.#from()}`);
            clearTimeout(this.#timer);
            await this.#again(id);
        } catch (error) {
            this.#said.replaceChildren(failure(error, () => this.#make()));
        } finally {
            this.#generate.disabled = false;
        }
    }

    #draw(digest) {
        const sources = new Map(digest.sources.map(source => [source.n, source]));
        const isEmpty = digest.status === "ready" && digest.groups.length === 0;
        this.#digest.setAttribute("lang", digest.language ?? "");
        this.#digest.replaceChildren(...[
            el("p", {class: "meta"},
                el("time", {datetime: digest.posts_to}, t("digest.period", {from: dateTime(digest.posts_from), to: dateTime(digest.posts_to)})),
                digest.counts && el("span", {}, t("digest.counts", {posts: number(digest.counts.posts), stories: number(digest.counts.stories)})),
                digest.provider && el("span", {}, t("digest.by", {by: digest.model ?? t("ask.local")}))),
            digest.status === "failed" && el("p", {class: "error"}, t("digest.failed")),
            digest.delivery !== null && el("p", {class: "muted", title: digest.delivery.error ?? ""}, t(`digest.delivery.${digest.delivery.state}`)),
            isEmpty && el("p", {}, t("digest.empty")),
            digest.notes.length > 0 && el("ul", {class: "notes"}, digest.notes.map(note => el("li", {class: `note ${note}`}, t(`digest.note.${note}`)))),
            digest.groups.map(group => el("section", {class: "topic"},
                (group.topic || digest.groups.length > 1) && el("h2", {}, group.topic ?? t("digest.others")),
                el("ul", {class: "stories"}, group.items.map(item => story(item, sources))))),
            digest.advertisements.length > 0 && el("details", {class: "part"},
                el("summary", {}, t("digest.advertisements", {count: digest.advertisements.length})),
                el("ul", {}, digest.advertisements.map(left => el("li", {},
                    el("a", {href: to({post: String(left.number)})}, left.channel), ": ", left.explanation)))),
        ].flat().filter(Boolean));
    }
}

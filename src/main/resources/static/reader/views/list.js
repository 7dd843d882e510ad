// @ts-check
/** Posts, the newest first, or the hits of a search, with filters. */
import {el, icon} from "../dom.js";
import {t} from "../i18n.js";
import {Pictures} from "../pictures.js";
import {openTags} from "../rich.js";
import {to} from "../route.js";
import {card, entry} from "./card.js";
import {chips, dayAfter, dayStart, features, Filters, searchBox} from "./filters.js";
import {nothing} from "./nothing.js";
import {failure} from "./problem.js";
import {SavedSearches} from "./saved.js";
import {grouped} from "./grouped.js";

const PAGE = 20;
const REMEMBERED_LISTS = 5;

export class ListView {
    #page;
    #pictures;
    #filters;
    #search;
    #saved;
    #heading = el("h1", {tabindex: "-1"});
    #order = el("p", {class: "order"});
    #corrected = el("p", {class: "corrected", role: "status"});
    #said = el("p", {class: "muted said", role: "status"});
    #chips = el("div");
    #cards = el("ol", {class: "cards"});
    #more = el("div", {class: "more"});
    #asked;
    #address = "";
    #posts = [];
    #next = null;
    /** What was searched instead of the query; null if nothing was replaced. */
    #searched = null;
    #facets = null;
    #calls = new AbortController();

    constructor(page) {
        this.#page = page;
        this.#pictures = new Pictures(page.api);
        this.#filters = new Filters(page, filters => this.#choose(filters));
        this.#saved = new SavedSearches(page);
        this.#filters.node.append(this.#saved.node);
        this.#search = searchBox(q => this.#choose({...this.#asked.filters, q}));
        this.node = el("div", {class: "list-view"},
            this.#search,
            this.#filters.node,
            el("section", {class: "results", "aria-label": t("list.results")},
                el("header", {}, this.#heading, this.#order, this.#said),
                this.#corrected,
                this.#chips,
                this.#cards,
                this.#more));
    }

    /** @param {boolean} isBack what was there before is shown as it was */
    async show(asked, isBack) {
        this.#calls.abort();
        this.#calls = new AbortController();
        this.#asked = asked;
        this.#address = location.href;
        this.#search.elements.q.value = asked.filters.q;
        this.#saved.show(asked.filters.q);
        this.#heading.textContent = heading(asked.filters);
        this.#page.title(this.#heading.textContent);
        this.#order.replaceChildren(...asked.filters.q ? orders(asked.filters) : []);
        const chosen = this.#filters.show(asked.filters);
        const kept = isBack ? this.#page.lists.get(this.#address) : null;
        this.#empty();
        if (kept) {
            this.#found(kept.searched, kept.facets);
            this.#add(kept.posts, kept.next);
            scrollTo(0, kept.scroll);
        } else {
            this.#said.textContent = t("loading");
            await this.#load();
        }
        await chosen;
        if (this.#asked !== asked) {
            return;
        }
        this.#chips.replaceChildren(chips(asked.filters, this.#filters.channels));
    }

    update(asked, isBack) {
        this.#remember();
        if (!isBack) {
            scrollTo(0, 0);
            this.#heading.focus({preventScroll: true});
        }
        return this.show(asked, isBack);
    }

    leave() {
        this.#remember();
        this.#calls.abort();
        this.#pictures.release();
        this.#filters.leave();
        this.#saved.leave();
    }

    #choose(filters) {
        const typed = filters.q === this.#asked.filters.q ? filters.typed : "";
        this.#page.go(to(filters.q ? {...filters, status: "", typed} : {...filters, order: "", typed: ""}));
    }

    #empty() {
        this.#pictures.release();
        this.#pictures = new Pictures(this.#page.api);
        this.#posts = [];
        this.#next = null;
        this.#found(null, null);
        this.#cards.replaceChildren();
        this.#more.replaceChildren();
    }

    async #load() {
        const signal = this.#calls.signal;
        const {q, channel, tag, has, from, to: last, status, order, typed} = this.#asked.filters;
        const common = {
            channel_id: channel, tag, has: features(has), from: dayStart(from), to: dayAfter(last), limit: PAGE, cursor: this.#next,
        };
        const posts = `users/${this.#page.user.id}`;
        try {
            await this.#filters.ready;
            const answer = q
                ? await this.#page.api.json(
                    `${posts}/search`, {...common, q, order, as_typed: typed && "true", facets: this.#next ? null : "true"}, signal)
                : await this.#page.api.json(`${posts}/posts`, {...common, tagging_status: status}, signal);
            if (q && answer.facets) {
                this.#found(answer.corrected_query ?? null, answer.facets);
            }
            this.#add(
                q ? answer.items.map(hit => entry(hit.post, hit.channel, hit.snippet, hit.found_in))
                    : answer.posts.map(post => entry(post, this.#filters.channelName(post.channel_id))),
                answer.next_cursor);
        } catch (error) {
            if (!signal.aborted) {
                this.#said.textContent = "";
                this.#more.replaceChildren(failure(error, () => this.#load()));
            }
        }
    }

    /** The correction, counts and warnings of a search. */
    #found(searched, facets) {
        this.#searched = searched;
        this.#facets = facets;
        this.#corrected.replaceChildren(...searched ? corrected(this.#asked.filters, searched) : []);
        this.#filters.facets(facets);
    }

    /** Members of an album are one card, also when they come on different pages. */
    #add(posts, next) {
        // a hit may have moved to this page since the one before was read
        const known = new Set(this.#posts.map(post => post.number));
        this.#posts.push(...posts.filter(post => !known.has(post.number)));
        this.#next = next;
        const cards = grouped(this.#posts);
        cards.forEach((post, i) => {
            const old = this.#cards.children[i];
            if (!old || old.dataset.key !== post.key) {
                const made = card(post, {...this.#asked.filters, searched: this.#searched}, this.#pictures);
                old ? old.replaceWith(made) : this.#cards.append(made);
            }
        });
        this.#said.textContent = cards.length === 0 ? t("list.none")
            : t(next ? "list.count.more" : "list.count", {count: cards.length});
        this.#filters.found(this.#posts.map(openTags));
        this.#more.replaceChildren(...cards.length === 0
            ? [nothing(this.#asked.filters, this.#page)]
            : next ? [el("button", {type: "button", class: "primary", onclick: () => this.#loadMore()}, t("list.more"))] : []);
    }

    async #loadMore() {
        const known = this.#cards.children.length;
        this.#more.querySelector("button").disabled = true;
        await this.#load();
        this.#cards.children[known]?.querySelector("a")?.focus({preventScroll: true});
    }

    #remember() {
        const lists = this.#page.lists;
        lists.delete(this.#address);
        if (this.#posts.length > 0) {
            lists.set(this.#address, {
                posts: this.#posts, next: this.#next, searched: this.#searched, facets: this.#facets, scroll: scrollY,
            });
        }
        if (lists.size > REMEMBERED_LISTS) {
            lists.delete(lists.keys().next().value);
        }
    }
}

/** What was searched, and the way back to what was typed. */
function corrected(filters, searched) {
    return [
        el("span", {}, t("list.searched", {q: searched})), " ",
        el("a", {href: to({...filters, typed: "1"})}, t("list.typed", {q: filters.q})),
    ];
}

/** The best first, or the newest. */
function orders(filters) {
    return [["", "order.relevance"], ["date", "order.date"]].map(([order, text]) =>
        el("a", {href: to({...filters, order}), "aria-current": filters.order === order && "true"}, t(text)));
}

function heading({q, tag}) {
    if (q) {
        return t("list.found", {q});
    }
    return tag ? t("list.tagged", {tag}) : t("list.newest");
}

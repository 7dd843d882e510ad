// @ts-check
/** The search box, the filters beside the list, and those in force as chips. */
import {el, icon} from "../dom.js";
import {date, month, named, number, t} from "../i18n.js";
import {to} from "../route.js";
import {plain} from "../text.js";
import {help} from "./help.js";

/** What posts are filtered by besides text and tags; all that are chosen must hold. */
const FEATURES = ["photo", "video", "text-on-image"];
const NARROWING = ["channel", "tag", "has", "from", "to", "status"];
const STATUSES = ["pending", "success", "failed", "retrying", "skipped"];
const TAGS = 14;
const MONTHS = 12;
const TYPING_MILLIS = 250;
const MAX_CHANNELS = 500;

/** @param {(q: string) => void} search */
export function searchBox(search) {
    const submit = event => {
        event.preventDefault();
        search(event.target.elements.q.value.trim());
    };
    return el("form", {class: "search", role: "search", onsubmit: submit},
        icon("search"),
        el("input", {
            type: "search", name: "q", maxlength: "500", "aria-label": t("search.label"), placeholder: t("search.hint"),
            autocomplete: "off",
            // the cross in the field empties it without a submit
            onsearch: event => event.target.value === "" && search(""),
        }),
        el("button", {class: "primary"}, icon("search"), el("span", {}, t("search.do"))));
}

export class Filters {
    #page;
    #choose;
    #filters = {};
    #channelList = el("ul", {class: "choices"});
    #tagTitle = el("h2", {id: "tags-title"}, t("filters.tags"));
    #tagList = el("ul", {class: "tags"});
    #tagCount = el("p", {class: "hidden", role: "status"});
    #wide = matchMedia("(min-width: 62rem)");
    #summary = el("summary", {});
    #calls = new AbortController();
    #typing = 0;
    #beginning = "";
    #counted = "";
    #months = el("ul", {class: "choices"});
    #monthGroup = el("section", {class: "group", hidden: true, "aria-labelledby": "months-title"},
        el("h2", {id: "months-title"}, t("filters.months")), this.#months);
    /** @type {string[][]} tags of each of the posts that a search found and that are shown */
    #found = [];
    /** @type {{channels: object[], tags: object[], months: object[]} | null} what a search counted */
    #facets = null;

    /** @param {(filters: object) => void} choose */
    constructor(page, choose) {
        this.#page = page;
        this.#choose = choose;
        this.channels = new Map();
        this.has = FEATURES.map(name => el("input", {type: "checkbox", value: name, onchange: () => this.#chooseFeatures()}));
        this.from = this.#day("from");
        this.to = this.#day("to");
        this.status = el("select", {id: "status", onchange: () => this.#change({status: this.status.value})},
            el("option", {value: ""}, t("filters.any")),
            STATUSES.map(status => el("option", {value: status}, t(`tagging.${status}`))));
        this.statusGroup = el("div", {class: "group"}, el("label", {for: "status"}, t("filters.status")), this.status);
        this.node = el("details", {class: "filters", open: this.#wide.matches},
            this.#summary,
            el("section", {class: "group", "aria-labelledby": "channels-title"},
                el("h2", {id: "channels-title"}, t("filters.channels")), this.#channelList),
            el("section", {class: "group", "aria-labelledby": "tags-title"},
                this.#tagTitle,
                el("input", {
                    type: "search", "aria-label": t("filters.tag.find"), placeholder: t("filters.tag.find"), maxlength: "100",
                    autocomplete: "off", oninput: event => this.#type(event.target.value.trim()),
                }),
                this.#tagList, this.#tagCount),
            el("fieldset", {class: "group has"}, el("legend", {}, t("filters.has")),
                this.has.map(box => el("label", {}, box, t(`has.${box.value}`)))),
            el("fieldset", {class: "group days"}, el("legend", {}, t("filters.time")),
                el("label", {}, t("filters.from"), this.from), el("label", {}, t("filters.to"), this.to)),
            this.#monthGroup,
            this.statusGroup,
            help());
        this.#wide.addEventListener("change", this.#unfold);
        this.ready = this.#loadChannels();
    }

    channelName(id) {
        return this.channels.get(id) ?? "";
    }

    async show(filters) {
        this.#filters = filters;
        this.from.value = filters.from;
        this.to.value = filters.to;
        this.from.max = filters.to;
        this.to.min = filters.from;
        this.status.value = filters.status;
        // the search does not know it
        this.statusGroup.hidden = filters.q !== "";
        const chosen = features(filters.has);
        this.has.forEach(box => box.checked = chosen.includes(box.value));
        const count = NARROWING.filter(name => filters[name]).length;
        this.#summary.textContent = count ? t("filters.some", {count}) : t("filters");
        this.#tagTitle.textContent = t(filters.q ? "filters.tags.found" : count ? "filters.tags.chosen" : "filters.tags");
        const counted = JSON.stringify({...filters, order: ""});
        if (!filters.q && counted !== this.#counted) {
            this.#loadTags();
        }
        this.#counted = counted;
        this.#mark();
        await this.ready;
        this.#mark();
    }

    /** @param {string[][]} tags of each of the posts that are shown */
    found(tags) {
        this.#found = tags;
        if (this.#filters.q) {
            this.#loadTags();
        }
    }

    /** @param {object | null} facets counts of all hits; null outside a search */
    facets(facets) {
        this.#facets = facets;
        const months = facets?.months ?? [];
        this.#monthGroup.hidden = months.length < 2;
        this.#months.replaceChildren(...months.slice(-MONTHS).reverse().map(({month: its, count}) =>
            el("li", {}, el("a", {href: to({...this.#filters, from: `${its}-01`, to: lastDay(its)})},
                month(`${its}-15T12:00:00Z`), " ", countOf(count)))));
        this.#mark();
    }

    leave() {
        this.#calls.abort();
        this.#wide.removeEventListener("change", this.#unfold);
    }

    #unfold = () => {
        this.node.open = this.#wide.matches;
    };

    #change(part) {
        this.#choose({...this.#filters, ...part});
    }

    #chooseFeatures() {
        this.#change({has: this.has.filter(box => box.checked).map(box => box.value).join()});
    }

    #day(name) {
        return el("input", {type: "date", name, max: "9999-12-30", onchange: event => this.#change({[name]: event.target.value})});
    }

    async #loadChannels() {
        let cursor = null;
        do {
            const answer = await this.#page.api.json(`users/${this.#page.user.id}/channels`, {limit: 100, cursor}, this.#calls.signal);
            answer.items.forEach(item => this.channels.set(item.id, item.title || item.username || String(item.tg_channel_id ?? item.id)));
            cursor = answer.next_cursor;
        } while (cursor && this.channels.size < MAX_CHANNELS);
        this.#channelList.replaceChildren(...[["", t("filters.all")], ...this.channels].map(([id, name]) =>
            el("li", {}, el("a", {"data-channel": id}, name))));
    }

    #type(beginning) {
        clearTimeout(this.#typing);
        this.#beginning = beginning;
        this.#typing = setTimeout(() => this.#loadTags(), TYPING_MILLIS);
    }

    /**
     * The tags with the numbers of their posts, among those that the filters leave. In a search, those of the posts that are shown:
     * other tags may stand in a spoiler.
     */
    async #tags(q) {
        const {q: search, channel, tag, has, from, to: last, status} = this.#filters;
        if (search) {
            const counts = new Map((this.#facets?.tags ?? []).map(({tag: name, count}) => [plain(name), count]));
            return counted(this.#found, counts).filter(({tag: name}) => plain(name).startsWith(plain(q))).slice(0, TAGS);
        }
        const filters = {
            channel_id: channel, tag, has: features(has), from: dayStart(from), to: dayAfter(last), tagging_status: status,
        };
        return (await this.#page.api.json(`users/${this.#page.user.id}/tags`, {limit: TAGS, q, ...filters}, this.#calls.signal)).items;
    }

    async #loadTags() {
        const q = this.#beginning;
        const asked = this.#filters;
        try {
            const items = await this.#tags(q);
            if (asked !== this.#filters || q !== this.#beginning) {
                return;
            }
            this.#tagList.replaceChildren(...items.map(({tag, posts}) =>
                el("li", {}, el("a", {class: "tag", "data-tag": tag}, tag, " ",
                    countOf(posts)))));
            this.#tagCount.textContent = q ? t("filters.tag.found", {count: items.length}) : "";
            this.#mark();
        } catch {
            // the list beside it says what is wrong
        }
    }

    /** Each filter is a link to the list with it, or, if it is in force, without it. */
    #mark() {
        for (const link of this.#channelList.querySelectorAll("a")) {
            link.href = to({...this.#filters, channel: link.dataset.channel});
            const hits = this.#facets?.channels.find(channel => channel.channel_id === link.dataset.channel);
            link.querySelector(".count")?.remove();
            if (hits) {
                link.append(countOf(hits.count));
            }
            current(link, link.dataset.channel === this.#filters.channel);
        }
        for (const link of this.#tagList.querySelectorAll("a")) {
            const isOn = link.dataset.tag.toLowerCase() === this.#filters.tag?.toLowerCase();
            link.href = to({...this.#filters, tag: isOn ? "" : link.dataset.tag});
            current(link, isOn);
        }
    }
}

/**
 * @param {string[][]} posts the tags of each
 * @param {Map<string, number>} ofAll the posts with a tag among all hits, where they are known
 */
function counted(posts, ofAll) {
    const counts = new Map();
    for (const tag of posts.flat()) {
        const known = counts.get(plain(tag)) ?? {tag, posts: 0};
        counts.set(plain(tag), {tag: known.tag, posts: known.posts + 1});
    }
    return [...counts].map(([key, {tag, posts: shown}]) => ({tag, posts: Math.max(shown, ofAll.get(key) ?? 0)}))
        .sort((one, other) => other.posts - one.posts || one.tag.localeCompare(other.tag));
}

function countOf(posts) {
    return el("span", {class: "count"}, number(posts), el("span", {class: "hidden"}, ` ${t("filters.posts", {count: posts})}`));
}

/** The last day of a month such as 2026-02. */
function lastDay(name) {
    const [year, its] = name.split("-").map(Number);
    return `${name}-${new Date(Date.UTC(year, its, 0)).getUTCDate()}`;
}

/** Filters in force; each can be taken away. */
export function chips(filters, channels) {
    const chosenFeatures = features(filters.has);
    const texts = [
        ["q", filters.q && t("filters.query", {q: filters.q})],
        ["channel", filters.channel && (channels.get(filters.channel) ?? t("filters.channel.other"))],
        ["tag", filters.tag && `#${filters.tag}`],
        ...chosenFeatures.map(name => ["has", named("has", name), chosenFeatures.filter(other => other !== name).join()]),
        ["from", filters.from && t("filters.from.day", {day: date(dayStart(filters.from))})],
        ["to", filters.to && t("filters.to.day", {day: date(dayStart(filters.to))})],
        ["status", filters.status && named("tagging", filters.status)],
    ];
    const chosen = texts.filter(([, text]) => text);
    return chosen.length === 0 ? "" : el("ul", {class: "chips", "aria-label": t("filters.chosen")},
        chosen.map(([name, text, rest = ""]) => el("li", {}, el("a", {class: "chip", href: to({...filters, [name]: rest})},
            el("span", {class: "hidden"}, t("filters.remove")), " ", text, icon("close")))),
        chosen.length > 1 && el("li", {}, el("a", {class: "clear", href: to()}, t("filters.clear"))));
}

/** The features that the address names. */
export function features(has) {
    return has ? has.split(",") : [];
}

/** The beginning of a day where the reader is; null for what is no day. */
export function dayStart(day) {
    const time = new Date(`${day}T00:00`);
    return day && !Number.isNaN(time.getTime()) ? time.toISOString() : null;
}

/** The beginning of the next day: the last day of a period belongs to it. */
export function dayAfter(day) {
    const start = dayStart(day);
    if (start === null) {
        return null;
    }
    const time = new Date(start);
    time.setDate(time.getDate() + 1);
    return time.toISOString();
}

function current(link, isCurrent) {
    isCurrent ? link.setAttribute("aria-current", "true") : link.removeAttribute("aria-current");
}

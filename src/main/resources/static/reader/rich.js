// @ts-check
/**
 * Telegram's formatting as nodes. Offsets count UTF-16 units, as strings of JavaScript do. Whatever the entities say, each
 * character of the text is shown once.
 */
import {el, external} from "./dom.js";
import {t} from "./i18n.js";
import {to} from "./route.js";
import {linked, plain, stems} from "./text.js";

/** From the outermost to the innermost. Of one group only one is open at a time: no link in a link, no quote in a quote. */
const GROUPS = [
    ["blockquote"], ["pre", "code"], ["spoiler"],
    ["text_link", "url", "mention", "hashtag", "cashtag", "email", "phone_number"],
    ["text_mention", "bot_command", "bank_card"], ["bold"], ["italic"], ["underline"], ["strikethrough"],
];
const LEVEL = new Map(GROUPS.flatMap((types, level) => types.map(type => [type, level])));
const ELEMENTS = {bold: "strong", italic: "em", underline: "u", strikethrough: "s", code: "code"};
/** Telegram allows 100 in a message. */
const MAX_ENTITIES = 1000;
const VEIL = "▒";

/**
 * Those that can be shown, the outer before the inner. Entities outside the text are left out or cut to it, and none splits a
 * surrogate pair.
 *
 * @param {string} text
 * @param {any} list as the API gives it
 * @returns {{type: string, start: number, end: number, [key: string]: any}[]}
 */
export function entities(text, list) {
    return (Array.isArray(list) ? list : [])
        .slice(0, MAX_ENTITIES)
        .filter(entity => LEVEL.has(entity?.type) && Number.isInteger(entity.offset) && Number.isInteger(entity.length)
            && entity.offset >= 0 && entity.length > 0 && entity.offset < text.length)
        .map(entity => {
            const start = splitsPair(text, entity.offset) ? entity.offset - 1 : entity.offset;
            const last = Math.min(text.length, entity.offset + entity.length);
            return {...entity, start, end: splitsPair(text, last) ? last + 1 : last};
        })
        .sort((one, other) => LEVEL.get(one.type) - LEVEL.get(other.type) || one.start - other.start);
}

function splitsPair(text, place) {
    return /^[\uD800-\uDBFF][\uDC00-\uDFFF]/.test(text.slice(place - 1, place + 1)) && place > 0;
}

/**
 * A part of a text as nodes.
 *
 * @param {string} text
 * @param {any} list entities as the API gives them
 * @param {{from?: number, to?: number, spoilers?: Spoilers, leaf?: (text: string) => any}} [options] without spoilers that can
 *   be opened the text is made for a list: without links and blocks, spoilers stay closed; leaf makes nodes of plain text
 * @returns {any[]}
 */
export function rich(text, list, {from = 0, to: end = text.length, spoilers, leaf = text => text} = {}) {
    const known = entities(text, list);
    const isBlock = spoilers ? entity => entity.type === "blockquote" || entity.type === "pre" : () => false;
    const skipped = lineBreaks(text, known.filter(isBlock));
    const root = {entity: null, children: []};
    const open = [root];
    for (const [start, stop] of segments(known, from, end)) {
        const now = onePerGroup(known.filter(entity => entity.start <= start && entity.end >= stop));
        let same = 0;
        while (same < now.length && open[same + 1]?.entity === now[same]) {
            same++;
        }
        open.length = same + 1;
        for (const entity of now.slice(same)) {
            const node = {entity, children: []};
            open.at(-1)?.children.push(node);
            open.push(node);
        }
        open.at(-1)?.children.push(text.slice(skipped.has(start) ? start + 1 : start, skipped.has(stop - 1) ? stop - 1 : stop));
    }
    const mayLink = path => spoilers && !path.some(entity => LEVEL.get(entity.type) === LEVEL.get("url") || entity.type === "pre" || entity.type === "code");
    const nodes = (node, path) => node.children.map(child => typeof child === "string"
        ? mayLink(path) ? linked(child) : leaf(child)
        : made(child.entity, () => nodes(child, [...path, child.entity]), text, spoilers));
    return nodes(root, []);
}

function segments(known, from, end) {
    const cuts = [...new Set([from, end, ...known.flatMap(entity => [entity.start, entity.end])])]
        .filter(cut => cut >= from && cut <= end)
        .sort((one, other) => one - other);
    return cuts.slice(1).map((cut, i) => [cuts[i], cut]);
}

function onePerGroup(sorted) {
    return sorted.filter((entity, i) => i === 0 || LEVEL.get(sorted[i - 1].type) !== LEVEL.get(entity.type));
}

/** A block begins and ends a line by itself: the line breaks at its edges would show as empty lines. */
function lineBreaks(text, blocks) {
    return new Set(blocks.flatMap(({start, end}) => [start - 1, text[end - 1] === "\n" ? end - 1 : end])
        .filter(place => text[place] === "\n"));
}

/** @param {() => any[]} children made when they are shown, which for a spoiler is later */
function made(entity, children, text, spoilers) {
    const own = text.slice(entity.start, entity.end);
    switch (entity.type) {
        case "spoiler":
            return spoilers ? spoilers.node(own, children) : closed(own);
        case "blockquote":
            return spoilers ? quote(children(), entity.collapsed === true) : children();
        case "pre":
            return spoilers
                ? el("figure", {class: "code"}, entity.language && el("figcaption", {}, String(entity.language)),
                    el("pre", {tabindex: "0"}, el("code", {}, children())))
                : el("code", {}, children());
        case "text_link":
            return spoilers ? hiddenTarget(entity.url, children()) : children();
        case "url":
            return spoilers ? external(withScheme(own), children()) : children();
        case "mention":
            return spoilers && /^@\w+$/.test(own) ? external(`https://t.me/${own.slice(1)}`, children()) : children();
        case "email":
            return spoilers ? external(`mailto:${own}`, children()) : children();
        case "phone_number":
            return spoilers ? external(`tel:${own.replace(/[^+\d]/g, "")}`, children()) : children();
        case "hashtag":
        case "cashtag":
            return spoilers ? el("a", {href: to({q: own})}, children()) : children();
        case "text_mention":
        case "bot_command":
        case "bank_card":
            return el("span", {class: "mention"}, children());
        default:
            return el(ELEMENTS[entity.type], {}, children());
    }
}

export function withScheme(address) {
    return /^(?:[a-z][a-z0-9+.-]*:\/\/|mailto:|tel:)/i.test(address) ? inWeb(address) : `https://${address}`;
}

/** Links within Telegram's own programs have an address in the web too. */
function inWeb(address) {
    const [, name, post] = /^tg:\/\/resolve\/?\?domain=(\w+)(?:&post=(\d+))?$/i.exec(address) ?? [];
    return name ? `https://t.me/${[name, post].filter(Boolean).join("/")}` : address;
}

/** Where a link leads is shown before it is followed: its words may say something else. */
function hiddenTarget(address, children) {
    const link = external(withScheme(String(address ?? "")), children);
    if (link.href) {
        link.title = link.href;
        link.dataset.target = link.href;
    }
    return link;
}

function quote(children, isCollapsible) {
    if (!isCollapsible) {
        return el("blockquote", {}, children);
    }
    const text = el("div", {class: "folded"}, children);
    const button = el("button", {type: "button", class: "unfold", "aria-expanded": "false", onclick: () => fold(!text.classList.contains("folded"))}, t("quote.more"));
    const fold = isFolded => {
        text.classList.toggle("folded", isFolded);
        button.setAttribute("aria-expanded", String(!isFolded));
        button.textContent = t(isFolded ? "quote.more" : "quote.less");
    };
    // a link in the hidden part that gets the focus must be seen
    text.addEventListener("focusin", () => fold(false));
    new ResizeObserver(() => {
        button.hidden = text.classList.contains("folded") && text.scrollHeight <= text.clientHeight + 1;
    }).observe(text);
    return el("blockquote", {}, text, button);
}

function veil(text) {
    return text.replace(/\S/gu, VEIL);
}

function closed(text) {
    return el("span", {class: "spoiler"}, el("span", {class: "hidden"}, t("spoiler")), el("span", {"aria-hidden": "true"}, veil(text)));
}

/** The spoilers of one post: a click on one opens all of them, as in Telegram. Until then their words are not in the page. */
export class Spoilers {
    #closed = [];
    #opened;
    isOpen = false;

    /** @param {() => void} [opened] called once, after they were opened */
    constructor(opened = () => {}) {
        this.#opened = opened;
    }

    node(text, children) {
        const shown = () => el("span", {class: "spoiler open", tabindex: "-1"}, children());
        if (this.isOpen) {
            return shown();
        }
        const node = el("span", {
            class: "spoiler", role: "button", tabindex: "0", "aria-label": t("spoiler.show"), title: t("spoiler.show"),
            onclick: () => this.open(node),
            onkeydown: event => {
                if (event.key === "Enter" || event.key === " ") {
                    event.preventDefault();
                    this.open(node);
                }
            },
        }, el("span", {"aria-hidden": "true"}, veil(text)));
        this.#closed.push({node, shown});
        return node;
    }

    /** @param {any} [chosen] the one that gets the focus */
    open(chosen) {
        this.isOpen = true;
        for (const {node, shown} of this.#closed.splice(0)) {
            const text = shown();
            node.replaceWith(text);
            if (node === chosen) {
                text.focus({preventScroll: true});
            }
        }
        this.#opened();
    }
}

/** The text with its spoilers unreadable, of the same length. */
export function masked(text, list) {
    return entities(text, list).filter(({type}) => type === "spoiler").reduce((shown, {start, end}) =>
        shown.slice(0, start) + shown.slice(start, end).replace(/\S/g, VEIL) + shown.slice(end), text);
}

/** The tags without those whose words stand in spoilers only: a tag would tell what a spoiler hides. */
export function openTags({tags, text, entities: list}) {
    const shown = plain(masked(text, list));
    const all = plain(text);
    return shown === all ? tags : tags.filter(tag => {
        const words = stems(tag);
        const isIn = where => words.length > 0 ? words.every(word => where.includes(word)) : where.includes(plain(tag));
        return isIn(shown) || !isIn(all);
    });
}

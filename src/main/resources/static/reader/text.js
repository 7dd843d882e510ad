// @ts-check
/** Texts of posts: their title, their links, the words that were looked for. */

import {el, external} from "./dom.js";

const ADDRESS = /https?:\/\/[^\s<>"«»]+/gi;
/** Belongs to the sentence, not to the address before it. */
const AFTER_ADDRESS = /[.,;:!?)\]}'’…]+$/;
const LONGEST_TITLE = 120;
const LONGEST_CUT = 90;

/** Plain text with its web addresses as links. */
export function linked(text) {
    const nodes = [];
    let end = 0;
    for (const match of text.matchAll(ADDRESS)) {
        const address = match[0].replace(AFTER_ADDRESS, "");
        nodes.push(text.slice(end, match.index), external(address, address));
        end = match.index + address.length;
    }
    return [...nodes, text.slice(end)];
}

/**
 * Where the title of a text is, the first line or, if it is long, the first sentence, and where what follows it. The title is
 * empty if neither will do, or if a block begins in it, which cannot be divided.
 *
 * @param {string} text
 * @param {{start: number}[]} [blocks] quotes and code
 * @returns {{title: [number, number], body: [number, number]}} beginning and end
 */
export function parts(text, blocks = []) {
    // the first line keeps its indentation
    const first = (/^\s*\n/.exec(text)?.[0] ?? "").length;
    const start = text.length - text.trimStart().length;
    const end = Math.max(start, text.trimEnd().length);
    const line = text.slice(start, end).split("\n", 1)[0];
    const title = (line.length <= LONGEST_TITLE ? line : /^.{20,119}?[.!?…](?=\s)/u.exec(line)?.[0] ?? "").trimEnd();
    const stop = start + title.length;
    // an address in it could not be followed
    if (title === "" || title.includes("://") || blocks.some(block => block.start < stop)) {
        return {title: [start, start], body: [Math.min(first, end), end]};
    }
    const gap = /^(?:\s*\n|\s*)/.exec(text.slice(stop, end))?.[0] ?? "";
    return {title: [start, stop], body: [stop + gap.length, end]};
}

/** A title for a list, where a part of a sentence will do: then isCut. */
export function headline(text) {
    const {title, body: [from, end]} = parts(text);
    if (title[0] < title[1] || from === end) {
        return {title, body: [from, end], isCut: false};
    }
    const start = text.slice(from, Math.min(end, from + LONGEST_CUT)).replace(/[\uD800-\uDBFF]$/, "");
    if (from + start.length === end) {
        return {title: [from, end], body: [end, end], isCut: false};
    }
    const cut = /^.{30,}[,:;—–](?=\s)/su.exec(start)?.[0].slice(0, -1).trimEnd() ?? (start.replace(/\s+\S*$/, "") || start);
    const rest = text.slice(from + cut.length, end);
    return {title: [from, from + cut.length], body: [end - rest.replace(/^[\s,:;—–]+/, "").length, end], isCut: true};
}

/** As search and tags compare: whatever the case, ё as е. Keeps the length. */
export function plain(text) {
    return text.toLowerCase().replaceAll("ё", "е");
}

/** The words of a query without its operators and exclusions. */
export function words(query) {
    return query
        .replace(/(?<!\S)-?(?:channel|tag|before|after|has):(?:"[^"]*"|\S+)/gi, " ")
        .replace(/(?<!\S)-(?:"[^"]*"|[\p{L}#@]\S*)/gu, " ");
}

/** The beginnings of the words of a text that all their forms have. */
export function stems(text) {
    return (plain(text).match(/[\p{L}\p{N}]{3,}/gu) ?? [])
        .map(word => word.slice(0, Math.max(3, word.length - Math.min(3, Math.floor(word.length / 3)))));
}

/** The text with the words of a query marked, in any of their forms as far as their beginning tells. */
export function marked(text, query) {
    const wanted = stems(words(query));
    if (wanted.length === 0) {
        return [text];
    }
    return text.split(/([\p{L}\p{N}]+)/u).map(word =>
        wanted.some(stem => plain(word).startsWith(stem)) ? el("mark", {}, word) : word);
}

/** Where a tag stands in a text, with a few words around it; null if it does not stand there. Hashtags join their words. */
export function place(text, tag) {
    const flat = text.replace(/\s+/g, " ");
    const wanted = plain(tag).replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replace(/\s+/g, "[\\s_]*");
    const found = new RegExp(`(?<![\\p{L}\\p{N}])${wanted}(?![\\p{L}\\p{N}])`, "u").exec(plain(flat))
        ?? new RegExp(wanted, "u").exec(plain(flat));
    if (!found) {
        return null;
    }
    const start = found.index;
    const end = start + found[0].length;
    const before = flat.slice(Math.max(0, start - 40), start);
    const after = flat.slice(end, end + 40);
    return [
        start > 40 ? "…" + before.replace(/^\S*\s/, "") : before,
        el("mark", {}, flat.slice(start, end)),
        end + 40 < flat.length ? after.replace(/\s\S*$/, "") + "…" : after,
    ];
}

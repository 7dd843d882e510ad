// @ts-check
/** Texts of posts as nodes. */

import {el, external} from "./dom.js";

const ADDRESS = /https?:\/\/[^\s<>"«»]+/gi;
/** Belongs to the sentence, not to the address before it. */
const AFTER_ADDRESS = /[.,;:!?)\]}'’…]+$/;
const LONGEST_TITLE = 120;

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

/** The first line or, if it is long, the first sentence as a title, and what follows it; without a title if neither will do. */
export function parts(text) {
    const all = text.trim();
    const line = all.split("\n", 1)[0];
    const title = line.length <= LONGEST_TITLE ? line : /^.{20,119}?[.!?…](?=\s)/u.exec(line)?.[0] ?? "";
    // an address in it could not be followed
    return title.includes("://") ? {title: "", body: all} : {title: title.trim(), body: all.slice(title.length).trim()};
}

/** A title for a list, where a part of a sentence will do. */
export function headline(text) {
    const {title, body} = parts(text);
    if (title || body === "") {
        return {title, body};
    }
    const start = body.slice(0, 90);
    const cut = /^.{30,}[,:;—–](?=\s)/su.exec(start)?.[0].slice(0, -1).trimEnd() ?? start.replace(/\s+\S*$/, "");
    return body === start ? {title: body, body: ""} : {title: `${cut} …`, body: `… ${body.slice(cut.length).replace(/^[\s,:;—–]+/, "")}`};
}

/** As search and tags compare: whatever the case, ё as е. Keeps the length. */
export function plain(text) {
    return text.toLowerCase().replaceAll("ё", "е");
}

/** The text with the words of a query marked, in any of their forms as far as their beginning tells. */
export function marked(text, query) {
    const stems = (plain(query).match(/[\p{L}\p{N}]{3,}/gu) ?? [])
        .map(word => word.slice(0, Math.max(3, word.length - Math.min(3, Math.floor(word.length / 3)))));
    if (stems.length === 0) {
        return [text];
    }
    return text.split(/([\p{L}\p{N}]+)/u).map(word =>
        stems.some(stem => plain(word).startsWith(stem)) ? el("mark", {}, word) : word);
}

/** Where a tag stands in a text, with a few words around it; null if it does not stand there literally. */
export function place(text, tag) {
    const flat = text.replace(/\s+/g, " ");
    const wanted = plain(tag).replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
    const whole = plain(flat).search(new RegExp(`(?<![\\p{L}\\p{N}])${wanted}(?![\\p{L}\\p{N}])`, "u"));
    const start = whole < 0 ? plain(flat).indexOf(plain(tag)) : whole;
    if (start < 0) {
        return null;
    }
    const end = start + tag.length;
    const before = flat.slice(Math.max(0, start - 40), start);
    const after = flat.slice(end, end + 40);
    return [
        start > 40 ? "…" + before.replace(/^\S*\s/, "") : before,
        el("mark", {}, flat.slice(start, end)),
        end + 40 < flat.length ? after.replace(/\s\S*$/, "") + "…" : after,
    ];
}

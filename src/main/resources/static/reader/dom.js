// @ts-check
/**
 * The only place that makes elements. Texts become text nodes and handlers are functions, so whatever stands in a post stays
 * text: nothing in the page sets innerHTML.
 */

const SVG = "http://www.w3.org/2000/svg";

const ICONS = {
    search: "M11 4a7 7 0 1 1 0 14 7 7 0 0 1 0-14Zm5 12 4.500 4.500",
    close: "M6 6l12 12M18 6 6 18",
    back: "M19 12H5m6-6-6 6 6 6",
    next: "M5 12h14m-6-6 6 6-6 6",
    out: "M9 6H5v13h13v-4M13 4h7v7M20 4l-9 9",
    sun: "M12 8a4 4 0 1 1 0 8 4 4 0 0 1 0-8Zm0-6v2m0 16v2M2 12h2m16 0h2M5 5l1.400 1.400m11.200 11.200L19 19M5 19l1.400-1.400M17.600 6.400 19 5",
    moon: "M20 14.500A8.500 8.500 0 0 1 9.500 4 8.500 8.500 0 1 0 20 14.500Z",
    views: "M2 12c3-5 6-7 10-7s7 2 10 7c-3 5-6 7-10 7s-7-2-10-7Zm10-3a3 3 0 1 1 0 6 3 3 0 0 1 0-6Z",
    forwards: "M14 5l7 7-7 7M21 12H10c-4 0-6 2-7 6",
    replies: "M4 5h16v11H10l-5 4v-4H4Z",
    video: "M3 6h12v12H3Zm12 4 6-3v10l-6-3",
    picture: "M4 5h16v14H4Zm0 11 5-5 4 4 2.500-2.500L20 16M15.500 8.500h.01",
    file: "M6 3h8l4 4v14H6Zm8 0v4h4",
    upload: "M12 16V4m-5 5 5-5 5 5M5 20h14",
    custom: "M12 3l2.500 6.500L21 12l-6.500 2.500L12 21l-2.500-6.500L3 12l6.500-2.500Z",
    download: "M12 4v11m-5-5 5 5 5-5M5 20h14",
    refresh: "M20 11a8 8 0 1 0-2.300 6.700M20 5v6h-6",
    done: "M5 12.500l4.500 4.500L19 7.500",
    skipped: "M6 12h12",
    retrying: "M20 11a8 8 0 1 0-2.300 6.700M20 5v6h-6",
    failed: "M12 6v7m0 4v.5",
    exit: "M14 5H5v14h9M10 12h11m-4-4 4 4-4 4",
};

/**
 * @param {string} tag
 * @param {Record<string, any>} [attributes] a function is a handler; null, undefined and false leave the attribute out
 * @param {...any} children texts and nodes, also in arrays; null and false are left out
 * @returns {any}
 */
export function el(tag, attributes = {}, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
        if (typeof value === "function") {
            node.addEventListener(name.slice(2), value);
        } else if (value !== null && value !== undefined && value !== false) {
            node.setAttribute(name, value === true ? "" : value);
        }
    }
    node.append(...children.flat(Infinity)
        .filter(child => child !== null && child !== undefined && child !== false)
        .map(child => typeof child === "string" ? isolated(child) : child));
    return node;
}

const DIRECTIONS = /[\u202A-\u202E\u2066-\u2069]/;
const [OPEN_ISOLATE, CLOSE_ISOLATE, CLOSE_EMBEDDING] = ["\u2068", "\u2069", "\u202C"];

/** The text so that characters in it that change the direction do so only to itself: each line of it closes what it opens. */
export function isolated(text) {
    return DIRECTIONS.test(text) ? text.split("\n").map(isolatedLine).join("\n") : text;
}

function isolatedLine(line) {
    if (!DIRECTIONS.test(line)) {
        return line;
    }
    const open = [];
    let closed = "";
    for (const char of line) {
        if (/[\u202A\u202B\u202D\u202E]/.test(char)) {
            open.push(CLOSE_EMBEDDING);
        } else if (/[\u2066-\u2068]/.test(char)) {
            open.push(CLOSE_ISOLATE);
        } else if (char === CLOSE_EMBEDDING || char === CLOSE_ISOLATE) {
            if (open.at(-1) !== char) {
                // closes nothing of this text
                continue;
            }
            open.pop();
        }
        closed += char;
    }
    return OPEN_ISOLATE + closed + open.reverse().join("") + CLOSE_ISOLATE;
}

/** @param {keyof typeof ICONS | string} name */
export function icon(name) {
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("class", "icon");
    svg.setAttribute("aria-hidden", "true");
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", ICONS[name]);
    svg.append(path);
    return svg;
}

/** A link out of the page; other addresses are shown as text. */
export function external(address, ...children) {
    const safe = safeAddress(address);
    return safe
        ? el("a", {href: safe, rel: "noopener noreferrer nofollow", target: "_blank"}, ...children)
        : el("span", {}, ...children);
}

/** The address if it leads to the web, a mailbox or a telephone, else null: not javascript:, data: and the like. */
export function safeAddress(address) {
    try {
        const url = new URL(address);
        return ["https:", "http:", "mailto:", "tel:"].includes(url.protocol) ? url.href : null;
    } catch {
        return null;
    }
}

// @ts-check
/**
 * Articles of linked pages as nodes. The server has taken out of them whatever runs or loads something; here only the elements below
 * are rebuilt, without their attributes. A document of DOMParser runs no script and loads no picture.
 */
import {el, external} from "./dom.js";

const MADE = new Set([
    "p", "br", "hr", "h2", "h3", "h4", "h5", "h6", "blockquote", "ul", "ol", "li", "pre", "code", "em", "strong", "del", "thead", "tbody", "tr", "th", "td",
]);
const LEFT_OUT = new Set(["script", "style", "template", "noscript"]);

/**
 * @param {string} html
 * @param {(number: number, alt: string) => any} picture what stands for a picture of the article
 * @returns {any[]}
 */
export function markup(html, picture) {
    return copies(new DOMParser().parseFromString(html, "text/html").body, picture);
}

function copies(node, picture) {
    return [...node.childNodes].map(child => copy(child, picture));
}

function copy(node, picture) {
    if (node.nodeType === Node.TEXT_NODE) {
        return node.data;
    }
    const name = node.localName;
    if (node.nodeType !== Node.ELEMENT_NODE || LEFT_OUT.has(name)) {
        return null;
    }
    if (name === "img") {
        const number = Number(node.dataset.picture);
        return number > 0 ? picture(number, node.getAttribute("alt") ?? "") : null;
    }
    const inner = copies(node, picture);
    if (name === "a") {
        return external(node.getAttribute("href") ?? "", inner);
    }
    if (name === "table") {
        // a wide one scrolls by itself
        return el("div", {class: "table", tabindex: "0"}, el("table", {}, inner));
    }
    return MADE.has(name) ? el(name, {start: name === "ol" && node.getAttribute("start")}, inner) : inner;
}

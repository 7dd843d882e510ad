// @ts-check
/** What the address of the page says, and addresses that say something: each state of the page is a link. */

/** The query of what is shown; a link to a place in the page changes the address but not this. */
let shown = location.search;

const VIEWS = ["status", "ask", "channels", "digest", "admin"];
const FILTERS = ["q", "channel", "tag", "has", "from", "to", "status", "order", "typed"];

export function current() {
    const query = new URLSearchParams(location.search);
    const filters = Object.fromEntries(FILTERS.map(name => [name, query.get(name) ?? ""]));
    const post = query.get("post");
    const link = post ? query.get("link") : null;
    // "#ask" and "#digest" are short for people to type
    const short = location.hash.slice(1);
    const named = ["ask", "digest"].includes(short) && !query.has("view") ? short : query.get("view") ?? "";
    const view = link ? "article" : post ? "post" : VIEWS.includes(named) ? named : "list";
    const [stream, letter, cause, route] = ["stream", "letter", "cause", "route"].map(name => query.get(name) ?? "");
    return {view, post, link, filters, stream, letter, cause, route, digest: query.get("digest"), user: query.get("user") || null};
}

/** An address that leads to the same user. */
export function to(parts = {}) {
    const user = new URLSearchParams(location.search).get("user");
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries({user, ...parts})) {
        if (value) {
            query.set(name, value);
        }
    }
    return query.size ? `./?${query}` : "./";
}

/** Links within the page, and back and forward, without loading it anew. */
export function follow(show) {
    document.addEventListener("click", event => {
        const link = /** @type {Element} */ (event.target).closest("a");
        const isPlain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
        if (link && isPlain && !event.defaultPrevented && isOurs(link)) {
            event.preventDefault();
            go(link.href, show);
        }
    });
    addEventListener("popstate", () => {
        if (location.search !== shown) {
            shown = location.search;
            show(true);
        }
    });
}

export function go(address, show) {
    if (new URL(address, location.href).href !== location.href) {
        history.pushState({from: location.search}, "", address);
    }
    shown = location.search;
    show(false);
}

/** Whether going back once leads to a list of posts. */
export function cameFromList() {
    const from = history.state?.from;
    return typeof from === "string" && !/[?&](post|view)=/.test(from);
}

function isOurs(link) {
    return !link.target && !link.download && link.origin === location.origin && link.pathname === location.pathname
        && !link.getAttribute("href").startsWith("#");
}

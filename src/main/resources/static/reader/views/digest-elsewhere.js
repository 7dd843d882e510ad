// @ts-check
/** Where digests go besides the page: the chat with the bot, and feeds. */
import {el, icon} from "../dom.js";
import {dateTime, t} from "../i18n.js";
import {failure} from "./problem.js";

/** A part of the page that reads its data when it is opened. */
function part(title, read, signal) {
    const content = el("div", {class: "content"});
    const load = async () => {
        try {
            content.replaceChildren(...(await read(load)).filter(Boolean));
        } catch (error) {
            if (!signal.aborted) {
                content.replaceChildren(failure(error, load));
            }
        }
    };
    return el("details", {class: "part", ontoggle: event => event.target.open && load()}, el("summary", {}, title), content);
}

/** A button whose call may fail. */
function button(label, call, said, more = {}) {
    const work = async () => {
        try {
            await call();
        } catch (error) {
            said.replaceChildren(failure(error, work));
        }
    };
    return el("button", {type: "button", ...more, onclick: work}, label);
}

/** @param {AbortSignal} signal that ends calls */
export function telegram(page, signal) {
    const path = `users/${page.user.id}/telegram_link`;
    return part(t("telegram.title"), async load => {
        const link = await page.api.json(path, {}, signal);
        const said = el("div", {role: "status"});
        const unlink = button(t("telegram.unlink"), async () => {
            await page.api.remove(path);
            await load();
        }, said);
        const make = button(t("telegram.link"), async () => said.replaceChildren(code(await page.api.post(path))), said, {class: "primary"});
        return [
            el("p", {}, !link.has_bot ? t("telegram.no_bot")
                : link.state === "active" ? t("telegram.active", {name: link.name, at: dateTime(link.linked_at)})
                    : link.state === "blocked" ? t("telegram.blocked", {name: link.name})
                        : t("telegram.about")),
            link.problem !== null && el("p", {class: "muted"}, link.problem),
            link.has_bot && el("div", {class: "line"}, link.state !== "active" && make, link.state !== "none" && unlink),
            said,
        ];
    }, signal);
}

function code(made) {
    return el("p", {},
        made.url === null ? t("telegram.code") : t("telegram.code.bot", {bot: `@${made.bot}`}), " ",
        el("code", {}, `/start ${made.code}`), " ",
        made.url !== null && el("a", {href: made.url, target: "_blank", rel: "noopener noreferrer"}, t("telegram.open")), " ",
        el("span", {class: "muted"}, t("telegram.code.until", {at: dateTime(made.expires_at)})));
}

/** Addresses of a feed that was just made: they are told once. */
export function addresses(feed) {
    const address = (name, url) => el("label", {}, name,
        el("input", {type: "text", readonly: true, value: url, onfocus: event => event.target.select()}));
    return el("div", {class: "feed"}, el("p", {}, t("feeds.once")), address("Atom", feed.atom_url), address("RSS", feed.rss_url), address("JSON Feed", feed.json_url));
}

/** @param {AbortSignal} signal that ends calls */
export function feeds(page, signal) {
    const path = `users/${page.user.id}/feeds`;
    return part(t("feeds.title"), async load => {
        const {items} = await page.api.json(path, {}, signal);
        const said = el("div", {role: "status"});
        const entry = feed => el("li", {},
            el("span", {}, feed.name ?? t("feeds.digests")), " ",
            el("span", {class: "muted"}, feed.last_read_at === null ? t("feeds.unread") : t("feeds.read", {at: dateTime(feed.last_read_at)})),
            button(icon("close"), async () => {
                await page.api.remove(`${path}/${feed.id}`);
                await load();
            }, said, {class: "tool", "aria-label": t("feeds.delete", {name: feed.name ?? t("feeds.digests")})}));
        const list = el("ul", {class: "choices"}, items.map(entry));
        return [
            el("p", {class: "muted"}, t("feeds.about")),
            list,
            button(t("feeds.make"), async () => {
                const made = await page.api.post(path, {});
                list.append(entry(made));
                said.replaceChildren(addresses(made));
            }, said),
            said,
        ];
    }, signal);
}

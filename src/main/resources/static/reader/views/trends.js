// @ts-check
/** What more posts tell of than usual, each with a small chart; and what the reader is interested in. */
import {el, icon} from "../dom.js";
import {number, t} from "../i18n.js";
import {to} from "../route.js";
import {failure} from "./problem.js";

const SVG = "http://www.w3.org/2000/svg";
const [WIDTH, HEIGHT] = [120, 28];

/** A part of the page that reads its data when it is opened. */
function part(title, read, signal) {
    const content = el("div", {class: "content"});
    const load = async () => {
        try {
            content.replaceChildren(...await read(load));
        } catch (error) {
            if (!signal.aborted) {
                content.replaceChildren(failure(error, load));
            }
        }
    };
    return el("details", {class: "part", ontoggle: event => event.target.open && load()}, el("summary", {}, title), content);
}

/** @param {AbortSignal} signal that ends calls */
export function trends(page, signal) {
    const time = el("select", {"aria-label": t("trends.window")}, ["24h", "7d"].map(code => el("option", {value: code}, t(`trends.${code}`))));
    return part(t("trends.title"), async load => {
        time.onchange = load;
        const {items} = await page.api.json(`users/${page.user.id}/trends`, {window: time.value}, signal);
        return [time, items.length === 0 ? el("p", {class: "muted"}, t("trends.none")) : el("ol", {class: "trends"}, items.map(trend))];
    }, signal);
}

function trend(one) {
    return el("li", {},
        el("h3", {}, el("a", {href: to({q: one.keyword})}, one.keyword)),
        chart(one.series),
        el("p", {class: "muted"}, t("trends.counts", {
            posts: number(one.frequency), usual: number(Math.round(10 * one.baseline) / 10), channels: number(one.channels),
        })),
        one.topics.length > 0 && el("p", {class: "muted"}, one.topics.join(", ")),
        el("ul", {class: "told-by"}, one.examples.map(post => el("li", {}, el("a", {href: to({post: String(post.number)})}, post.channel)))));
}

/** Posts in equal parts of the window as bars. */
function chart(series) {
    const most = Math.max(1, ...series);
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("viewBox", `0 0 ${WIDTH} ${HEIGHT}`);
    svg.setAttribute("class", "bars");
    svg.setAttribute("role", "img");
    svg.setAttribute("aria-label", t("trends.chart", {series: series.join(", ")}));
    const step = WIDTH / series.length;
    series.forEach((posts, i) => {
        const bar = document.createElementNS(SVG, "rect");
        const height = Math.max(1, posts / most * HEIGHT);
        Object.entries({x: i * step + 1, y: HEIGHT - height, width: step - 2, height, rx: 1}).forEach(([name, value]) => bar.setAttribute(name, String(value)));
        svg.append(bar);
    });
    return svg;
}

/** @param {AbortSignal} signal that ends calls */
export function interests(page, signal) {
    const path = `users/${page.user.id}/interests`;
    return part(t("interests.title"), async load => {
        const {items} = await page.api.json(path, {}, signal);
        const tried = async call => {
            await call();
            await load();
        };
        const said = el("p", {class: "muted", role: "status"});
        const safely = call => () => tried(call).catch(error => said.replaceChildren(failure(error, safely(call))));
        const entry = one => el("li", {},
            el("span", {}, one.topic),
            el("input", {
                type: "range", min: "0.01", max: "1", step: "0.01", value: String(one.weight), "aria-label": t("interests.weight", {topic: one.topic}),
                onchange: event => safely(() => page.api.put(path, {topic: one.topic, weight: Number(event.target.value)}))(),
            }),
            el("button", {
                type: "button", class: "tool", "aria-label": t("interests.erase", {topic: one.topic}), title: t("interests.erase", {topic: one.topic}),
                onclick: safely(() => page.api.remove(`${path}?topic=${encodeURIComponent(one.topic)}`)),
            }, icon("close")));
        return [
            el("p", {class: "muted"}, t("interests.about")),
            items.length === 0 ? el("p", {class: "muted"}, t("interests.none")) : el("ul", {class: "interests"}, items.map(entry)),
            items.length > 0 && el("button", {type: "button", onclick: safely(() => page.api.remove(path))}, t("interests.erase.all")),
            said].filter(Boolean);
    }, signal);
}

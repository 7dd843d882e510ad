// @ts-check
/** How far the pipeline is, whether everything is well, and the imports. Renews itself while the page is seen. */
import {el} from "../dom.js";
import {clock, named, number, t} from "../i18n.js";
import {imports} from "./imports.js";
import {failure} from "./problem.js";
import {uploadForm} from "./upload.js";

const BUSY_MILLIS = 3000;
const QUIET_MILLIS = 20_000;
const INNER = /^(camel|ping$|ssl$)/;
const ORDER = {DOWN: 0, OUT_OF_SERVICE: 0, DEGRADED: 1, PAUSED: 1, UNKNOWN: 2, UP: 3};

export class StatusView {
    #page;
    #counts = el("div", {class: "counts"});
    #health = el("div", {class: "health"});
    #imports = el("div", {class: "imports"});
    #problem = el("div");
    #said = el("p", {class: "hidden", role: "status"});
    #updated = el("p", {class: "muted"});
    #calls = new AbortController();
    #timer = 0;

    constructor(page) {
        this.#page = page;
        this.node = el("div", {class: "status-view"},
            el("header", {}, el("h1", {}, t("status")), this.#updated),
            this.#said,
            this.#problem,
            el("section", {"aria-labelledby": "pipeline-title"}, el("h2", {id: "pipeline-title"}, t("pipeline")), this.#counts),
            el("div", {class: "columns"},
                el("section", {"aria-labelledby": "imports-title"}, el("h2", {id: "imports-title"}, t("imports")),
                    uploadForm(page, () => this.#renew()), this.#imports),
                el("section", {"aria-labelledby": "health-title"}, el("h2", {id: "health-title"}, t("health")), this.#health)));
        document.addEventListener("visibilitychange", this.#seen);
    }

    async show() {
        this.#page.title(t("status"));
        await this.#renew();
    }

    leave() {
        clearTimeout(this.#timer);
        this.#calls.abort();
        document.removeEventListener("visibilitychange", this.#seen);
    }

    #seen = () => {
        clearTimeout(this.#timer);
        if (!document.hidden) {
            this.#renew();
        }
    };

    async #renew() {
        clearTimeout(this.#timer);
        const signal = this.#calls.signal;
        const user = `users/${this.#page.user.id}`;
        try {
            const [pipeline, jobs, health] = await Promise.all([
                this.#page.api.json(`${user}/pipeline`, {}, signal),
                this.#page.api.json(`${user}/imports`, {limit: 10}, signal),
                this.#page.api.health(signal),
            ]);
            const isBusy = pipeline.tagging_open + pipeline.index_open > 0
                || jobs.items.some(job => job.status === "running" || job.status === "queued");
            this.#problem.replaceChildren();
            this.#draw(pipeline, jobs.items, health, isBusy);
            this.#next(isBusy ? BUSY_MILLIS : QUIET_MILLIS);
        } catch (error) {
            if (!signal.aborted) {
                this.#problem.replaceChildren(failure(error, () => this.#renew()));
                this.#next(QUIET_MILLIS);
            }
        }
    }

    #next(millis) {
        if (!document.hidden && !this.#calls.signal.aborted) {
            this.#timer = setTimeout(() => this.#renew(), millis);
        }
    }

    #draw(pipeline, jobs, health, isBusy) {
        this.#updated.textContent = t("status.updated", {time: clock(Date.now())});
        say(this.#said, t(isBusy ? "status.busy" : "status.quiet", {count: pipeline.tagging_open + pipeline.index_open}));
        replace(this.#counts, numbers(pipeline), bars(pipeline));
        replace(this.#imports, imports(jobs));
        replace(this.#health, overall(health), parts(health));
    }
}

/** Only what changed is said again. */
function say(node, text) {
    if (node.textContent !== text) {
        node.textContent = text;
    }
}

/** Nothing moves under the reader's keyboard: what is the same stays, and what was unfolded stays so. */
function replace(node, ...children) {
    const made = el("div", {class: node.className}, children);
    const old = node.querySelectorAll("details");
    made.querySelectorAll("details").forEach((details, i) => details.open = old[i]?.open ?? false);
    if (!made.isEqualNode(node)) {
        node.replaceChildren(...made.childNodes);
    }
}

function numbers(pipeline) {
    const there = pipeline.parsed - pipeline.deleted;
    const tiles = {
        posts: there, tagged: pipeline.tagged, indexed: pipeline.indexed, with_vision: pipeline.with_vision,
        crawled: pipeline.crawled, albums: pipeline.albums, media: pipeline.media, deleted: pipeline.deleted,
        dead_letters: pipeline.dead_letters,
    };
    return el("dl", {class: "tiles"}, Object.entries(tiles).filter(([, count]) => count !== undefined).map(([name, count]) =>
        el("div", {}, el("dt", {}, t(`count.${name}`)), el("dd", {}, number(count)))));
}

function bars(pipeline) {
    return el("div", {class: "bars"},
        bar("tagging", {done: pipeline.tagged, skipped: pipeline.tagging_skipped, open: pipeline.tagging_open, failed: pipeline.tagging_failed}),
        bar("indexing", {done: pipeline.indexed, skipped: pipeline.index_skipped, open: pipeline.index_open, failed: pipeline.index_failed}));
}

/** The picture repeats what the words below it say. */
function bar(name, counts) {
    const all = Object.values(counts).reduce((sum, count) => sum + count, 0);
    return el("div", {},
        el("h3", {}, t(`bar.${name}`)),
        el("div", {class: "shares", "aria-hidden": "true"}, Object.entries(counts).filter(([, count]) => count > 0).map(([state, count]) => {
            const part = el("span", {class: state});
            part.style.flexGrow = String(count / all);
            return part;
        })),
        el("ul", {class: "legend"}, Object.entries(counts).map(([state, count]) =>
            el("li", {class: state}, `${t(`bar.${name}.${state}`)} `, el("strong", {}, number(count))))));
}

function overall(health) {
    return el("p", {class: `overall ${health.status}`}, el("strong", {}, t(`health.${health.status}`)));
}

/** What says nothing to a reader is shown only while it is not well. */
function parts(health) {
    const {stages, providers, ...others} = health.components ?? {};
    return [
        group("health.parts", "part", Object.entries(others).filter(([name, {status}]) => status !== "UP" || !INNER.test(name))),
        group("health.stages", "work", Object.entries(stages?.components ?? {})),
        group("health.providers", "part", Object.entries(providers?.components ?? {})),
    ];
}

function group(title, kind, entries) {
    const worstFirst = entries.toSorted(([, one], [, other]) => (ORDER[one.status] ?? 2) - (ORDER[other.status] ?? 2));
    return entries.length > 0 && [
        el("h3", {}, t(title)),
        el("ul", {class: "parts"}, worstFirst.map(([name, {status, reason}]) =>
            el("li", {class: status}, el("span", {}, named(kind, name), reason && el("small", {class: "muted"}, ` ${reason}`)),
                el("span", {class: "state"}, t(`health.part.${status}`))))),
    ];
}

// @ts-check
/** What operators see and do: streams, dead letters, stages, jobs, providers, and what was done. Renews itself while it is seen. */
import {el} from "../dom.js";
import {clock, t} from "../i18n.js";
import {to} from "../route.js";
import {letterView} from "./admin-letter.js";
import {lettersView} from "./admin-letters.js";
import {auditList, backupList, jobList, providerList, stageList, streamList} from "./admin-lists.js";
import {postForm} from "./admin-replay.js";
import {routesView, routeView} from "./admin-routes.js";
import {failure} from "./problem.js";

const RENEW_MILLIS = 5000;

export class AdminView {
    #page;
    #asked;
    #updated = el("p", {class: "muted"});
    #said = el("p", {class: "said", role: "status"});
    #problem = el("div");
    #content = el("div", {class: "admin-content"});
    #calls = new AbortController();
    #timer = 0;
    #turn = 0;
    /** When a stream was looked at, and how long it was. */
    #looks = new Map();

    constructor(page) {
        this.#page = page;
        this.node = el("div", {class: "admin-view"},
            el("header", {}, el("h1", {}, t("admin")), this.#updated), this.#said, this.#problem, this.#content);
        document.addEventListener("visibilitychange", this.#seen);
    }

    async show(asked) {
        this.#asked = asked;
        this.#page.title(t("admin"));
        await this.#renew();
    }

    update(asked) {
        this.#asked = asked;
        this.#said.textContent = "";
        this.#renew();
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

    /** Nothing is renewed under what somebody fills in, or while a dialog is open. */
    #isBusy() {
        return document.querySelector("dialog[open]") !== null || this.#content.querySelector("textarea, details[open] form.ask") !== null;
    }

    async #renew(isForced = true) {
        clearTimeout(this.#timer);
        const turn = ++this.#turn;
        try {
            const made = await this.#made();
            if (turn === this.#turn && (isForced || !this.#isBusy())) {
                this.#replace(made);
                this.#problem.replaceChildren();
                this.#updated.textContent = t("status.updated", {time: clock(Date.now())});
            }
        } catch (error) {
            if (!this.#calls.signal.aborted) {
                this.#problem.replaceChildren(failure(error, () => this.#renew()));
            }
        }
        if (!document.hidden && !this.#calls.signal.aborted && turn === this.#turn) {
            this.#timer = setTimeout(() => this.#renew(false), RENEW_MILLIS);
        }
    }

    /** The focus stays on what has the same name, and what was unfolded stays so. */
    #replace(made) {
        const focused = /** @type {HTMLElement | null} */ (document.activeElement)?.dataset?.focus;
        const open = new Set([...this.#content.querySelectorAll("details[open]")].map(one => /** @type {HTMLElement} */ (one).dataset.key));
        const next = el("div", {class: "admin-content"}, made);
        next.querySelectorAll("details").forEach(one => one.open = open.has(one.dataset.key));
        if (!next.isEqualNode(this.#content)) {
            this.#content.replaceChildren(...next.childNodes);
            if (focused) {
                /** @type {HTMLElement | null} */ (this.#content.querySelector(`[data-focus="${CSS.escape(focused)}"]`))?.focus({preventScroll: true});
            }
        }
    }

    async #made() {
        const {stream, letter, route} = this.#asked;
        const act = (work, said) => this.#act(work, said);
        if (route) {
            return route === "*" ? routesView(this.#page.api, act, this.#calls.signal) : routeView(this.#page.api, route, this.#calls.signal);
        }
        if (stream && letter) {
            return letterView(this.#page.api, stream, letter, act, () => this.#page.go(to({view: "admin", stream})), this.#calls.signal);
        }
        return stream ? lettersView(this.#page.api, this.#asked, act, this.#calls.signal) : this.#overview(act);
    }

    async #overview(act) {
        const get = path => this.#page.api.json(path, {}, this.#calls.signal);
        const [streams, stages, jobs, providers, backups, audit] = await Promise.all(
            ["admin/streams", "admin/stages", "admin/jobs", "admin/providers", "admin/backups", "admin/audit?limit=20"].map(get));
        return [
            el("p", {}, el("a", {href: to({view: "admin", route: "*"}), class: "button", "data-focus": "routes"}, t("admin.routes.open"))),
            streamList(streams.items, this.#rates(streams.items), this.#page.api, act),
            postForm(this.#page.api, stages.items, act),
            el("div", {class: "columns"},
                stageList(stages.items, this.#page.api, act),
                el("div", {}, providerList(providers.items), jobList(jobs.items, this.#page.api, act), backupList(backups.items, this.#page.api, act))),
            auditList(audit.items),
        ];
    }

    /** A stream becomes shorter only when it is trimmed: then nothing is said. */
    #rates(streams) {
        const now = Date.now();
        const rates = new Map();
        for (const {stream, length} of streams) {
            const last = this.#looks.get(stream);
            if (last && length >= last.length && now > last.at) {
                rates.set(stream, Math.round(10_000 * (length - last.length) / (now - last.at)) / 10);
            }
            this.#looks.set(stream, {at: now, length});
        }
        return stream => rates.get(stream.stream) ?? null;
    }

    /**
     * Does something that changes the installation, says what came of it, and shows the new state.
     *
     * @param {() => Promise<any>} work its result is what is said about; null if nothing was done
     * @param {(result: any) => string} said
     */
    async #act(work, said) {
        try {
            const result = await work();
            if (result !== null) {
                this.#said.textContent = said(result);
                await this.#renew();
            }
        } catch (error) {
            this.#problem.replaceChildren(failure(error, () => this.#renew()));
            this.#problem.scrollIntoView({block: "nearest"});
        }
    }
}

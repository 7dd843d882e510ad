// @ts-check
/** The searches that a reader keeps, and the way to keep the one that is shown. */
import {Problem} from "../api.js";
import {el, icon} from "../dom.js";
import {t} from "../i18n.js";
import {to} from "../route.js";
import {addresses} from "./digest-elsewhere.js";

export class SavedSearches {
    #page;
    #list = el("ul", {class: "choices"});
    #name = el("input", {type: "text", maxlength: "100", required: true, autocomplete: "off", "aria-label": t("saved.name"), placeholder: t("saved.name")});
    #form = el("form", {class: "save", hidden: true, onsubmit: event => this.#save(event)}, this.#name, el("button", {}, t("saved.do")));
    #said = el("div", {class: "muted", role: "status"});
    #query = "";
    #calls = new AbortController();

    constructor(page) {
        this.#page = page;
        this.node = el("details", {class: "group saved", hidden: true}, el("summary", {}, t("saved")), this.#list, this.#form, this.#said);
        this.#load();
    }

    get #path() {
        return `users/${this.#page.user.id}/searches`;
    }

    /** @param {string} query that is shown; empty for none */
    show(query) {
        this.#query = query;
        this.#form.hidden = query === "";
        this.#said.textContent = "";
        this.#unfold();
    }

    leave() {
        this.#calls.abort();
    }

    #unfold() {
        this.node.hidden = this.#list.children.length === 0 && this.#query === "";
    }

    async #load() {
        try {
            const {items} = await this.#page.api.json(this.#path, {}, this.#calls.signal);
            this.#list.replaceChildren(...items.map(search => this.#entry(search)));
            this.#unfold();
        } catch {
            // the list beside it says what is wrong
        }
    }

    #entry(search) {
        const remove = async () => {
            await this.#tried(() => this.#page.api.remove(`${this.#path}/${search.id}`));
            await this.#load();
        };
        const feed = () => this.#tried(async () =>
            this.#said.replaceChildren(addresses(await this.#page.api.post(`users/${this.#page.user.id}/feeds`, {search_id: search.id}))));
        return el("li", {},
            el("a", {href: to({q: search.query}), title: search.query}, search.name),
            el("button", {type: "button", class: "tool", "aria-label": t("feeds.of", {name: search.name}), title: t("feeds.of", {name: search.name}), onclick: feed}, t("feeds.feed")),
            el("button", {type: "button", class: "tool", "aria-label": t("saved.delete", {name: search.name}), title: t("saved.delete", {name: search.name}), onclick: remove}, icon("close")));
    }

    async #save(event) {
        event.preventDefault();
        const name = this.#name.value.trim();
        if (name && await this.#tried(() => this.#page.api.post(this.#path, {name, query: this.#query}))) {
            this.#name.value = "";
            this.#said.textContent = t("saved.done", {name});
            await this.#load();
        }
    }

    /** Whether it worked. */
    async #tried(call) {
        try {
            await call();
            return true;
        } catch (error) {
            const status = error instanceof Problem ? error.status : 500;
            this.#said.textContent = t(status === 409 ? "saved.exists" : status === 403 ? "problem.403" : "saved.failed");
            return false;
        }
    }
}

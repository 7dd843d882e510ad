// @ts-check
/** The channels that a reader follows, how far each is read, and the Telegram accounts they are read with. Renews itself while it is seen. */
import {confirmed} from "../confirm.js";
import {el, icon} from "../dom.js";
import {clock, t} from "../i18n.js";
import {renew} from "../keyed.js";
import {Problem} from "../api.js";
import {Accounts} from "./accounts.js";
import {addForm} from "./add-channel.js";
import {channel, isMoving, nameOf} from "./channel.js";
import {failure} from "./problem.js";

const BUSY_MILLIS = 3000;
const QUIET_MILLIS = 20_000;
const PAGE = 100;
const MOST = 1000;

export class ChannelsView {
    #page;
    #accounts;
    #isOperator = false;
    #said = el("p", {class: "hidden", role: "status"});
    #updated = el("p", {class: "muted"});
    #problem = el("div");
    #add;
    #tools = el("div", {class: "channel-tools"});
    #list = el("ul", {class: "channels", "aria-labelledby": "channels-title"});
    #empty = el("p", {class: "muted"});
    #calls = new AbortController();
    #timer = 0;

    constructor(page) {
        this.#page = page;
        this.#accounts = new Accounts(page.api, this.#calls.signal, () => this.#renew(), text => this.#say(text));
        this.#add = addForm(body => this.#change("channel.added", api => api.post(`${this.#user}/channels`, body)));
        this.#add.hidden = true;
        this.node = el("div", {class: "channels-view"},
            el("header", {}, el("h1", {id: "channels-title"}, t("channels")), this.#updated),
            this.#said,
            this.#problem,
            el("div", {class: "columns"},
                el("div", {class: "following"}, this.#add, this.#tools, this.#empty, this.#list),
                this.#accounts.node));
        document.addEventListener("visibilitychange", this.#seen);
    }

    async show() {
        this.#page.title(t("channels"));
        await this.#renew();
    }

    leave() {
        clearTimeout(this.#timer);
        this.#calls.abort();
        document.removeEventListener("visibilitychange", this.#seen);
    }

    get #user() {
        return `users/${this.#page.user.id}`;
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
        try {
            const [channels, accounts] = await Promise.all([this.#channels(signal), this.#readAccounts(signal)]);
            this.#problem.replaceChildren();
            this.#isOperator = accounts !== null;
            this.#draw(channels, accounts);
            this.#next(channels.some(isMoving) || this.#accounts.isMoving ? BUSY_MILLIS : QUIET_MILLIS);
        } catch (error) {
            if (!signal.aborted) {
                this.#problem.replaceChildren(failure(error, () => this.#renew()));
                this.#next(QUIET_MILLIS);
            }
        }
    }

    async #channels(signal) {
        const items = [];
        let cursor = "";
        do {
            const page = await this.#page.api.json(`${this.#user}/channels`, {limit: PAGE, cursor}, signal);
            items.push(...page.items);
            cursor = page.next_cursor;
        } while (cursor && items.length < MOST);
        return items;
    }

    /** Null for a reader, who may not see them. */
    async #readAccounts(signal) {
        try {
            return await this.#page.api.json("telegram/accounts", {}, signal);
        } catch (error) {
            if (error instanceof Problem && error.status === 403) {
                return null;
            }
            throw error;
        }
    }

    #next(millis) {
        if (!document.hidden && !this.#calls.signal.aborted) {
            this.#timer = setTimeout(() => this.#renew(), millis);
        }
    }

    #draw(channels, accounts) {
        this.#updated.textContent = t("status.updated", {time: clock(Date.now())});
        this.#add.hidden = !this.#isOperator;
        this.#accounts.draw(accounts);
        this.#empty.textContent = channels.length > 0 ? "" : t("channels.none");
        this.#empty.hidden = channels.length > 0;
        const canRead = this.#isOperator && channels.some(({live}) => live && live.state !== "paused");
        if (canRead !== this.#tools.childElementCount > 0) {
            this.#tools.replaceChildren(...canRead ? [this.#readNow()] : []);
        }
        const actions = this.#isOperator ? this.#actions() : null;
        renew(this.#list, channels.map(one => channel(one, accounts, actions)));
    }

    #readNow() {
        return el("button", {type: "button", onclick: () => this.#change("channels.reading", api => api.post(`${this.#user}/channels/parse`))},
            icon("refresh"), t("channels.read"));
    }

    #actions() {
        const path = one => `${this.#user}/channels/${one.id}`;
        return {
            pause: one => this.#change("channel.paused", api => api.post(`${path(one)}/pause`)),
            resume: one => this.#change("channel.resumed", api => api.post(`${path(one)}/resume`)),
            remove: async one => {
                const name = nameOf(one);
                if (await confirmed(t("channel.remove.sure", {name}), t("channel.remove.help"), t("channel.remove"))) {
                    await this.#change("channel.removed", api => api.remove(path(one)));
                }
            },
        };
    }

    /** Whether it was done. */
    async #change(said, call) {
        try {
            await call(this.#page.api);
            await this.#renew();
            this.#say(t(said));
            return true;
        } catch (error) {
            this.#problem.replaceChildren(failure(error, () => this.#renew()));
            return false;
        }
    }

    #say(text) {
        this.#said.textContent = text;
    }
}

// @ts-check
/** The Telegram accounts, for operators: their states, signing in and out. */
import {confirmed} from "../confirm.js";
import {el, external} from "../dom.js";
import {moment, t} from "../i18n.js";
import {renew} from "../keyed.js";
import {failure} from "./problem.js";
import {SignIn} from "./sign-in.js";

const PASSING = ["opening", "closing", "signing_out"];

export class Accounts {
    #api;
    #done;
    #say;
    #signIn;
    #items = [];
    #cannot = el("div");
    #problem = el("div");
    #list = el("ul", {class: "accounts", "aria-labelledby": "accounts-title"});
    #begin;

    /**
     * @param {() => void} done called when an account has changed
     * @param {(text: string) => void} say tells it who cannot see it
     */
    constructor(api, signal, done, say) {
        this.#api = api;
        this.#done = done;
        this.#say = say;
        this.#signIn = new SignIn(api, signal, () => this.#changed());
        this.#begin = el("button", {type: "button", class: "begin", onclick: () => this.#open({name: this.#freeName(), state: "new"})});
        this.node = el("section", {class: "telegram-accounts panel", "aria-labelledby": "accounts-title", hidden: true},
            el("h2", {id: "accounts-title"}, t("accounts")),
            this.#cannot, this.#problem, this.#list, this.#begin, this.#signIn.node, help());
    }

    get isMoving() {
        return this.#items.some(({state}) => PASSING.includes(state));
    }

    /** @param {object | null} accounts null for a reader, who does not see them */
    draw(accounts) {
        this.node.hidden = accounts === null;
        if (accounts === null) {
            return;
        }
        this.#items = accounts.items;
        this.#cannot.replaceChildren(...accounts.problem ? [cannot(accounts)] : []);
        this.#begin.hidden = accounts.problem !== null || this.#signIn.isOpen;
        this.#begin.textContent = t(this.#items.length > 0 ? "account.another" : "account.new");
        this.#begin.classList.toggle("primary", this.#items.length === 0);
        renew(this.#list, accounts.items.map(account => this.#account(account, accounts.problem === null)));
        this.#signIn.follow(accounts.items);
    }

    #account(account, isPossible) {
        const {name, state} = account;
        const isWaiting = state.startsWith("needs_");
        const isEnded = ["signed_out", "failed", "closed"].includes(state);
        return el("li", {"data-key": name},
            el("p", {class: "job-title"},
                el("strong", {}, account.user ? t("account.of", {user: account.user, name}) : name),
                el("span", {class: `badge ${state}`}, t(`account.state.${state}`))),
            account.limited_until && Date.parse(account.limited_until) > Date.now()
                && el("p", {class: "warning"}, t("account.limited", {time: moment(account.limited_until)})),
            account.problem && el("p", {class: "muted", lang: "en"}, account.problem),
            isPossible && el("div", {class: "buttons"},
                (isWaiting || isEnded) && el("button", {type: "button", "data-focus": "go", onclick: () => this.#open(account),
                    "aria-label": t(isWaiting ? "account.continue.of" : "account.again.of", {name})}, t(isWaiting ? "account.continue" : "account.again")),
                !PASSING.includes(state) && el("button", {type: "button", "data-focus": "out", onclick: () => this.#remove(account),
                    "aria-label": t("account.remove.of", {name})}, t(state === "ready" ? "account.out" : "account.remove"))));
    }

    #open(account) {
        this.#begin.hidden = true;
        this.#problem.replaceChildren();
        this.#signIn.open(account);
    }

    #changed() {
        this.#begin.hidden = this.#signIn.isOpen;
        if (!this.#signIn.isOpen) {
            this.#begin.focus();
        }
        if (this.#signIn.signedIn) {
            this.#say(t("account.signed_in", {name: this.#signIn.signedIn}));
        }
        this.#done();
    }

    async #remove(account) {
        const name = account.name;
        const isReady = account.state === "ready";
        const sure = await confirmed(t(isReady ? "account.out.sure" : "account.remove.sure", {name}), t("account.out.help"),
            t(isReady ? "account.out" : "account.remove"));
        if (!sure) {
            return;
        }
        try {
            this.#problem.replaceChildren();
            this.#signIn.close(name);
            const after = await this.#api.remove(`telegram/accounts/${name}`);
            this.#say(t(`account.state.${after.state}`));
            this.#done();
        } catch (error) {
            this.#problem.replaceChildren(failure(error, () => this.#remove(account)));
        }
    }

    #freeName() {
        const taken = new Set(this.#items.map(({name}) => name));
        let number = 2;
        while (taken.has(`account-${number}`)) {
            number++;
        }
        return taken.has("main") ? `account-${number}` : "main";
    }
}

/** Why no account can be signed in here. */
function cannot({reason, problem, remedy}) {
    return el("div", {class: "warning"},
        el("p", {}, t(`account.cannot.${reason}`)),
        el("p", {class: "muted", lang: "en"}, `${problem}. ${remedy}`));
}

function help() {
    return el("details", {class: "help"}, el("summary", {}, t("account.help")),
        el("ul", {},
            el("li", {}, t("account.help.id"), " ", external("https://my.telegram.org", "my.telegram.org")),
            el("li", {}, t("account.help.allowed"), " ", external("https://core.telegram.org/api/terms", t("account.help.terms"))),
            el("li", {}, t("account.help.own")),
            el("li", {}, t("account.help.limited")),
            el("li", {}, t("account.help.docs"), " ", el("code", {}, "docs/telegram.md"))));
}

// @ts-check
/** Signs an account in, a step at a time. What is entered goes to the server and is kept nowhere. */
import {el} from "../dom.js";
import {moment, t} from "../i18n.js";
import {Problem} from "../api.js";
import {failure} from "./problem.js";

const SCAN_MILLIS = 2000;

/** States that change without anything being entered here. */
const CHANGING = ["needs_scan", "opening", "closing", "signing_out"];

/** The steps in which one thing is entered: the path it is sent to, its field, and what the field is like. */
const ENTRIES = {
    needs_code: ["code", "code", {autocomplete: "one-time-code", inputmode: "numeric"}],
    needs_email_code: ["code", "code", {autocomplete: "one-time-code", inputmode: "numeric"}],
    needs_password: ["password", "password", {type: "password", autocomplete: "current-password"}],
    needs_email_address: ["email_address", "email_address", {type: "email", autocomplete: "email"}],
};

export class SignIn {
    #api;
    #signal;
    #done;
    #account = null;
    #timer = 0;
    #image = "";
    #picture = null;
    #body = el("div", {class: "step"});
    #wrong = el("div", {role: "alert"});
    /** Name of the account that was signed in last; empty before. */
    signedIn = "";

    /** @param {() => void} done called when the account has changed, and when the panel is closed */
    constructor(api, signal, done) {
        this.#api = api;
        this.#signal = signal;
        this.#done = done;
        this.node = el("div", {class: "sign-in", role: "group", "aria-labelledby": "sign-in-title", hidden: true},
            el("h3", {id: "sign-in-title", tabindex: "-1"}), this.#body, this.#wrong);
        signal.addEventListener("abort", () => this.#stop());
    }

    get isOpen() {
        return this.#account !== null;
    }

    open(account) {
        this.signedIn = "";
        this.node.hidden = false;
        const isEnded = ["signed_out", "failed", "closed", "needs_phone_number", "needs_app"].includes(account.state);
        this.#show(isEnded ? {...account, state: "new"} : account);
    }

    /** @param {string} [name] closes it only if it is about this account */
    close(name) {
        if (this.#account && (!name || this.#account.name === name)) {
            this.#stop();
            this.#account = null;
            this.node.hidden = true;
            this.#wrong.replaceChildren();
            this.#body.replaceChildren();
        }
    }

    /** The account may have got on in another way, as in another window. The list can be older than the last step, so it is asked again. */
    follow(accounts) {
        const now = accounts.find(({name}) => name === this.#account?.name);
        if (now && this.#account.state !== "new" && now.state !== this.#account.state) {
            this.#read();
        }
    }

    #stop() {
        clearTimeout(this.#timer);
        URL.revokeObjectURL(this.#image);
        this.#image = "";
        this.#picture = null;
    }

    #show(account) {
        this.#stop();
        this.#account = account;
        if (account.state === "ready") {
            this.signedIn = account.name;
            this.close();
            this.#done();
            return;
        }
        this.#wrong.replaceChildren();
        const title = /** @type {HTMLElement} */ (this.node.querySelector("h3"));
        title.textContent = t("signin", {name: account.name});
        this.#body.replaceChildren(...this.#step(account));
        (this.#body.querySelector("input:not([data-quiet])") ?? title).focus();
    }

    #step(account) {
        if (account.state in ENTRIES) {
            return this.#entry(account);
        }
        switch (account.state) {
            case "needs_scan":
                return this.#scan(account);
            case "opening": case "closing": case "signing_out":
                this.#timer = setTimeout(() => this.#read(), SCAN_MILLIS);
                return [el("p", {role: "status"}, t("loading")), this.#buttons()];
            default:
                return this.#start(account);
        }
    }

    /** Phone number or QR code. */
    #start(account) {
        const isNew = !("process" in account);
        const name = el("input", {id: "sign-in-name", value: account.name, required: true, pattern: "[a-z0-9][a-z0-9_\\-]{0,31}", autocomplete: "off",
            spellcheck: "false", "data-quiet": true, "aria-describedby": "sign-in-name-help"});
        const phone = el("input", {id: "sign-in-phone", type: "tel", autocomplete: "tel", placeholder: "+79991234567", required: true,
            pattern: "\\+?[0-9][0-9 \\(\\)\\-]{3,29}"});
        const start = body => this.#send("", {name: isNew ? name.value : account.name, ...body});
        return [
            account.problem && el("p", {class: "muted", lang: "en"}, account.problem),
            el("form", {onsubmit: event => {
                event.preventDefault();
                start({phone_number: phone.value});
            }},
            isNew && [el("label", {for: "sign-in-name"}, t("signin.name")), name, el("p", {class: "muted", id: "sign-in-name-help"}, t("signin.name.help"))],
            el("label", {for: "sign-in-phone"}, t("signin.phone")), phone,
            this.#buttons(
                el("button", {class: "primary"}, t("signin.phone.send")),
                el("button", {type: "button", onclick: () => !isNew || name.reportValidity() ? start({}) : null}, t("signin.qr")))),
        ].filter(Boolean);
    }

    #entry(account) {
        const [path, field, attributes] = ENTRIES[account.state];
        const input = el("input", {id: "sign-in-entry", required: true, spellcheck: "false", ...attributes});
        const way = account.code_way === "fragment" || account.code_way === "other" ? account.detail : account.code_way && t(`signin.way.${account.code_way}`);
        return [el("form", {onsubmit: event => {
            event.preventDefault();
            this.#send(`/${account.name}/${path}`, {[field]: input.value});
        }},
        account.state === "needs_code" && el("p", {}, t("signin.code.sent", {way})),
        account.state === "needs_email_code" && el("p", {}, t("signin.email.sent", {address: account.detail ?? ""})),
        account.state === "needs_email_address" && el("p", {}, t("signin.email.why")),
        el("label", {for: "sign-in-entry"}, t(`signin.${field}`)), input,
        account.state === "needs_password" && account.detail && el("p", {class: "muted"}, t("signin.hint", {hint: account.detail})),
        this.#buttons(
            el("button", {class: "primary"}, t("signin.go")),
            account.state === "needs_code"
                && el("button", {type: "button", onclick: () => this.#send(`/${account.name}/code/resend`)}, t("signin.resend")),
            el("button", {type: "button", onclick: () => this.#show({...account, state: "new"})}, t("signin.other"))))];
    }

    #scan(account) {
        this.#picture = el("img", {class: "qr", alt: t("signin.qr.picture"), width: "240", height: "240"});
        this.#draw(account);
        this.#timer = setTimeout(() => this.#read(), SCAN_MILLIS);
        return [el("ol", {}, [1, 2, 3].map(n => el("li", {}, t(`signin.scan.${n}`)))), this.#picture,
            this.#buttons(el("button", {type: "button", onclick: () => this.#show({...account, state: "new"})}, t("signin.by.phone")))];
    }

    async #draw(account) {
        try {
            const image = URL.createObjectURL(await this.#api.blob(`telegram/accounts/${account.name}/qr_code`, this.#signal));
            URL.revokeObjectURL(this.#image);
            this.#image = image;
            if (this.#picture) {
                this.#picture.src = image;
            }
        } catch (error) {
            // the next reading of the account tells what became of it
            if (!(error instanceof Problem) && !this.#signal.aborted) {
                throw error;
            }
        }
    }

    /** What became of the account meanwhile; a new link is drawn in place. */
    async #read() {
        clearTimeout(this.#timer);
        const before = this.#account;
        try {
            const now = await this.#api.json(`telegram/accounts/${before.name}`, {}, this.#signal);
            if (this.#account !== before) {
                return;
            }
            if (now.state !== before.state) {
                this.#show(now);
                return;
            }
            this.#account = now;
            if (this.#picture && now.link !== before.link) {
                this.#draw(now);
            }
        } catch (error) {
            if (this.#signal.aborted || this.#account !== before) {
                return;
            }
            if (error.status === 404) {
                // removed in another window
                this.close();
                this.#done();
                return;
            }
            this.#refused(error);
        }
        if (CHANGING.includes(before.state)) {
            this.#timer = setTimeout(() => this.#read(), SCAN_MILLIS);
        }
    }

    async #send(path, body) {
        const buttons = this.#body.querySelectorAll("button");
        buttons.forEach(button => button.disabled = true);
        this.#wrong.replaceChildren();
        try {
            const now = await this.#api.post(`telegram/accounts${path}`, body);
            this.#show(now);
            this.#done();
        } catch (error) {
            buttons.forEach(button => button.disabled = false);
            this.#refused(error);
            this.#body.querySelector("input:not([data-quiet])")?.select();
        }
    }

    /** In words of the reader where the reason is known. */
    #refused(error) {
        const key = `signin.problem.${error.reason}`;
        const words = error instanceof Problem && error.reason ? t(`signin.problem.${error.reason}`) : key;
        const until = error.retryAfter ? ` ${t("signin.until", {time: moment(Date.now() + error.retryAfter * 1000)})}` : "";
        this.#wrong.replaceChildren(words !== key ? el("p", {class: "error"}, words + until) : failure(error, () => this.#wrong.replaceChildren()));
    }

    #buttons(...buttons) {
        return el("div", {class: "buttons"}, buttons, el("button", {type: "button", onclick: () => {
            this.close();
            this.#done();
        }}, t("cancel")));
    }
}

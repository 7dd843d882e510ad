// @ts-check
/** Questions and their answers, each with its sources; a question may follow the one before. */
import {ask} from "../answerstream.js";
import {el, icon} from "../dom.js";
import {t} from "../i18n.js";
import {to} from "../route.js";
import {Turn} from "./answer.js";
import {dayAfter, dayStart} from "./filters.js";
import {failure} from "./problem.js";

const EXAMPLES = 4;

export class AskView {
    #page;
    #turns = el("ol", {class: "turns"});
    #question = el("input", {
        type: "text", name: "question", maxlength: "500", required: true, autocomplete: "off", "aria-label": t("ask.label"), placeholder: t("ask.hint"),
    });
    #submit = el("button", {class: "primary"}, t("ask.do"));
    #stop = el("button", {type: "button", hidden: true, onclick: () => this.#calls.abort()}, icon("close"), t("ask.stop"));
    #again = el("button", {type: "button", hidden: true, onclick: () => this.#restart()}, t("ask.new"));
    #channel = el("select", {name: "channel", onchange: () => this.#choose()}, el("option", {value: ""}, t("filters.all")));
    #tag = el("input", {type: "text", name: "tag", maxlength: "100", autocomplete: "off", onchange: () => this.#choose()});
    #from = el("input", {type: "date", name: "from", max: "9999-12-30", onchange: () => this.#choose()});
    #to = el("input", {type: "date", name: "to", max: "9999-12-30", onchange: () => this.#choose()});
    #summary = el("summary", {});
    #examples = el("section", {class: "examples", "aria-labelledby": "examples-title"},
        el("h2", {id: "examples-title"}, t("ask.examples")),
        el("ul", {}, Array.from({length: EXAMPLES}, (_, i) => t(`ask.example.${i + 1}`)).map(text =>
            el("li", {}, el("button", {type: "button", onclick: () => this.#ask(text)}, text)))));
    #calls = new AbortController();
    #leaving = new AbortController();
    #thread = null;
    #asked;

    constructor(page) {
        this.#page = page;
        const submit = event => {
            event.preventDefault();
            this.#ask(this.#question.value.trim());
        };
        this.node = el("div", {class: "ask-view"},
            el("header", {}, el("h1", {tabindex: "-1"}, t("ask.title")), el("p", {class: "muted"}, t("ask.about"))),
            this.#examples,
            this.#turns,
            el("form", {class: "ask", onsubmit: submit},
                el("div", {class: "line"}, this.#question, this.#submit, this.#stop),
                el("div", {class: "line"},
                    el("details", {class: "scope"}, this.#summary,
                        el("div", {class: "fields"},
                            el("label", {}, t("filters.channels"), this.#channel),
                            el("label", {}, t("ask.tag"), this.#tag),
                            el("label", {}, t("filters.from"), this.#from),
                            el("label", {}, t("filters.to"), this.#to))),
                    this.#again)));
    }

    async show(asked) {
        this.#page.title(t("ask.title"));
        this.#asked = asked;
        const {channel, tag, from, to: last, q} = asked.filters;
        this.#tag.value = tag;
        this.#from.value = from;
        this.#to.value = last;
        await this.#loadChannels();
        this.#channel.value = channel;
        this.#scope();
        if (q && this.#turns.children.length === 0) {
            // an address with a question asks it
            this.#ask(q);
        }
    }

    update(asked) {
        return this.show(asked);
    }

    leave() {
        this.#leaving.abort();
        this.#calls.abort();
    }

    async #loadChannels() {
        if (this.#channel.options.length > 1) {
            return;
        }
        let cursor = null;
        do {
            const answer = await this.#page.api.json(`users/${this.#page.user.id}/channels`, {limit: 100, cursor}, this.#leaving.signal);
            this.#channel.append(...answer.items.map(item =>
                el("option", {value: item.id}, item.title || item.username || String(item.tg_channel_id ?? item.id))));
            cursor = answer.next_cursor;
        } while (cursor && this.#channel.options.length < 500);
    }

    #choose() {
        history.replaceState(history.state, "", to({view: "ask", ...this.#filters()}));
        this.#scope();
    }

    #filters() {
        return {channel: this.#channel.value, tag: this.#tag.value.trim(), from: this.#from.value, to: this.#to.value};
    }

    #scope() {
        const count = Object.values(this.#filters()).filter(value => value).length;
        this.#summary.textContent = count ? t("ask.scope.some", {count}) : t("ask.scope");
    }

    #restart() {
        this.#calls.abort();
        this.#thread = null;
        this.#turns.replaceChildren();
        this.#examples.hidden = false;
        this.#again.hidden = true;
        this.#question.placeholder = t("ask.hint");
        this.#question.focus();
    }

    #body(query) {
        const {channel, tag, from, to: last} = this.#filters();
        return {
            query,
            ...channel && {channel_ids: [channel]},
            ...tag && {tag},
            ...dayStart(from) && {from: dayStart(from)},
            ...dayAfter(last) && {to: dayAfter(last)},
            ...this.#thread && {thread_id: this.#thread},
        };
    }

    async #ask(query) {
        if (!query || !this.#stop.hidden) {
            return;
        }
        this.#calls = new AbortController();
        const signal = this.#calls.signal;
        const turn = new Turn(query, this.#turns.children.length + 1);
        this.#turns.append(turn.node);
        this.#busy(true);
        turn.node.scrollIntoView({block: "nearest"});
        try {
            const answer = await ask(this.#page.api, this.#page.user.id, this.#body(query), {
                status: ({phase}) => turn.status(phase),
                sources: ({sources}) => turn.sources(sources),
                sentence: sentence => turn.sentence(sentence),
            }, signal);
            this.#thread = answer.thread_id;
            turn.done(answer);
            this.#question.value = "";
        } catch (error) {
            if (this.#leaving.signal.aborted) {
                return;
            }
            signal.aborted ? turn.stopped() : turn.failed(failure(error, () => {
                turn.node.remove();
                this.#ask(query);
            }));
        } finally {
            this.#busy(false);
        }
    }

    #busy(isBusy) {
        this.#examples.hidden = true;
        this.#submit.hidden = isBusy;
        this.#stop.hidden = !isBusy;
        this.#again.hidden = isBusy || this.#thread === null;
        this.#question.placeholder = t(this.#thread ? "ask.follow" : "ask.hint");
        if (!isBusy) {
            this.#question.focus({preventScroll: true});
        }
    }
}

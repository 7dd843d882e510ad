// @ts-check
/** A question with its answer: checked sentences, the passages that they cite, and what a reader has to know. */
import {el, external, icon} from "../dom.js";
import {dateTime, moment, share, t} from "../i18n.js";
import {to} from "../route.js";
import {marked, plain} from "../text.js";

export class Turn {
    #query;
    #id;
    #said = el("p", {class: "muted said", role: "status"});
    /** Sentences are announced one by one, in the order in which they come. */
    #text = el("p", {class: "answer", "aria-live": "polite", "aria-relevant": "additions"});
    #notes = el("ul", {class: "notes"});
    #cards = el("ol", {class: "sources"});
    #sourcesTitle = el("h3", {hidden: true}, t("ask.sources"));
    #problem = el("div");
    #phase = "";
    #sources = [];
    #sentences = [];

    /** @param {number} id of the turn on the page */
    constructor(query, id) {
        this.#query = query;
        this.#id = id;
        this.node = el("li", {class: "turn"},
            el("h2", {}, query), this.#said, this.#text, this.#notes, this.#problem, this.#sourcesTitle, this.#cards);
        this.status("searching");
    }

    status(phase) {
        this.#phase = phase;
        this.#said.textContent = t(`ask.phase.${phase}`);
    }

    sources(sources) {
        this.#sources = sources;
        this.#drawSources();
    }

    sentence(sentence) {
        this.#sentences.push(sentence);
        const isOpen = sentence.support === "none";
        this.#text.append(el("span", {class: isOpen ? "sentence unconfirmed" : "sentence"},
            sentence.text,
            isOpen && el("span", {class: "badge", title: t("ask.unconfirmed.help")}, t("ask.unconfirmed")),
            sentence.citations.map(n => this.#citation(n, sentence))), " ");
        if (this.#phase === "writing") {
            this.#said.textContent = t("ask.phase.checked", {count: this.#sentences.length});
        }
        this.#drawSources();
    }

    done(answer) {
        const isAnswered = answer.sentences.length > 0;
        if (!isAnswered) {
            this.#text.replaceChildren(answer.answer);
            this.#text.classList.add("none");
        }
        this.#said.textContent = isAnswered ? t("ask.done", {confidence: share(answer.confidence), by: answer.model ?? t("ask.local")}) : "";
        // without an answer the first note is its text
        this.#notes.replaceChildren(...(isAnswered ? answer.notes : answer.notes.slice(1)).map(note =>
            el("li", {class: `note ${note.code}`}, note.text)));
        this.#sourcesTitle.textContent = t(isAnswered ? "ask.sources" : "ask.nearest");
        this.sources(answer.sources);
    }

    stopped() {
        this.#said.textContent = t("ask.stopped");
    }

    /** @param {Node} problem */
    failed(problem) {
        this.#said.textContent = "";
        this.#problem.replaceChildren(problem);
    }

    #citation(n, sentence) {
        const go = event => {
            event.preventDefault();
            const card = this.#card(n);
            this.#drawSources(sentence);
            this.#card(n)?.focus({preventScroll: true});
            (this.#card(n) ?? card)?.scrollIntoView({block: "nearest", behavior: "smooth"});
        };
        return el("a", {class: "cite", href: `#${this.#cardId(n)}`, onclick: go, "aria-label": t("ask.source", {n})}, String(n));
    }

    #cardId(n) {
        return `source-${this.#id}-${n}`;
    }

    #card(n) {
        return document.getElementById(this.#cardId(n));
    }

    /** @param {{text: string, citations: number[]} | null} [wanted] the sentence whose words are marked; null for all */
    #drawSources(wanted = null) {
        this.#sourcesTitle.hidden = this.#sources.length === 0;
        this.#cards.replaceChildren(...this.#sources.map(source => {
            const citing = (wanted ? [wanted] : this.#sentences).filter(sentence => sentence.citations.includes(source.n));
            const isWanted = wanted !== null && citing.length > 0;
            return el("li", {class: isWanted ? "source wanted" : "source", id: this.#cardId(source.n), tabindex: "-1"},
                el("p", {class: "meta"},
                    el("span", {class: "n"}, String(source.n)),
                    el("span", {}, source.channel),
                    el("time", {datetime: source.posted_at, title: dateTime(source.posted_at)}, moment(source.posted_at)),
                    source.found_in !== "post" && el("span", {}, t(`found.${source.found_in}`)),
                    source.same_story.length > 0 && el("span", {}, t("ask.same", {count: source.same_story.length}))),
                el("blockquote", {}, passage(source.snippet, citing.map(sentence => sentence.text), this.#query)),
                el("p", {class: "ways"},
                    el("a", {href: to({post: String(source.number)})}, t("ask.open")),
                    source.link && external(source.link, t("ask.telegram"), icon("out"))));
        }));
    }
}

/** The passage with the cited sentences marked, or, where they have other words, with the words of the sentences. */
function passage(text, sentences, query) {
    const ranges = sentences
        .map(sentence => [plain(text).indexOf(plain(sentence)), sentence.length])
        .filter(([start]) => start >= 0)
        .sort(([one], [other]) => one - other);
    if (ranges.length === 0) {
        return marked(text, sentences.join(" ") || query);
    }
    const parts = [];
    let end = 0;
    for (const [start, length] of ranges.filter(([start], i) => i === 0 || start >= ranges[i - 1][0] + ranges[i - 1][1])) {
        parts.push(text.slice(end, start), el("mark", {}, text.slice(start, start + length)));
        end = start + length;
    }
    return [...parts, text.slice(end)];
}

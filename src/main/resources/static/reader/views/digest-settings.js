// @ts-check
/** When digests come, and of what. */
import {el} from "../dom.js";
import {dateTime, language, t} from "../i18n.js";
import {failure} from "./problem.js";

const LANGUAGES = ["auto", "ru", "en"];
const FREQUENCIES = ["daily", "weekly", "monthly"];

export class DigestSettings {
    #page;
    #signal;
    #form = el("form", {class: "settings", onsubmit: event => this.#save(event)});
    #said = el("p", {class: "muted", role: "status"});
    #stored;

    constructor(page, signal) {
        this.#page = page;
        this.#signal = signal;
        this.node = el("details", {class: "part", ontoggle: event => event.target.open && this.#load()}, el("summary", {}, t("digest.settings")), this.#form);
    }

    get #path() {
        return `users/${this.#page.user.id}/digest/settings`;
    }

    async #load() {
        try {
            const [settings, channels] = await Promise.all([
                this.#page.api.json(this.#path, {}, this.#signal),
                this.#page.api.json(`users/${this.#page.user.id}/channels`, {limit: 100}, this.#signal),
            ]);
            this.#draw(settings, channels.items);
        } catch (error) {
            if (!this.#signal.aborted) {
                this.#form.replaceChildren(failure(error, () => this.#load()));
            }
        }
    }

    #draw(settings, channels) {
        this.#stored = settings;
        const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
        // a reader that has chosen nothing yet gets the zone of the device
        const zone = !settings.enabled && settings.zone === "UTC" ? own : settings.zone;
        const zones = typeof Intl.supportedValuesOf === "function" ? Intl.supportedValuesOf("timeZone") : [];
        const day = number => new Intl.DateTimeFormat(language(), {weekday: "long", timeZone: "UTC"}).format(new Date(Date.UTC(2026, 0, 4 + number)));
        const field = (name, control) => el("label", {class: name}, t(`digest.${name}`), control);
        const select = (name, options, chosen) => field(name, el("select", {name}, options.map(([value, text]) => el("option", {value, selected: value === chosen}, text))));
        this.#form.replaceChildren(
            el("label", {class: "check"}, el("input", {type: "checkbox", name: "enabled", checked: settings.enabled}), t("digest.enabled")),
            select("frequency", FREQUENCIES.map(code => [code, t(`digest.${code}`)]), settings.frequency),
            field("time", el("input", {type: "time", name: "time", value: settings.time, required: true})),
            field("zone", el("input", {type: "text", name: "zone", value: zone, list: "zones", maxlength: "64", required: true, autocomplete: "off"})),
            el("datalist", {id: "zones"}, zones.map(value => el("option", {value}))),
            select("day_of_week", [1, 2, 3, 4, 5, 6, 7].map(number => [String(number), day(number)]), String(settings.day_of_week)),
            field("day_of_month", el("input", {type: "number", name: "day_of_month", min: "1", max: "31", value: String(settings.day_of_month), required: true})),
            field("max_items", el("input", {type: "number", name: "max_items", min: "1", max: "50", value: String(settings.max_items), required: true})),
            select("language", LANGUAGES.map(code => [code, t(`digest.language.${code}`)]), settings.language),
            field("topics", el("input", {type: "text", name: "topics", value: settings.topics.join(", "), placeholder: t("digest.topics.hint"), autocomplete: "off"})),
            field("muted_words", el("input", {type: "text", name: "muted_words", value: settings.muted_words.join(", "), placeholder: t("digest.muted_words.hint"), autocomplete: "off"})),
            el("fieldset", {}, el("legend", {}, t("digest.channels")), channels.map(channel => el("label", {class: "check"},
                el("input", {type: "checkbox", name: "read", value: channel.id, checked: !settings.muted_channels.includes(channel.id)}),
                channel.title || channel.username || String(channel.tg_channel_id)))),
            el("div", {class: "line"}, el("button", {class: "primary"}, t("digest.save")), this.#said));
        this.#say(settings);
    }

    #say(settings) {
        this.#said.textContent = settings.next_due_at === null ? "" : t("digest.next", {at: dateTime(settings.next_due_at)});
    }

    async #save(event) {
        event.preventDefault();
        const data = new FormData(this.#form);
        const list = name => String(data.get(name)).split(",").map(text => text.trim()).filter(text => text);
        const read = data.getAll("read");
        const shown = [...this.#form.querySelectorAll("input[name=read]")].map(input => /** @type {HTMLInputElement} */ (input).value);
        const body = {
            enabled: data.has("enabled"),
            time: data.get("time"),
            zone: data.get("zone"),
            frequency: data.get("frequency"),
            day_of_week: Number(data.get("day_of_week")),
            day_of_month: Number(data.get("day_of_month")),
            topics: list("topics"),
            channels: this.#stored.channels,
            muted_words: list("muted_words"),
            muted_channels: [...this.#stored.muted_channels.filter(id => !shown.includes(id)), ...shown.filter(id => !read.includes(id))],
            max_items: Number(data.get("max_items")),
            language: data.get("language"),
        };
        try {
            this.#stored = await this.#page.api.put(this.#path, body);
            this.#say(this.#stored);
            this.#said.prepend(t("digest.saved"), " ");
        } catch (error) {
            this.#said.replaceChildren(failure(error, () => this.#form.requestSubmit()));
        }
    }
}

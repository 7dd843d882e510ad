// @ts-check
/** The form that adds a channel by its name, its link or its id. */
import {el, icon} from "../dom.js";
import {t} from "../i18n.js";

const NAME = /^(?:@|(?:https?:\/\/)?(?:www\.)?(?:t|telegram)\.me\/(?:s\/)?)?([A-Za-z][A-Za-z0-9_]{3,31})(?:\/\d*)?(?:\?.*)?$/;
const PRIVATE = /^(?:https?:\/\/)?t\.me\/c\/(\d{1,15})(?:\/\d*)?$/;
const ID = /^-?\d{1,16}$/;
const INVITATION = /t\.me\/(?:\+|joinchat\/)/;

/**
 * What the API takes; else a word for what is wrong.
 *
 * @returns {{body: object} | {wrong: "invitation" | "form"}}
 */
export function parse(text) {
    const given = text.trim();
    const [, id] = PRIVATE.exec(given) ?? [];
    if (id || ID.test(given)) {
        return {body: {tg_channel_id: Number(id ?? given)}};
    }
    if (INVITATION.test(given)) {
        return {wrong: "invitation"};
    }
    const [, username] = NAME.exec(given) ?? [];
    return username ? {body: {username}} : {wrong: "form"};
}

/** @param {(body: object) => Promise<boolean>} add tells whether the channel was added */
export function addForm(add) {
    const input = el("input", {
        id: "new-channel", name: "channel", required: true, autocomplete: "off", autocapitalize: "off", spellcheck: "false",
        placeholder: "@durov", "aria-describedby": "new-channel-wrong new-channel-help",
    });
    const wrong = el("p", {class: "error", id: "new-channel-wrong", role: "alert"});
    const button = el("button", {class: "primary"}, t("channel.add"));
    const submit = async event => {
        event.preventDefault();
        const parsed = parse(input.value);
        wrong.textContent = "wrong" in parsed ? t(`channel.add.${parsed.wrong}`) : "";
        input.setAttribute("aria-invalid", String("wrong" in parsed));
        if ("body" in parsed) {
            button.disabled = true;
            if (await add(parsed.body)) {
                form.reset();
            }
            button.disabled = false;
        }
        input.focus();
    };
    const form = el("form", {class: "add-channel panel", onsubmit: submit},
        el("label", {for: "new-channel"}, t("channel.new")),
        el("div", {class: "line"}, input, button),
        wrong,
        el("p", {class: "muted", id: "new-channel-help"}, t("channel.add.help")));
    return form;
}

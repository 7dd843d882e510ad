// @ts-check
/** The dialog that asks for a key where the server wants one. */
import {el} from "./dom.js";
import {t} from "./i18n.js";

/**
 * @param {boolean} isWrong whether there was a key that the server refused
 * @returns {Promise<string | null>} null if the reader has none
 */
export function askForKey(isWrong) {
    return new Promise(resolve => {
        const error = isWrong && el("p", {class: "error", id: "key-error"}, t("key.wrong"));
        const input = el("input", {
            id: "key", type: "password", autocomplete: "off", spellcheck: "false", required: true,
            "aria-describedby": isWrong ? "key-error key-help" : "key-help", "aria-invalid": isWrong && "true",
        });
        const dialog = el("dialog", {class: "key", "aria-labelledby": "key-title", onclose: () => {
            const key = dialog.returnValue;
            dialog.remove();
            resolve(key || null);
        }});
        const submit = event => {
            event.preventDefault();
            dialog.close(input.value.trim());
        };
        dialog.append(el("form", {onsubmit: submit},
            el("h2", {id: "key-title"}, t("key.title")),
            error,
            el("p", {id: "key-help"}, t("key.help")),
            el("label", {for: "key"}, t("key.label")),
            input,
            el("div", {class: "buttons"},
                el("button", {type: "button", onclick: () => dialog.close("")}, t("cancel")),
                el("button", {class: "primary"}, t("key.use")))));
        document.body.append(dialog);
        dialog.showModal();
    });
}

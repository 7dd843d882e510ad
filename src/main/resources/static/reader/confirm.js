// @ts-check
/** The dialog that asks before something that cannot simply be undone. */
import {el} from "./dom.js";
import {t} from "./i18n.js";

/**
 * @param {string} title the question
 * @param {string} consequence what happens then
 * @param {string} action the word on the button
 * @returns {Promise<boolean>}
 */
export function confirmed(title, consequence, action) {
    return new Promise(resolve => {
        const before = /** @type {HTMLElement | null} */ (document.activeElement);
        const dialog = el("dialog", {class: "key", "aria-labelledby": "confirm-title", "aria-describedby": "confirm-text", onclose: () => {
            dialog.remove();
            before?.focus();
            resolve(dialog.returnValue === "yes");
        }});
        dialog.append(el("form", {method: "dialog"},
            el("h2", {id: "confirm-title"}, title),
            el("p", {id: "confirm-text"}, consequence),
            el("div", {class: "buttons"},
                el("button", {value: "no", autofocus: true}, t("cancel")),
                el("button", {class: "danger", value: "yes"}, action))));
        document.body.append(dialog);
        dialog.showModal();
    });
}

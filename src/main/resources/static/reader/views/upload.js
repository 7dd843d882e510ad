// @ts-check
/** Sends an export to the server: result.json, or the zipped folder with its pictures. */
import {el, icon} from "../dom.js";
import {share, t} from "../i18n.js";
import {failure} from "./problem.js";

/** @param {() => void} done called when the server has taken the file */
export function uploadForm(page, done) {
    const input = el("input", {type: "file", name: "file", id: "export", accept: ".json,.zip", required: true});
    const button = el("button", {class: "primary"}, icon("upload"), t("upload.do"));
    const said = el("p", {class: "muted", role: "status"});
    const problems = el("div");
    const send = async event => {
        event?.preventDefault();
        const file = input.files[0];
        if (!file) {
            return;
        }
        button.disabled = true;
        problems.replaceChildren();
        try {
            await page.api.upload(`users/${page.user.id}/imports`, file, part => {
                said.textContent = t("upload.sent", {share: share(part)});
            });
            said.textContent = t("upload.done");
            form.reset();
            done();
        } catch (error) {
            said.textContent = "";
            problems.replaceChildren(failure(error, () => send()));
        } finally {
            button.disabled = false;
        }
    };
    const form = el("form", {class: "upload", onsubmit: send},
        el("label", {for: "export"}, t("upload.file")), input, button, said, problems);
    return form;
}

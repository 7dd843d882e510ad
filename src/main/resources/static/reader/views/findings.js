// @ts-check
/** What was found out about a post beside its tags: pictures seen, and words read in them. */
import {el} from "../dom.js";
import {dateTime, named, t} from "../i18n.js";

export function findings({vision, ocr}, album) {
    const read = ocr?.text || (typeof vision?.ocr === "string" ? vision.ocr : vision?.ocr?.text);
    return [
        vision && panel("vision", visionParts(vision)),
        read && panel("ocr", [el("blockquote", {}, read)]),
        album?.summary && album.items_count > 1 && panel("album", albumParts(album.summary)),
    ].filter(Boolean);
}

function panel(name, children) {
    return el("section", {class: `panel ${name}`, "aria-labelledby": `${name}-title`}, el("h2", {id: `${name}-title`}, t(name)), children);
}

function visionParts(seen) {
    const {classification, description, is_meme: isMeme, labels, objects, error} = seen;
    const kind = classification?.type ?? (typeof classification === "string" ? classification : null);
    const rows = [
        ["vision.kind", [kind && named("kind", kind), isMeme && t("vision.meme")].filter(Boolean).join(", ")],
        ["vision.labels", labels?.join(", ")],
        ["vision.objects", objects?.join(", ")],
        ["vision.colors", seen.dominant_colors?.length > 0 && seen.dominant_colors.map(swatch)],
        ["vision.by", seen.provider && [seen.provider === "local" ? t("vision.local") : named("provider", seen.provider), seen.model !== seen.provider && seen.model,
            seen.analyzed_at && dateTime(seen.analyzed_at)].filter(Boolean).join(", ")],
        ["vision.skipped", skipped(seen.files ?? [])],
        ["why.error", error],
    ].filter(([, value]) => value);
    return [
        description && el("p", {}, description),
        rows.length > 0 && el("dl", {class: "facts"}, rows.map(([name, value]) => [el("dt", {}, t(name)), el("dd", {}, value)])),
    ];
}

/** What all pictures of the album show together. */
function albumParts(summary) {
    const rows = [
        ["vision.labels", summary.vision_labels?.join(", ")],
        ["ocr", summary.vision_ocr_text],
        ["album.analyzed", `${summary.items_analyzed} / ${summary.items_count}`],
    ].filter(([, value]) => value);
    return [
        summary.vision_summary && el("p", {class: "lines"}, summary.vision_summary),
        el("dl", {class: "facts"}, rows.map(([name, value]) => [el("dt", {}, t(name)), el("dd", {class: "lines"}, value)])),
        !summary.complete && el("p", {class: "muted"}, t("album.incomplete")),
    ];
}

function swatch(color) {
    const square = el("span", {class: "swatch", title: color, role: "img", "aria-label": color});
    square.style.backgroundColor = color; // an attribute would need a weaker content security policy
    return square;
}

/** Why files were not analysed, each reason once. */
function skipped(files) {
    return [...new Set(files.map(file => file.skip_reason).filter(Boolean))].map(reason => named("picture", reason)).join(", ");
}

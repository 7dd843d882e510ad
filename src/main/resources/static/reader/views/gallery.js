// @ts-check
/** The pictures of a post, or of the album it belongs to, and its other files. */
import {el, icon} from "../dom.js";
import {date, size, t} from "../i18n.js";
import {isPicture} from "../pictures.js";
import {to} from "../route.js";
import {missingFiles} from "./attached.js";

const MAX_SAME = 20;

export function gallery(post, album, pictures) {
    const {images, files, missing} = sorted(post, album);
    return [
        missingFiles(missing),
        images.length > 0 && section(images, album, post, pictures),
        files.length > 0 && el("section", {class: "files", "aria-labelledby": "files-title"},
            el("h2", {id: "files-title"}, t("files")),
            el("ul", {}, files.map(file => el("li", {}, download(file, pictures))))),
    ];
}

/** Other posts with these pictures, the first of each post. */
export function samePictures(post, channels) {
    const posts = new Map(post.same_pictures.flatMap(picture => picture.posts).map(other => [other.post_id, other]));
    const name = id => channels.find(channel => channel.id === id)?.title;
    return posts.size > 0 && el("section", {class: "same", "aria-labelledby": "same-title"},
        el("h2", {id: "same-title"}, t("gallery.same")),
        el("ul", {}, [...posts.values()].slice(0, MAX_SAME).map(other => el("li", {},
            el("a", {href: to({post: String(other.number)})}, t("post.untitled", {number: other.number})),
            el("span", {class: "muted"}, [name(other.channel_id), date(other.posted_at)].filter(Boolean).join(", "))))));
}

/** Of an album all members in their order; of members in other posts only the kind is known. */
function sorted(post, album) {
    const there = post.media.filter(file => !file.missing);
    const own = new Map(there.map(file => [file.sha256, file]));
    const all = album
        ? album.members.filter(member => member.media_sha256).map(member => ({
            kind: member.media_kind, ...own.get(member.media_sha256), post: member.post_id, sha256: member.media_sha256,
        }))
        : there.map(file => ({...file, post: post.id}));
    const isShown = file => file.mime_type ? isPicture(file.mime_type) : file.kind === "photo";
    const stored = all.filter(file => file.mime_type !== null);
    return {
        images: stored.filter(isShown),
        files: stored.filter(file => !isShown(file)),
        missing: [
            ...post.media.filter(file => file.missing),
            ...all.filter(file => file.mime_type === null).map(lost),
            ...(album?.members ?? []).filter(member => !member.media_sha256 && member.post_id !== post.id)
                .map(member => lost({kind: member.media_kind})),
        ],
    };
}

/** Known to the database, but not in the store. */
function lost(file) {
    return {...file, missing: "lost"};
}

function section(images, album, post, pictures) {
    const described = post.enrichments.vision?.description;
    const alt = i => images.length === 1 && described ? described : t("gallery.picture", {number: i + 1, count: images.length});
    const items = images.map((file, i) => {
        const button = el("button", {
            type: "button", "aria-label": t("gallery.open", {picture: alt(i)}), onclick: () => enlarge(images, i, alt, pictures),
        }, pictures.image(file, alt(i), () => {
            button.disabled = true;
            button.replaceChildren(icon("picture"), t("gallery.missing"));
        }));
        return el("li", {}, button);
    });
    return el("section", {class: "gallery", "aria-labelledby": "gallery-title"},
        el("h2", {id: "gallery-title"}, album ? t("gallery.album", {count: images.length}) : t("gallery", {count: images.length})),
        el("ul", {class: `of-${Math.min(images.length, 5)}`}, items));
}

function enlarge(images, first, alt, pictures) {
    let shown = first;
    const image = el("img", {alt: ""});
    const place = el("p", {role: "status"});
    const show = async i => {
        shown = (i + images.length) % images.length;
        const wanted = shown;
        place.textContent = t("gallery.picture", {number: wanted + 1, count: images.length});
        image.alt = alt(wanted);
        const address = await pictures.address(images[wanted]).catch(() => null);
        if (wanted === shown) {
            address ? image.setAttribute("src", address) : place.textContent = t("gallery.missing");
        }
    };
    const keys = {ArrowLeft: () => show(shown - 1), ArrowRight: () => show(shown + 1), Home: () => show(0), End: () => show(-1)};
    const dialog = el("dialog", {
        class: "enlarged",
        "aria-label": t("gallery.title"),
        onkeydown: event => keys[event.key]?.(),
        onclick: event => event.target === dialog && dialog.close(),
        onclose: () => dialog.remove(),
    },
    el("div", {class: "bar"}, place, button("close", t("close"), () => dialog.close())),
    image,
    images.length > 1 && el("div", {class: "turn"},
        button("back", t("gallery.before"), () => show(shown - 1)),
        button("next", t("gallery.next"), () => show(shown + 1))));
    document.body.append(dialog);
    dialog.showModal();
    show(first);
}

function button(name, text, onclick) {
    return el("button", {type: "button", class: "round", "aria-label": text, title: text, onclick}, icon(name));
}

function download(file, pictures) {
    const name = file.name || file.mime_type || t(`media.${file.kind === "video" ? "video" : "file"}`);
    const status = el("span", {role: "status"});
    const save = async () => {
        try {
            const address = await pictures.address(file);
            el("a", {href: address, download: file.name || `${file.sha256.slice(0, 12)}.${extension(file.mime_type)}`}).click();
            status.textContent = t("files.saved");
        } catch {
            status.textContent = t("files.missing");
        }
    };
    return [el("button", {type: "button", onclick: save}, icon("download"), t("files.save", {name}),
        file.size_bytes ? ` (${size(file.size_bytes)})` : ""), " ", status];
}

function extension(mime) {
    return /\/([a-z0-9]+)$/.exec(mime ?? "")?.[1] ?? "bin";
}

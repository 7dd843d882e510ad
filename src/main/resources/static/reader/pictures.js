// @ts-check
/**
 * Pictures of one view. They are fetched like everything else, since an img element cannot send a key, when they come near the
 * visible part of the page, and given back when the view is left.
 */
import {el} from "./dom.js";

/** What the API lets a browser show; anything else is to be saved. */
export function isPicture(mime) {
    return ["image/jpeg", "image/png", "image/gif", "image/webp"].includes(mime);
}

export class Pictures {
    #api;
    #addresses = [];
    #left = new AbortController();
    #loads = new Map();
    #near = new IntersectionObserver(entries => {
        for (const {isIntersecting, target} of entries) {
            if (isIntersecting) {
                this.#near.unobserve(target);
                this.#loads.get(target)?.();
            }
        }
    }, {rootMargin: "300px"});

    constructor(api) {
        this.#api = api;
    }

    /**
     * @param {{post: string, sha256: string} | {path: string}} file
     * @param {string} alt
     * @param {() => void} [missing] called when the file cannot be had
     */
    image(file, alt, missing = () => {}) {
        const image = el("img", {alt, decoding: "async"});
        this.#loads.set(image, async () => {
            try {
                const address = await this.address(file);
                image.src = address;
            } catch {
                if (!this.#left.signal.aborted) {
                    missing();
                }
            }
        });
        this.#near.observe(image);
        return image;
    }

    /** An address of the file within this page. */
    async address({post, sha256, path = `posts/${post}/media/${sha256}`}) {
        const blob = await this.#api.blob(path, this.#left.signal);
        const address = URL.createObjectURL(blob);
        this.#addresses.push(address);
        return address;
    }

    release() {
        this.#left.abort();
        this.#near.disconnect();
        this.#addresses.forEach(address => URL.revokeObjectURL(address));
    }
}

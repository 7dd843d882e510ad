// @ts-check
/** Renews a list in place: what is the same stays, and the focus stays where it was. */

/**
 * @param {HTMLElement} list
 * @param {HTMLElement[]} made new items, each with data-key; what can have the focus in them has data-focus
 */
export function renew(list, made) {
    const old = new Map([...list.children].map(item => [/** @type {HTMLElement} */ (item).dataset.key, item]));
    const focused = /** @type {HTMLElement | null} */ (document.activeElement);
    const place = focused && list.contains(focused)
        ? {key: /** @type {HTMLElement} */ (focused.closest("[data-key]"))?.dataset.key, name: focused.dataset.focus} : null;
    const items = made.map(item => {
        const before = old.get(item.dataset.key);
        return before?.isEqualNode(item) ? before : item;
    });
    if (items.length !== list.children.length || items.some((item, i) => item !== list.children[i])) {
        list.replaceChildren(...items);
        const again = place && items.find(item => /** @type {HTMLElement} */ (item).dataset.key === place.key);
        const target = again && (again.querySelector(`[data-focus="${place.name}"]`) ?? again.querySelector("[data-focus]"));
        /** @type {HTMLElement | null} */ (target)?.focus({preventScroll: true});
    }
}

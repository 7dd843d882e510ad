// @ts-check
/** Puts the page together: language, header, and the view that the address asks for. */
import {Api} from "./api.js";
import {el, isolated} from "./dom.js";
import {header} from "./header.js";
import * as i18n from "./i18n.js";
import {askForKey} from "./key.js";
import * as route from "./route.js";
import {AdminView} from "./views/admin.js";
import {AskView} from "./views/ask.js";
import {ArticleView} from "./views/article.js";
import {ChannelsView} from "./views/channels.js";
import {DigestView} from "./views/digest.js";
import {ListView} from "./views/list.js";
import {PostView} from "./views/post.js";
import {noUser} from "./views/nothing.js";
import {failure} from "./views/problem.js";
import {StatusView} from "./views/status.js";

const VIEWS = {
    list: ListView,
    post: PostView,
    article: ArticleView,
    ask: AskView,
    channels: ChannelsView,
    digest: DigestView,
    status: StatusView,
    admin: AdminView,
};

const main = /** @type {HTMLElement} */ (document.getElementById("main"));
const api = new Api(askForKey);
const page = {api, users: [], user: null, lists: new Map(), go: address => route.go(address, show), title};
let view = null;
let turns = 0;

/** @param {boolean} isBack whether the reader went back or forward to what was there before */
async function show(isBack) {
    const asked = route.current();
    const isSameUser = page.user && (asked.user ?? String(page.users[0]?.id)) === String(page.user.id);
    if (view?.update && isSameUser && view instanceof VIEWS[asked.view]) {
        view.update(asked, isBack);
        header(page, asked, chooseLanguage, signOut);
        return;
    }
    const isFirst = view === null;
    const turn = ++turns;
    view?.leave();
    main.replaceChildren(el("p", {class: "loading", role: "status"}, i18n.t("loading")));
    try {
        await findUser(asked.user);
        header(page, asked, chooseLanguage, signOut);
        if (!page.user) {
            main.replaceChildren(noUser(page));
            view = null;
            title("");
            return;
        }
        view = new VIEWS[asked.view](page);
        main.replaceChildren(view.node);
        if (!isFirst && !isBack) {
            scrollTo(0, 0);
            main.focus({preventScroll: true});
        }
        await view.show(asked, isBack);
        if (!isFirst && document.activeElement === main) {
            focusHeading();
        }
    } catch (problem) {
        if (turn !== turns) {
            // the reader went on before it was shown
            return;
        }
        view?.leave();
        view = null;
        page.user = null;
        header(page, asked, chooseLanguage, signOut);
        main.replaceChildren(el("h1", {class: "hidden"}, "Telegram Assistant"), failure(problem, () => show(false)));
    }
}

/** Says what the new view is to who cannot see it. */
function focusHeading() {
    const heading = main.querySelector("h1");
    heading?.setAttribute("tabindex", "-1");
    heading?.focus({preventScroll: true});
}

/** The wanted user, who may be beyond the first hundred, or the first; null where the tenant has none. */
async function findUser(wanted) {
    if (page.users.length === 0) {
        page.users = (await api.json("users", {limit: 100})).items;
    }
    let user = wanted === null ? page.users[0] : page.users.find(user => String(user.id) === wanted);
    if (!user && wanted !== null) {
        user = await api.json(`users/${encodeURIComponent(wanted)}`);
        page.users.push(user);
    }
    page.user = user ?? null;
}

function title(text) {
    document.title = text ? `${isolated(text)} · Telegram Assistant` : "Telegram Assistant";
}

async function chooseLanguage(language) {
    i18n.remember(language);
    await speak(language);
    view?.leave();
    view = null;
    await show(true);
}

async function speak(language) {
    await i18n.load(language);
    for (const node of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-text]"))) {
        node.textContent = i18n.t(node.dataset.text ?? "");
    }
}

function signOut() {
    api.forgetKey();
    // nothing that was read with the key stays in memory
    location.reload();
}

route.follow(show);
await speak(i18n.preferred());
await show(true);

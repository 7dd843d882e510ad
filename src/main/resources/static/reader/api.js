// @ts-check
/** Calls of the HTTP API, with the key of the reader where the server wants one. */

const KEY = "reader.key";

/** Why a call has no result, as the server's problem details say it; status 0 where there was no answer. */
export class Problem extends Error {
    constructor(status, details = {}, retryAfter = null) {
        super(details.title ?? "No answer");
        this.status = status;
        this.detail = details.detail ?? "";
        this.remedy = details.remedy ?? "";
        /** Of signing in to Telegram: a name for why. */
        this.reason = details.reason ?? null;
        this.retryAfter = retryAfter;
    }
}

export class Api {
    #ask;
    #asking = null;

    /** @param {(isWrong: boolean) => Promise<string | null>} ask asks the reader for a key; null if there is none */
    constructor(ask) {
        this.#ask = ask;
    }

    get hasKey() {
        return sessionStorage.getItem(KEY) !== null;
    }

    forgetKey() {
        sessionStorage.removeItem(KEY);
    }

    /**
     * @param {string} path
     * @param {Record<string, any>} [parameters] empty ones are left out; one with a list is given several times
     * @param {AbortSignal} [signal]
     */
    async json(path, parameters = {}, signal) {
        const given = Object.entries(parameters).filter(([, value]) => value !== "" && value !== null && value !== undefined);
        const query = new URLSearchParams(given.flatMap(([name, value]) => [value].flat().map(one => [name, one]))).toString();
        return (await this.#call(query ? `${path}?${query}` : path, signal)).json();
    }

    /** The health is an answer too when it is bad. */
    async health(signal) {
        const answer = await this.#send("health", signal);
        return answer.status === 200 || answer.status === 503 ? answer.json() : Promise.reject(await problem(answer));
    }

    /** @param {object} [body] */
    async post(path, body) {
        const given = body && {body: JSON.stringify(body), headers: {"Content-Type": "application/json"}};
        return (await this.#call(path, undefined, {method: "POST", ...given})).json();
    }

    /**
     * Null where the answer is without a body.
     *
     * @param {object} [body]
     */
    async put(path, body) {
        const given = body && {body: JSON.stringify(body), headers: {"Content-Type": "application/json"}};
        const answer = await this.#call(path, undefined, {method: "PUT", ...given});
        return answer.status === 204 ? null : answer.json();
    }

    /** The answer as a stream of events. */
    async events(path, body, signal) {
        const headers = {"Content-Type": "application/json", Accept: "text/event-stream"};
        return this.#call(path, signal, {method: "POST", body: JSON.stringify(body), headers});
    }

    /** Null where the answer is without a body. */
    async remove(path) {
        const answer = await this.#call(path, undefined, {method: "DELETE"});
        return answer.status === 204 ? null : answer.json();
    }

    /**
     * Sends a file as a form of one field.
     *
     * @param {(share: number) => void} progress from 0 to 1
     */
    async upload(path, file, progress, signal) {
        // fetch does not say how far it is
        const send = () => new Promise((resolve, reject) => {
            const request = new XMLHttpRequest();
            const form = new FormData();
            form.append("file", file);
            request.open("POST", path);
            Object.entries(authorization()).forEach(([name, value]) => request.setRequestHeader(name, value));
            request.upload.onprogress = event => event.lengthComputable && progress(event.loaded / event.total);
            request.onload = () => resolve(new Response(request.response || "{}", {
                status: request.status, headers: {"Retry-After": request.getResponseHeader("Retry-After") ?? ""},
            }));
            request.onerror = () => reject(new Problem(0));
            request.onabort = () => reject(new Problem(0));
            signal?.addEventListener("abort", () => request.abort());
            request.send(form);
        });
        let answer = await send();
        if (answer.status === 401 && await this.#newKey(this.hasKey)) {
            answer = await send();
        }
        return answer.ok ? answer.json() : Promise.reject(await problem(answer));
    }

    async blob(path, signal) {
        return (await this.#call(path, signal)).blob();
    }

    async #call(path, signal, request = {}) {
        const key = sessionStorage.getItem(KEY);
        const answer = await this.#send(path, signal, request);
        if (answer.status === 401) {
            // another call may have got a new key meanwhile
            if (sessionStorage.getItem(KEY) !== key || await this.#newKey(key !== null)) {
                return this.#call(path, signal, request);
            }
        }
        return answer.ok ? answer : Promise.reject(await problem(answer));
    }

    async #send(path, signal, request = {}) {
        try {
            return await fetch(path, {...request, headers: {...request.headers, ...authorization()}, signal});
        } catch (error) {
            if (signal?.aborted) {
                throw error;
            }
            throw new Problem(0);
        }
    }

    /** One dialog for all calls that wait for it. */
    async #newKey(isWrong) {
        this.#asking ??= this.#ask(isWrong).finally(() => this.#asking = null);
        const key = await this.#asking;
        if (key !== null) {
            sessionStorage.setItem(KEY, key);
        }
        return key !== null;
    }
}

function authorization() {
    const key = sessionStorage.getItem(KEY);
    return key === null ? {} : {Authorization: `Bearer ${key}`};
}

async function problem(answer) {
    const details = await answer.json().catch(() => ({}));
    return new Problem(answer.status, details, Number(answer.headers.get("Retry-After")) || null);
}

// @ts-check
/** Questions whose answers come as a stream of server-sent events. */
import {Problem} from "./api.js";

/**
 * @param {import("./api.js").Api} api
 * @param {Record<string, (data: any) => void>} handlers by the name of the event: status, sources, sentence
 * @returns {Promise<object>} the whole answer
 */
export async function ask(api, user, question, handlers, signal) {
    const response = await api.events(`users/${user}/rag/query`, question, signal);
    for await (const {name, data} of events(response.body)) {
        if (name === "done") {
            return data;
        } else if (name === "error") {
            throw new Problem(data.status, data);
        }
        handlers[name]?.(data);
    }
    throw new Problem(0);
}

/** @param {ReadableStream<Uint8Array>} body */
async function* events(body) {
    const reader = body.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    for (let part = await read(reader); !part.done; part = await read(reader)) {
        text += part.value;
        for (let end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n")) {
            const lines = text.slice(0, end).split("\n");
            text = text.slice(end + 2);
            const data = lines.filter(line => line.startsWith("data:")).map(line => line.slice(5)).join("\n");
            if (data) {
                yield {name: lines.find(line => line.startsWith("event:"))?.slice(6).trim() ?? "message", data: JSON.parse(data)};
            }
        }
    }
}

/** A connection that breaks is a call without an answer. */
async function read(reader) {
    try {
        return await reader.read();
    } catch (error) {
        throw error.name === "AbortError" ? error : new Problem(0);
    }
}

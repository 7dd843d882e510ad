// @ts-check
/** What the page says, in the language of the reader, and how it writes numbers and times. */

import {isolated} from "./dom.js";

export const LANGUAGES = {ru: "Русский", en: "English"};

const REMEMBERED = "reader.language";

let current = "en";
/** @type {Record<string, any>} */
let messages = {};

/** The remembered language, else the first of the browser's that there is. */
export function preferred() {
    const wanted = [localStorage.getItem(REMEMBERED) ?? "", ...navigator.languages].map(name => name.slice(0, 2));
    return wanted.find(name => name in LANGUAGES) ?? "en";
}

export function remember(language) {
    localStorage.setItem(REMEMBERED, language);
}

export async function load(language) {
    const answer = await fetch(`reader/messages/${language}.json`);
    messages = await answer.json();
    current = language;
    document.documentElement.lang = language;
}

export function language() {
    return current;
}

/**
 * @param {string} key
 * @param {Record<string, any>} [values] for the places in braces; count chooses the plural form
 */
export function t(key, values = {}) {
    let message = messages[key] ?? key;
    if (typeof message === "object") {
        message = message[new Intl.PluralRules(current).select(values.count)] ?? message.other;
    }
    return message.replace(/\{(\w+)\}/g, (_, name) =>
        typeof values[name] === "number" ? number(values[name]) : isolated(String(values[name] ?? "")));
}

/** The message if there is one for this name of a thing, else the name itself: stages and providers may be added. */
export function named(kind, name) {
    return messages[`${kind}.${name}`] ?? name;
}

/** The name of a language by its code; a code that is none is shown as it is. */
export function languageName(code) {
    try {
        return new Intl.DisplayNames(current, {type: "language"}).of(code) ?? code;
    } catch {
        return code;
    }
}

export function number(value) {
    return new Intl.NumberFormat(current).format(value);
}

export function date(time) {
    const day = new Date(time);
    const year = day.getFullYear() === new Date().getFullYear() ? undefined : "numeric";
    return new Intl.DateTimeFormat(current, {day: "numeric", month: "short", year}).format(day);
}

/** Month and year. */
export function month(time) {
    return new Intl.DateTimeFormat(current, {month: "long", year: "numeric"}).format(new Date(time));
}

/** Day and time of day, short. */
export function moment(time) {
    return `${date(time)}, ${new Intl.DateTimeFormat(current, {timeStyle: "short"}).format(new Date(time))}`;
}

/** Short as Telegram writes it, 12K. */
export function roughly(value) {
    return new Intl.NumberFormat(current, {notation: "compact", maximumFractionDigits: 1}).format(value);
}

export function share(value) {
    return new Intl.NumberFormat(current, {style: "percent", maximumFractionDigits: 0}).format(value);
}

export function dateTime(time) {
    return new Intl.DateTimeFormat(current, {dateStyle: "long", timeStyle: "short"}).format(new Date(time));
}

export function clock(time) {
    return new Intl.DateTimeFormat(current, {dateStyle: "short", timeStyle: "medium"}).format(new Date(time));
}

export function duration(milliseconds) {
    const [value, unit] = milliseconds < 1000 ? [milliseconds, "millisecond"] : [milliseconds / 1000, "second"];
    return unbroken(new Intl.NumberFormat(current, {style: "unit", unit, maximumFractionDigits: 1}).format(value));
}

export function size(bytes) {
    const [value, unit] = bytes < 1000 ? [bytes, "byte"] : bytes < 1_000_000 ? [bytes / 1000, "kilobyte"] : [bytes / 1_000_000, "megabyte"];
    return unbroken(new Intl.NumberFormat(current, {style: "unit", unit, maximumSignificantDigits: 2}).format(value));
}

/** A number stays with its unit. */
function unbroken(text) {
    return text.replaceAll(" ", "\u00a0");
}

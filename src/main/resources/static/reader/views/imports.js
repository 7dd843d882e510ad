// @ts-check
/** The imports with their progress. */
import {el} from "../dom.js";
import {dateTime, number, t} from "../i18n.js";

export function imports(jobs) {
    return jobs.length === 0
        ? el("p", {class: "muted"}, t("imports.none"))
        : el("ul", {class: "jobs"}, jobs.map(job));
}

function job(job) {
    const isOpen = job.status === "running" || job.status === "queued";
    return el("li", {class: job.status},
        el("p", {class: "job-title"}, el("strong", {}, job.file), el("span", {class: `badge ${job.status}`}, t(`import.${job.status}`))),
        isOpen && progress(job),
        el("p", {class: "muted"}, [
            !isOpen && t("import.posts", {count: job.posts_done}),
            job.posts_new > 0 && t("import.new", {count: job.posts_new}),
            job.posts_changed > 0 && t("import.changed", {count: job.posts_changed}),
            job.media_missing > 0 && t("import.missing", {count: job.media_missing}),
        ].filter(Boolean).join(" · ")),
        job.error && el("p", {class: "error"}, job.error),
        job.errors.length > 0 && el("details", {}, el("summary", {}, t("import.notes", {count: job.errors.length})),
            el("ul", {}, job.errors.map(note => el("li", {}, `${note.name}: ${note.reason}`)))),
        el("p", {class: "muted"}, el("time", {datetime: job.created_at}, dateTime(job.created_at))));
}

function progress(job) {
    const share = job.bytes_total ? Math.min(100, Math.round(100 * job.bytes_done / job.bytes_total)) : null;
    const text = job.posts_total
        ? t("import.progress", {done: number(job.posts_done), total: number(job.posts_total)})
        : t("import.waiting");
    return el("div", {class: "progress"},
        el("progress", {max: "100", value: share, "aria-label": t("import.progress.of", {file: job.file})}),
        el("span", {}, text));
}

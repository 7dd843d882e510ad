package routes.crawl4ai;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;
import routes.web.Fetched;

/**
 * Requests and responses of crawl4ai's {@code POST /crawl}, for all versions since 0.4: the response contains the result, or a task
 * to be polled; Markdown is a text or an object; a failed page is a result, an empty result, or an error of the server.
 */
final class Crawl4aiAnswers {
    /** Maximum time for loading a page in the browser. */
    private static final Duration PAGE = Duration.ofSeconds(15);

    private static final int MAX_DETAIL = 200;
    private static final int OK = 200;
    private static final int MULTIPLE_CHOICES = 300;
    private static final int FIRST_ERROR = 400;
    private static final int LAST_ERROR = 599;
    private static final Pattern TASK = Pattern.compile("[\\w-]{1,100}");
    private static final String CONVERSION_ERROR = "Error converting HTML to markdown";
    /** Messages of the browser about pages that could not be loaded, and their reasons. */
    private static final List<Map.Entry<String, String>> FAILURES = List.of(
            Map.entry("err_name_not_resolved", "dns"),
            Map.entry("err_connection_refused", "connect"),
            Map.entry("err_address_unreachable", "connect"),
            Map.entry("err_connection_reset", "reset"),
            Map.entry("err_empty_response", "reset"),
            Map.entry("err_cert", "tls"),
            Map.entry("err_ssl", "tls"),
            Map.entry("err_too_many_redirects", "too_many_redirects"),
            Map.entry("ssrf", "refused_address"),
            Map.entry("robots", "robots"),
            Map.entry("anti-bot", "http_403"),
            Map.entry("timeout", "timeout"),
            Map.entry("timed_out", "timeout"));

    private static final List<String> PERMANENT =
            List.of("refused_address", "robots", "too_many_redirects", "http_403");

    private static final ObjectMapper JSON = JsonMapper.builder()
            // Python writes NaN and Infinity
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .build();

    /** A result, or the task that will return it. */
    sealed interface Step {
        record Done(Fetched fetched) implements Step {}

        /** @param path path for polling the task */
        record Waiting(String path) implements Step {}
    }

    private final Function<String, Fetched.Failed> refusal;

    /** @param refusal returns why an address must not be fetched; null if it may be fetched */
    Crawl4aiAnswers(Function<String, Fetched.Failed> refusal) {
        this.refusal = refusal;
    }

    static String request(String url) {
        ObjectNode request = JSON.createObjectNode();
        request.putArray("urls").add(url);
        ObjectNode browser = request.putObject("browser_config").put("type", "BrowserConfig");
        browser.putObject("params").put("headless", true);
        ObjectNode config = request.putObject("crawler_config").put("type", "CrawlerRunConfig");
        ObjectNode options =
                config.putObject("params").put("page_timeout", PAGE.toMillis()).put("check_robots_txt", true);
        // a text without its type would mean no cache in some versions and an error in others
        options.putObject("cache_mode").put("type", "CacheMode").put("params", "bypass");
        return request.toString();
    }

    /**
     * @param asked the requested address
     * @param body body of the server's response
     * @throws Crawl4aiException if the response is not about the page
     */
    Step answer(String asked, int status, String body, Duration duration) throws Crawl4aiException {
        JsonNode answer = parsed(body);
        if (status < OK || status >= MULTIPLE_CHOICES) {
            return new Step.Done(error(asked, status, answer, duration));
        }
        String task = answer.path("task_id").asText("");
        JsonNode result = result(answer);
        if (!task.isEmpty() && result.isMissingNode()) {
            return task(asked, task, answer, duration);
        }
        if (!result.isObject()) {
            throw Crawl4aiException.fault("crawl4ai_bad_answer", "Crawl4AI returned no result");
        }
        return new Step.Done(page(asked, result, duration));
    }

    private static JsonNode parsed(String body) {
        try {
            JsonNode answer = JSON.readTree(body);
            return answer == null ? JSON.missingNode() : answer;
        } catch (JsonProcessingException e) {
            return JSON.missingNode();
        }
    }

    /** Returns the single result, at its place in the respective version. */
    private static JsonNode result(JsonNode answer) {
        JsonNode result = answer;
        for (int i = 0; i < 2; i++) {
            if (result.path("results").isArray()) {
                return result.path("results").path(0);
            }
            if (result.path("result").isArray()) {
                return result.path("result").path(0);
            }
            if (!result.path("result").isObject()) {
                return i == 0 ? JSON.missingNode() : result;
            }
            result = result.path("result");
        }
        return result;
    }

    private Step task(String asked, String task, JsonNode answer, Duration duration) throws Crawl4aiException {
        if (!TASK.matcher(task).matches()) {
            throw Crawl4aiException.fault("crawl4ai_bad_answer", "Crawl4AI returned a malformed task id");
        }
        String state = answer.path("status").asText("").toLowerCase(Locale.ROOT);
        if (state.equals("failed") || state.equals("completed")) {
            return new Step.Done(failed(asked, answer.path("error").asText(""), duration));
        }
        // versions 0.4 and 0.5 provide tasks at /task, later versions at /crawl/job
        return new Step.Waiting((task.startsWith("crawl_") ? "/crawl/job/" : "/task/") + task);
    }

    private Fetched error(String asked, int status, JsonNode answer, Duration duration) throws Crawl4aiException {
        String detail = shortened(first(
                answer.path("detail").asText(""),
                answer.path("error").asText(""),
                answer.path("detail").toString()));
        switch (status) {
            case 401, 403 ->
                throw Crawl4aiException.fault(
                        "crawl4ai_unauthorized",
                        "Crawl4AI rejects the token: check CRAWL4AI_API_TOKEN (" + detail + ")");
            case 404, 405, 422 ->
                throw Crawl4aiException.fault(
                        "crawl4ai_unsupported",
                        "Crawl4AI does not support this request, status " + status + ": " + detail);
            case 429, 503 -> throw Crawl4aiException.fault("crawl4ai_busy", "Crawl4AI is busy: " + detail);
            case 400 -> {
                if (reason(detail) != null) {
                    return failed(asked, detail, duration);
                }
                throw Crawl4aiException.fault("crawl4ai_unsupported", "Crawl4AI rejects this request: " + detail);
            }
            case 504 -> {
                return new Fetched.Failed("timeout", false, asked, "crawl4ai: " + detail, null, duration);
            }
            default -> {
                if (detail.toLowerCase(Locale.ROOT).contains("crawl request failed") && reason(detail) != null) {
                    return failed(asked, detail, duration);
                }
                // this status also occurs if the page could not be reached; the reason is lost
                throw Crawl4aiException.failed("Crawl4AI failed, status " + status + ": " + detail);
            }
        }
    }

    private Fetched page(String asked, JsonNode result, Duration duration) throws Crawl4aiException {
        String url = first(
                result.path("redirected_url").asText(""), result.path("url").asText(""), asked);
        int status = result.path("status_code").asInt(0);
        if (!url.equals(asked)) {
            Fetched.Failed refused = refusal.apply(url);
            if (refused != null) {
                return refused;
            }
        }
        // "success" only means that the browser loaded some page
        if (status >= FIRST_ERROR && status <= LAST_ERROR) {
            String message = result.path("error_message").asText("");
            if (message.toLowerCase(Locale.ROOT).contains("robots")) {
                return failed(url, message, duration);
            }
            boolean passes = status >= 500 || status == 408 || status == 425 || status == 429;
            return new Fetched.Failed("http_" + status, !passes, url, "crawl4ai: status " + status, null, duration);
        }
        if (!result.path("success").asBoolean(false)) {
            return failed(url, result.path("error_message").asText(""), duration);
        }
        String html = text(result.path("html"));
        String markdown = markdown(result.path("markdown"));
        if (html.isBlank() && markdown.isBlank()) {
            return new Fetched.Failed("empty", false, url, "Crawl4AI: the page contains no text", null, duration);
        }
        return new Fetched.Page(
                url,
                status == 0 ? OK : status,
                html.isBlank() ? "text/markdown" : "text/html",
                html.isBlank() ? markdown : html,
                text(result.path("metadata").path("title")),
                null,
                null,
                null,
                duration);
    }

    private static String text(JsonNode node) {
        return node.isTextual() ? node.asText() : "";
    }

    private static String markdown(JsonNode markdown) {
        String text = first(text(markdown.path("fit_markdown")), text(markdown.path("raw_markdown")), text(markdown));
        return text.startsWith(CONVERSION_ERROR) ? "" : text;
    }

    private static Fetched failed(String url, String message, Duration duration) throws Crawl4aiException {
        String reason = reason(message);
        if (reason == null) {
            throw Crawl4aiException.failed("crawl4ai failed: " + shortened(message));
        }
        return new Fetched.Failed(
                reason, PERMANENT.contains(reason), url, "crawl4ai: " + shortened(message), null, duration);
    }

    /** Returns null if the message is not about the page. */
    private static String reason(String message) {
        String text = message.toLowerCase(Locale.ROOT);
        return FAILURES.stream()
                .filter(failure -> text.contains(failure.getKey()))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(null);
    }

    private static String first(String... texts) {
        for (String text : texts) {
            if (!text.isBlank()) {
                return text;
            }
        }
        return "";
    }

    private static String shortened(String text) {
        String line = text.replaceAll("[\\p{Cntrl}\\s]+", " ").strip();
        return line.length() > MAX_DETAIL ? line.substring(0, MAX_DETAIL) + "…" : line;
    }
}

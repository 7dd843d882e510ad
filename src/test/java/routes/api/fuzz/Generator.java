package routes.api.fuzz;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.regex.Matcher;
import routes.api.fuzz.Request.Expected;

/**
 * Requests from an OpenAPI document: as it says, against it in one place, and such as break the rules of HTTP. The same seed
 * and the same ids give the same requests.
 */
public final class Generator {
    private static final Set<String> METHODS = Set.of("get", "put", "post", "delete", "patch");
    private static final String JSON = "application/json";
    private static final String MULTIPART = "multipart/form-data";
    private static final String BOUNDARY = "XXXX";

    private final JsonNode document;
    private final Random random;
    private final Ids ids;
    private final Values values;
    private final List<byte[]> files;
    private final List<Operation> operations = new ArrayList<>();

    /**
     * @param files for uploads, which are taken
     */
    public Generator(JsonNode document, long seed, Ids ids, List<byte[]> files) {
        this.document = document;
        this.random = new Random(seed);
        this.ids = ids;
        this.files = files;
        this.values = new Values(document, random);
        document.path("paths").properties().forEach(path -> path.getValue().properties().stream()
                .filter(entry -> METHODS.contains(entry.getKey()))
                .forEach(entry -> operations.add(new Operation(path.getKey(), entry.getKey(), entry.getValue()))));
    }

    private record Operation(String pattern, String method, JsonNode definition) {
        String id() {
            return definition.path("operationId").asText();
        }
    }

    public Request next() {
        Operation operation = Strings.one(operations, random);
        Request valid = valid(operation);
        return switch (random.nextInt(10)) {
            case 0, 1, 2 -> valid;
            case 3, 4, 5 -> wrongParameter(operation, valid);
            case 6, 7 -> wrongBody(operation, valid);
            case 8 -> odd(valid);
            default -> oddHttp(valid);
        };
    }

    // ---- as the document says

    private Request valid(Operation operation) {
        boolean isMissing = false;
        // ids and hashes at random would hardly ever belong together
        String path = random.nextInt(3) == 0
                ? operation.pattern()
                : ids.any("file", random)
                        .map(file -> operation.pattern().replace("{post_id}/media/{sha256}", file))
                        .orElse(operation.pattern());
        Map<String, String> query = new LinkedHashMap<>();
        for (JsonNode reference : operation.definition().path("parameters")) {
            JsonNode parameter = values.resolve(reference);
            String name = parameter.path("name").asText();
            if (parameter.path("in").asText().equals("path")) {
                var known = random.nextInt(10) == 0 ? Optional.<String>empty() : ids.any(name, random);
                // only of users it is sure that they stay
                isMissing |= known.isEmpty() || !name.equals("user_id");
                path = path.replace("{" + name + "}", known.orElseGet(() -> values.valid(parameter.path("schema"))
                        .asText()));
            } else if (parameter.path("required").asBoolean() || random.nextInt(3) == 0) {
                query.put(name, parameterValue(name, parameter.path("schema")));
            }
        }
        // what a parameter names can be missing
        isMissing |= operation.method().equalsIgnoreCase("delete") && !query.isEmpty();
        // a cursor belongs to the list that gave it out
        query.remove("cursor");
        if (query.containsKey("from")) {
            query.remove("to");
        }
        var request = new Request(
                operation.id(),
                operation.method().toUpperCase(Locale.ROOT),
                path + text(query),
                Map.of(),
                null,
                isMissing ? Expected.TAKEN_OR_MISSING : Expected.TAKEN,
                null,
                "as the document says");
        return withBody(operation, request);
    }

    private String parameterValue(String name, JsonNode schema) {
        if (name.equals("channel_id") && random.nextInt(3) > 0) {
            return ids.any(name, random).orElseGet(() -> values.valid(schema).asText());
        }
        // a list is given with one value
        return values.valid(schema.has("items") ? schema.path("items") : schema).asText();
    }

    private static String text(Map<String, String> query) {
        var text = new StringBuilder();
        query.forEach((name, value) ->
                text.append(text.isEmpty() ? '?' : '&').append(name).append('=').append(Strings.encode(value)));
        return text.toString();
    }

    private Request withBody(Operation operation, Request request) {
        JsonNode content = operation.definition().path("requestBody").path("content");
        if (content.isMissingNode()) {
            return request;
        }
        if (content.has(MULTIPART) && random.nextBoolean()) {
            return request.with("Content-Type", MULTIPART + "; boundary=" + BOUNDARY)
                    .body(multipart(part("file", "export.zip", Strings.one(files, random))));
        }
        JsonNode body = values.valid(content.path(JSON).path("schema"));
        if (body.has("from")) {
            ((ObjectNode) body).remove("to");
        }
        boolean isExample = content.path(JSON).has("example") && random.nextInt(8) == 0;
        if (body.has("path")) {
            // which paths there are the document cannot say
            return request.with("Content-Type", JSON)
                    .body(body.toString().getBytes(UTF_8))
                    .as(Expected.ANSWERED, null, "any path");
        }
        String text = (isExample ? content.path(JSON).path("example") : body).toString();
        return request.with("Content-Type", Strings.one(JSON_TYPES, random)).body(text.getBytes(UTF_8));
    }

    private static final List<String> JSON_TYPES = List.of(
            JSON, JSON, JSON, "application/json; charset=utf-8", "Application/JSON", "application/json;charset=UTF-8");

    private static byte[] part(String name, String fileName, byte[] content) {
        byte[] head = ("--" + BOUNDARY + "\r\nContent-Disposition: form-data; name=\"" + name + "\"; filename=\""
                        + fileName + "\"\r\n\r\n")
                .getBytes(UTF_8);
        return join(head, content, "\r\n".getBytes(UTF_8));
    }

    private static byte[] multipart(byte[]... parts) {
        return join(join(parts), ("--" + BOUNDARY + "--\r\n").getBytes(UTF_8));
    }

    private static byte[] join(byte[]... parts) {
        var all = new ByteArrayOutputStream();
        Arrays.stream(parts).forEach(all::writeBytes);
        return all.toByteArray();
    }

    // ---- against the document in one place

    private Request wrongParameter(Operation operation, Request valid) {
        var parameters = new ArrayList<JsonNode>();
        operation.definition().path("parameters").forEach(reference -> parameters.add(values.resolve(reference)));
        int which = random.nextInt(parameters.size() + 2);
        if (which == parameters.size()) {
            String name = Strings.one(List.of("verbose", "Limit", "limit[]", "q.x", "cursor2", "$filter"), random);
            return refused(valid, query(valid.target(), Strings.encode(name) + "=1"), name, "an unknown parameter");
        } else if (which > parameters.size()) {
            return repeated(valid);
        }
        JsonNode parameter = parameters.get(which);
        String name = parameter.path("name").asText();
        if (name.equals("cursor")) {
            return cursor(valid);
        }
        JsonNode schema = parameter.path("schema");
        List<String> wrong = values.invalidTexts(schema.has("items") ? schema.path("items") : schema);
        if (wrong.isEmpty()) {
            return valid;
        }
        String value = Strings.one(wrong, random);
        if (parameter.path("in").asText().equals("query")) {
            String target = without(valid.target(), name);
            return refused(valid, query(target, name + "=" + Strings.encode(value)), name, "a wrong " + name);
        }
        return inPath(operation, valid, name, value);
    }

    private static Request refused(Request valid, String target, String field, String note) {
        return valid.target(target).as(Expected.REFUSED, field, note);
    }

    private Request inPath(Operation operation, Request valid, String name, String value) {
        String[] parts = operation.pattern().split("/");
        String[] given = valid.target().replaceFirst("\\?.*", "").split("/", -1);
        given[Arrays.asList(parts).indexOf("{" + name + "}")] = Strings.encode(value);
        String query = valid.target().contains("?") ? valid.target().replaceFirst("[^?]*", "") : "";
        // what is empty or cannot be in a path makes it another path
        return refused(valid, String.join("/", given) + query, null, "a wrong " + name + " in the path: " + value);
    }

    private Request repeated(Request valid) {
        int start = valid.target().indexOf('?');
        if (start < 0) {
            return valid;
        }
        String first = valid.target().substring(start + 1).replaceFirst("&.*", "");
        if (first.startsWith("has=")) {
            return valid.target(query(valid.target(), first));
        }
        return refused(valid, query(valid.target(), first), first.replaceFirst("=.*", ""), "a parameter twice");
    }

    /** One that was given out is taken by its list, and by no other. */
    private Request cursor(Request valid) {
        var known = new ArrayList<>(ids.cursors().entrySet());
        if (known.isEmpty() || random.nextInt(4) == 0) {
            String value = Strings.encode(Strings.one(Strings.NASTY, random));
            return refused(valid, query(without(valid.target(), "cursor"), "cursor=" + value), "cursor", "no cursor");
        }
        Map.Entry<String, String> list = Strings.one(known, random);
        String cursor = list.getValue();
        String operation = list.getKey().contains("/posts") ? "listPosts" : "listSubscriptions";
        var request = new Request(
                operation, "GET", list.getKey(), Map.of(), null, Expected.TAKEN, null, "a cursor of the list");
        String target = list.getKey();
        switch (random.nextInt(3)) {
            case 0 -> {
                return request.target(query(target, "cursor=" + cursor));
            }
            case 1 -> {
                // the last character holds bits that do not count
                int at = random.nextInt(cursor.length() - 1);
                char other = cursor.charAt(at) == 'A' ? 'B' : 'A';
                String changed = cursor.substring(0, at) + other + cursor.substring(at + 1);
                return refused(request, query(target, "cursor=" + changed), "cursor", "a changed cursor");
            }
            default -> {
                String cut = cursor.substring(random.nextInt(cursor.length() - 1) + 1);
                return refused(request, query(target, "cursor=" + cut), "cursor", "a part of a cursor");
            }
        }
    }

    private static String query(String target, String parameter) {
        return target + (target.contains("?") ? "&" : "?") + parameter;
    }

    private static String without(String target, String parameter) {
        return target.replaceAll("([?&])" + parameter + "=[^&]*&?", "$1").replaceFirst("[?&]$", "");
    }

    private Request wrongBody(Operation operation, Request valid) {
        JsonNode content = operation.definition().path("requestBody").path("content");
        if (content.isMissingNode()) {
            return wrongParameter(operation, valid);
        }
        if (content.has(MULTIPART) && random.nextBoolean()) {
            return wrongUpload(valid);
        }
        JsonNode schema = values.resolve(content.path(JSON).path("schema"));
        var body = (ObjectNode) values.valid(schema);
        Request json = valid.with("Content-Type", JSON);
        List<String> names = new ArrayList<>();
        schema.path("properties").fieldNames().forEachRemaining(names::add);
        String name = Strings.one(names, random);
        switch (random.nextInt(6)) {
            case 0 -> {
                String text = Strings.one(NO_BODIES, random);
                return json.body(text.getBytes(UTF_8)).as(Expected.REFUSED, null, "no JSON object");
            }
            case 1 -> {
                // a message of a protocol has an id
                String unknown = Strings.one(
                        List.of(
                                names.contains("id") ? "Id" : "id",
                                "role",
                                "__proto__",
                                "class",
                                name + " ",
                                "Ünknown",
                                ""),
                        random);
                body.put(unknown, 1);
                return json.body(body.toString().getBytes(UTF_8)).as(Expected.REFUSED, unknown, "an unknown field");
            }
            case 2 -> {
                String field = "\"" + name + "\":"
                        + values.valid(schema.path("properties").path(name));
                return json.body(("{" + field + "," + field + "}").getBytes(UTF_8))
                        .as(Expected.REFUSED, null, "a field twice");
            }
            case 3 -> {
                String type = Strings.one(NO_JSON_TYPES, random);
                return valid.with("Content-Type", type).as(Expected.REFUSED, "Content-Type", "a wrong Content-Type");
            }
            default -> {
                List<String> wrong = values.invalid(schema.path("properties").path(name));
                String text = "{\"" + name + "\":" + Strings.one(wrong, random) + others(body, name) + "}";
                return json.body(text.getBytes(UTF_8)).as(Expected.REFUSED, name, "a wrong " + name);
            }
        }
    }

    private static String others(ObjectNode body, String without) {
        var others = new StringBuilder();
        body.properties().stream()
                .filter(field -> !field.getKey().equals(without))
                .forEach(field -> others.append(",\"")
                        .append(field.getKey())
                        .append("\":")
                        .append(field.getValue()));
        return others.toString();
    }

    private static final List<String> NO_BODIES = List.of(
            "",
            " ",
            "null",
            "true",
            "1",
            "\"a\"",
            "[]",
            "[{}]",
            "{",
            "}",
            "{]",
            "{\"a\"",
            "{'a': 1}",
            "{a: 1}",
            "{}{}",
            "{} x",
            "{\"a\": 01}",
            "{\"a\": NaN}",
            "{\"a\": +1}",
            "{\"a\": \"\t\"}",
            "{\"a\": \"\\x\"}",
            "{,}",
            "<a/>",
            "a=b",
            "[".repeat(2000),
            "{\"a\":".repeat(2000),
            "\u0000",
            "\ufeff{",
            "// x\n{}",
            "{\"a\": \"\\ud8\"}",
            "{\"a\": \"" + "x".repeat(70_000) + "\"}",
            "{\"a\": " + "9".repeat(2000) + "}");

    private static final List<String> NO_JSON_TYPES = List.of(
            "text/plain",
            "application/xml",
            "application/x-www-form-urlencoded",
            "application/octet-stream",
            "text/json",
            "application/jsonx",
            "json",
            "/",
            "a",
            "application/",
            "image/png; a",
            "multipart/mixed; boundary=a",
            "*/*");

    private Request wrongUpload(Request valid) {
        byte[] file = Strings.one(files, random);
        byte[] good = multipart(part("file", "export.zip", file));
        Request upload = valid.with("Content-Type", MULTIPART + "; boundary=" + BOUNDARY);
        byte[] changed = file.clone();
        for (int i = 0; i < 20; i++) {
            changed[random.nextInt(Math.min(changed.length, 500))] = (byte) random.nextInt();
        }
        return switch (random.nextInt(9)) {
            case 0 ->
                upload.body(Arrays.copyOf(good, 1 + random.nextInt(good.length - 30)))
                        .as(Expected.REFUSED, null, "a body that ends in the middle");
            case 1 ->
                upload.body(multipart(part("export", "a.zip", file))).as(Expected.REFUSED, "export", "a wrong part");
            case 2 ->
                upload.body(multipart(part("file", "a", file), part("file", "b", file)))
                        .as(Expected.REFUSED, "file", "two files");
            case 3 -> upload.body(multipart()).as(Expected.REFUSED, "file", "no part");
            case 4 ->
                upload.body(multipart(part("file", "a", new byte[0]))).as(Expected.REFUSED, "file", "an empty file");
            case 5 ->
                upload.body(multipart(part("file", "a", neitherZipNorJson().getBytes(UTF_8))))
                        .as(Expected.REFUSED, "file", "a file that is neither zip nor JSON");
            case 6 -> valid.with("Content-Type", MULTIPART).body(good).as(Expected.REFUSED, null, "no boundary");
            case 7 ->
                upload.body(multipart(part("file", Strings.one(Strings.NASTY, random), file)))
                        .as(Expected.ANSWERED, null, "an odd file name");
            default ->
                upload.body(multipart(part("file", "a.zip", changed))).as(Expected.ANSWERED, null, "a damaged zip");
        };
    }

    private String neitherZipNorJson() {
        return Strings.one(
                Strings.NASTY.stream().filter(text -> !text.contains("{")).toList(), random);
    }

    // ---- against the rules of HTTP, or only strange

    private Request odd(Request valid) {
        String text = Strings.one(Strings.NASTY, random);
        switch (random.nextInt(4)) {
            case 0 -> {
                String target = valid.target().replaceFirst("/[^/?]*(\\?|$)", "/" + quote(Strings.encode(text)) + "$1");
                return valid.target(target).as(Expected.ANSWERED, null, "a nasty path");
            }
            case 1 -> {
                String name = Strings.one(List.of("q", "tag", "cursor", "channel_id", "from", "limit"), random);
                return valid.target(query(valid.target(), name + "=" + Strings.encode(text)))
                        .as(Expected.ANSWERED, null, "a nasty parameter");
            }
            case 2 -> {
                String raw = Strings.one(PERCENT, random);
                return valid.target(query(valid.target(), "q=" + raw)).as(Expected.ANSWERED, null, "odd percents");
            }
            default -> {
                if (valid.body() == null) {
                    return valid;
                }
                if (random.nextBoolean()) {
                    String broken = new String(valid.body(), UTF_8).replaceFirst("[a-z](?=[^\"]*\"})", "\\\\ud800");
                    return valid.body(broken.getBytes(UTF_8))
                            .as(Expected.ANSWERED, null, "half a surrogate in the body");
                }
                byte[] body = valid.body().clone();
                body[random.nextInt(body.length)] = (byte) random.nextInt();
                return valid.body(body).as(Expected.ANSWERED, null, "a byte of the body changed");
            }
        }
    }

    private static String quote(String text) {
        return Matcher.quoteReplacement(text);
    }

    private static final List<String> PERCENT = List.of(
            "%",
            "%2",
            "%zz",
            "%00",
            "%80",
            "%C0%80",
            "%ED%A0%80",
            "%F8%88%80%80%80",
            "%FF%FE",
            "%u0041",
            "%25%30%30",
            "a%0d%0aX:%20y",
            "%F0%9F%98%80",
            "%E2%80%AE",
            "a+b",
            "a%2Bb",
            "\u00e9",
            "\u00d0\u00bf",
            "[",
            "{",
            "|",
            "^",
            "`",
            "\"",
            "<",
            ">",
            "\\");

    private Request oddHttp(Request valid) {
        Request odd =
                switch (random.nextInt(8)) {
                    case 0 ->
                        valid.method(Strings.one(
                                List.of(
                                        "PUT", "PATCH", "TRACE", "HEAD", "OPTIONS", "FOO", "get", "DELETE", "POST",
                                        "CONNECT"),
                                random));
                    case 1 -> valid.with("Accept", Strings.one(ACCEPTS, random));
                    case 2 -> valid.with(Strings.one(NAMES, random), latin(Strings.one(Strings.NASTY, random)));
                    case 3 ->
                        valid.with(
                                "Host",
                                Strings.one(List.of("", "a b", "[", "evil.example:99999", "127.0.0.1"), random));
                    case 4 -> valid.target(Strings.one(TARGETS, random));
                    case 5 -> valid.with("X-Long", "a".repeat(9000));
                    case 6 -> valid.target(query(valid.target(), "a=" + "a".repeat(9000)));
                    default ->
                        valid.with("Transfer-Encoding", Strings.one(List.of("gzip", "chunked, gzip", "x"), random))
                                .body(null);
                };
        return odd.as(Expected.ANSWERED, null, "odd HTTP");
    }

    private static String latin(String text) {
        return new String(text.getBytes(UTF_8), ISO_8859_1).replaceAll("[\\r\\n]", " ");
    }

    private static final List<String> ACCEPTS = List.of(
            "*/*",
            "application/json",
            "application/problem+json",
            "text/html",
            "text/*",
            "application/json;q=0.1, text/html",
            "application/json;q=0",
            "garbage",
            "",
            "/",
            "a/b/c",
            "application/json; charset=utf-16",
            "*",
            "image/png;q=2");
    private static final List<String> NAMES = List.of(
            "Accept-Language",
            "Accept-Encoding",
            "Accept-Charset",
            "Content-Type",
            "Origin",
            "Range",
            "If-None-Match",
            "If-Modified-Since",
            "X-HTTP-Method-Override",
            "X-Forwarded-For",
            "X-Forwarded-Host",
            "X-Forwarded-Proto",
            "Forwarded",
            "Expect",
            "Cookie",
            "traceparent",
            "Upgrade",
            "X-Original-URL",
            "Content-Encoding",
            "Referer",
            "Sec-Fetch-Site",
            "User-Agent");
    private static final List<String> TARGETS = List.of(
            "/",
            "//",
            "/..",
            "/../etc/passwd",
            "/./health",
            "/users/1/../../health",
            "/users/1;a=b",
            "/health;jsessionid=1",
            "/health/",
            "/HEALTH",
            "/users//posts",
            "/users/1%2fposts",
            "/users/1%5c..",
            "/%2e%2e/",
            "/users/%00",
            "/users/%zz",
            "*",
            "http://127.0.0.1/health",
            "//evil.example/",
            "/error",
            "/actuator/env",
            "/metrics",
            "/openapi.json",
            "/users/1?",
            "/users/1?&",
            "/users/1?=",
            "/users/1?a",
            "/users/1/posts?limit=1&&",
            "/users/1/posts?limit",
            "/users/1/posts?tag",
            "/favicon.ico",
            "/webjars/../x",
            "/docs/..;/x",
            "/health?a=%");
}

package routes.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.io.IOException;
import java.lang.annotation.Annotation;
import java.lang.reflect.RecordComponent;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.core.MethodParameter;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ValueConstants;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.mvc.method.RequestMappingInfo;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;
import routes.api.access.Role;
import routes.redis.RedisLink;
import routes.testing.WebServer;
import routes.testing.Zips;

/** The document and the implementation say the same; what each answer looks like is checked by {@link ApiClient}. */
class ContractIT {

    @RegisterExtension
    static final RunningApi api = new RunningApi()
            .with("telegram.api-id", "12345")
            .with("telegram.bot.token", "700000001:AAE-of_the_contract_0123456789");

    private static final WebServer PICTURES =
            new WebServer((request, out) -> WebServer.send(out, 200, "image/png", "bytes"));

    @AfterAll
    static void close() throws IOException {
        PICTURES.close();
    }

    /** The document itself, a script that shows it, and Spring's way to the error page. */
    private static final Set<String> NOT_OPERATIONS =
            Set.of("GET /openapi.yaml", "GET /openapi.json", "GET /redoc.js", "null /error");

    private final OpenApiContract contract = OpenApiContract.INSTANCE;
    private final ApiClient client = api.client();

    @Test
    void every_operation_of_the_document_is_implemented_and_nothing_more() {
        assertThat(implemented().keySet())
                .containsExactlyInAnyOrderElementsOf(contract.operations().stream()
                        .map(OpenApiContract.Operation::name)
                        .toList());
    }

    @Test
    void the_parameters_are_those_of_the_document_with_their_limits() {
        implemented()
                .forEach((name, methods) -> methods.forEach(method -> {
                    var documented = new TreeSet<String>();
                    contract.operations().stream()
                            .filter(operation -> operation.name().equals(name))
                            .forEach(operation -> operation
                                    .definition()
                                    .path("parameters")
                                    .forEach(parameter -> documented.add(describe(contract.resolve(parameter)))));
                    Set<String> implemented = Arrays.stream(method.getMethodParameters())
                            .flatMap(ContractIT::describe)
                            .collect(Collectors.toCollection(TreeSet::new));
                    assertThat(implemented).as(name).isEqualTo(documented);
                }));
    }

    @Test
    void the_roles_are_those_of_the_document() {
        implemented()
                .forEach((name, methods) -> methods.forEach(method -> {
                    JsonNode own = contract.operations().stream()
                            .filter(operation -> operation.name().equals(name))
                            .findFirst()
                            .orElseThrow()
                            .definition()
                            .path("security");
                    JsonNode security =
                            own.isMissingNode() ? contract.document().path("security") : own;
                    // an operation without a requirement has no annotation: its path is open, see AccessIT
                    assertThat(Role.needed(method)
                                    .map(Role.Needed::value)
                                    .orElse(Role.READER)
                                    .text())
                            .as(name)
                            .isEqualTo(security.at("/0/key/0").asText("reader"));
                }));
    }

    @Test
    void the_fields_of_bodies_are_those_of_the_document() {
        implemented().forEach((name, methods) -> methods.stream()
                .flatMap(method -> Arrays.stream(method.getMethodParameters()))
                .filter(parameter -> parameter.hasParameterAnnotation(RequestBody.class))
                .forEach(parameter -> {
                    JsonNode schema =
                            contract.schema(parameter.getParameterType().getSimpleName());
                    assertThat(schema.path("properties").fieldNames())
                            .toIterable()
                            .as(name)
                            .containsExactlyElementsOf(
                                    Arrays.stream(parameter.getParameterType().getRecordComponents())
                                            .map(RecordComponent::getName)
                                            .map(SnakeCaseStrategy.INSTANCE::translate)
                                            .toList());
                }));
    }

    @Test
    void the_media_types_of_bodies_are_those_of_the_document() {
        Map<String, Set<String>> taken = new TreeMap<>();
        api.bean("requestMappingHandlerMapping", RequestMappingHandlerMapping.class)
                .getHandlerMethods()
                .keySet()
                .forEach(mapping -> names(mapping).forEach(name -> taken.computeIfAbsent(name, n -> new TreeSet<>())
                        .addAll(mapping.getConsumesCondition().getConsumableMediaTypes().stream()
                                .map(MediaType::toString)
                                .toList())));

        contract.operations().forEach(operation -> assertThat(operation
                        .definition()
                        .path("requestBody")
                        .path("content")
                        .fieldNames())
                .toIterable()
                .as(operation.name())
                .containsExactlyInAnyOrderElementsOf(taken.get(operation.name())));
    }

    @Test
    void every_operation_answers_as_the_document_says() {
        Fixtures fixtures = api.fixtures();
        long user = fixtures.user(Fixtures.DEFAULT_TENANT);
        UUID channel = fixtures.channelOf(user);
        fixtures.live(Fixtures.DEFAULT_TENANT, channel);
        UUID post = fixtures.post(Fixtures.DEFAULT_TENANT, channel, Instant.parse("2026-01-31T12:00:00Z"), "text");
        long album = fixtures.album(Fixtures.DEFAULT_TENANT, channel, List.of(post), "{}");
        UUID job = fixtures.importJob(Fixtures.DEFAULT_TENANT, user, "done", "[]");
        Map<String, String> values = Map.of(
                "{user_id}", String.valueOf(user),
                "{channel_id}", channel.toString(),
                "{album_id}", String.valueOf(album),
                "{job_id}", job.toString());

        var accounts = new WaitingAccounts(api);
        for (OpenApiContract.Operation operation : contract.operations()) {
            AdminFixtures.reset(api.bean(RedisLink.class));
            String path = AdminFixtures.path(operation.pattern());
            for (Map.Entry<String, String> value : values.entrySet()) {
                path = path.replace(value.getKey(), value.getValue());
            }
            // one of its own, since an operation may delete it
            UUID own = fixtures.post(Fixtures.DEFAULT_TENANT, channel, Instant.parse("2026-01-31T12:00:00Z"), "text");
            String file = fixtures.storedMedia(Fixtures.DEFAULT_TENANT, own, "image/png", new byte[] {1, 2, 3});
            fixtures.page(Fixtures.DEFAULT_TENANT, own, "![](" + PICTURES.url("/1.png") + ")", "");
            path = path.replace("{post_id}", own.toString())
                    .replace("{search_id}", fixtures.savedSearch(user).toString())
                    .replace("{digest_id}", String.valueOf(fixtures.digest(user)))
                    .replace("{sha256}", file)
                    .replace("{n}", "1")
                    .replace("{picture}", "1")
                    .replace("{account}", accounts.waitingFor(operation.id()));
            path = path.replace("{tenant_id}", Fixtures.DEFAULT_TENANT.toString());
            if (path.contains("{feed")) {
                path = path.replace("{feed_id}", fixtures.feed(user).toString())
                        .replace("{feed_key}", fixtures.feedKey(user));
            }
            String query = operation.id().equals("search") ? "?q=text" : "";
            // the example of the document is the body
            JsonNode example = operation
                    .definition()
                    .path("requestBody")
                    .path("content")
                    .path(MediaType.APPLICATION_JSON_VALUE)
                    .path("example");
            String body = example.isMissingNode() ? null : example.toString();

            ApiClient.Answer answer = client.send(
                    operation.method(),
                    path + query,
                    body,
                    request -> request.header("Content-Type", MediaType.APPLICATION_JSON_VALUE));

            if (List.of("reconcileNow", "runJob").contains(operation.id())) {
                assertThat(answer.text("detail")).isEqualTo("This process does not run the pipeline");
            } else {
                assertThat(answer.status()).as(operation.name()).isBetween(200, 299);
            }
        }
    }

    @Test
    void an_upload_is_answered_as_the_document_says() {
        byte[] export =
                Zips.ofFolder(Path.of("src/test/resources/exports/channel"), "").bytes();

        // imports of other tests may still wait
        await().atMost(Duration.ofSeconds(60)).until(() -> upload(export).status() == 202);
    }

    private ApiClient.Answer upload(byte[] export) {
        ApiClient.Answer answer = client.exchange(
                "POST",
                "/users/1/imports",
                Multipart.file(export).whole(),
                request -> request.header("Content-Type", Multipart.TYPE));
        contract.check(answer);
        return answer;
    }

    /** The methods of each operation; one for each media type of its body. */
    private static Map<String, List<HandlerMethod>> implemented() {
        var operations = new TreeMap<String, List<HandlerMethod>>();
        api.bean("requestMappingHandlerMapping", RequestMappingHandlerMapping.class)
                .getHandlerMethods()
                .forEach((mapping, method) -> names(mapping).forEach(name -> operations
                        .computeIfAbsent(name, n -> new ArrayList<>())
                        .add(method)));
        operations.keySet().removeAll(NOT_OPERATIONS);
        return operations;
    }

    private static List<String> names(RequestMappingInfo mapping) {
        var methods = mapping.getMethodsCondition().getMethods();
        List<String> names = methods.isEmpty()
                ? List.of("null")
                : methods.stream().map(Enum::name).toList();
        return mapping.getPatternValues().stream()
                .flatMap(pattern -> names.stream().map(name -> name + " " + pattern))
                .toList();
    }

    private String describe(JsonNode parameter) {
        JsonNode schema = parameter.path("schema");
        return parameter.path("in").asText() + " " + parameter.path("name").asText() + " required="
                + parameter.path("required").asBoolean()
                + " default=" + schema.path("default").asText(null)
                + ("query".equals(parameter.path("in").asText()) && schema.has("maximum")
                        ? " " + schema.path("minimum").asLong() + ".."
                                + schema.path("maximum").asLong()
                        : "");
    }

    private static Stream<String> describe(MethodParameter parameter) {
        PathVariable path = parameter.getParameterAnnotation(PathVariable.class);
        if (path != null) {
            return Stream.of("path " + path.name() + " required=true default=null");
        }
        RequestParam query = parameter.getParameterAnnotation(RequestParam.class);
        if (query == null) {
            return Stream.of();
        }
        boolean hasDefault = !query.defaultValue().equals(ValueConstants.DEFAULT_NONE);
        return Stream.of("query " + query.name() + " required=" + (query.required() && !hasDefault) + " default="
                + (hasDefault ? query.defaultValue() : null) + limits(parameter.getParameterAnnotations()));
    }

    private static String limits(Annotation[] annotations) {
        long min = 0;
        long max = 0;
        for (Annotation annotation : annotations) {
            if (annotation instanceof Min least) {
                min = least.value();
            } else if (annotation instanceof Max most) {
                max = most.value();
            }
        }
        return max == 0 ? "" : " " + min + ".." + max;
    }
}

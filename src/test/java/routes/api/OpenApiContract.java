package routes.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.InputFormat;
import com.networknt.schema.JsonMetaSchema;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.NonValidationKeyword;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion.VersionFlag;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;

/** The OpenAPI document as a judge of answers. */
final class OpenApiContract {

    static final OpenApiContract INSTANCE = new OpenApiContract();

    private static final String LOCATION = "classpath:openapi/openapi.yaml";
    private static final Set<String> METHODS = Set.of("get", "put", "post", "delete", "patch", "head", "options");

    private final JsonNode document;
    /** By their place; each is parsed once. */
    private final Map<String, JsonSchema> parsed = new ConcurrentHashMap<>();

    private final JsonSchemaFactory schemas = JsonSchemaFactory.getInstance(
            VersionFlag.V202012,
            builder -> builder.metaSchema(JsonMetaSchema.builder(JsonMetaSchema.getV202012())
                    // the document around the schemas
                    .unknownKeywordFactory((keyword, context) -> new NonValidationKeyword(keyword))
                    .build()));

    private OpenApiContract() {
        try (var text = OpenApiContract.class.getResourceAsStream("/openapi/openapi.yaml")) {
            document = new YAMLMapper().readTree(text);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** An operation of the document; the pattern has the path's parameters in braces. */
    record Operation(String method, String pattern, JsonNode definition) {

        String id() {
            return definition.path("operationId").asText();
        }

        String name() {
            return method + " " + pattern;
        }

        boolean matches(String otherMethod, String path) {
            return method.equals(otherMethod) && path.matches(pattern.replaceAll("\\{[^}]+}", "[^/]+"));
        }
    }

    JsonNode document() {
        return document;
    }

    List<Operation> operations() {
        var operations = new ArrayList<Operation>();
        document.path("paths").properties().forEach(path -> path.getValue().properties().stream()
                .filter(entry -> METHODS.contains(entry.getKey()))
                .forEach(entry -> operations.add(
                        new Operation(entry.getKey().toUpperCase(Locale.ROOT), path.getKey(), entry.getValue()))));
        return operations;
    }

    Operation operation(String method, String pathAndQuery) {
        String path = pathAndQuery.replaceFirst("\\?.*", "");
        return operations().stream()
                .filter(operation -> operation.matches(method, path))
                // {post_id} would also match a fixed segment
                .min((a, b) -> Long.compare(braces(a), braces(b)))
                .orElseThrow(() -> new AssertionError(method + " " + path + " is not in the document"));
    }

    /** Status, media type, headers and body of the answer are as the document says. */
    void check(ApiClient.Answer answer) {
        check(
                operation(answer.method(), answer.path()),
                answer.status(),
                answer::header,
                answer.http().body());
    }

    void check(Operation operation, int status, UnaryOperator<String> header, String body) {
        String pointer = "/paths/" + operation.pattern().replace("~", "~0").replace("/", "~1") + "/"
                + operation.method().toLowerCase(Locale.ROOT) + "/responses/" + status;
        JsonNode response = document.at(pointer);
        assertThat(response.isMissingNode())
                .as("status %d of %s is in the document: %s", status, operation.name(), body)
                .isFalse();
        if (response.has("$ref")) {
            pointer = response.path("$ref").asText().substring(1);
            response = document.at(pointer);
        }
        response.path("headers").fieldNames().forEachRemaining(name -> assertThat(header.apply(name))
                .as("header %s of %s", name, operation.name())
                .isNotBlank());
        if (!response.has("content")) {
            assertThat(body).as(operation.name()).isEmpty();
            return;
        }
        String type = header.apply("Content-Type");
        assertThat(response.path("content").has(type))
                .as("media type %s of status %d of %s", type, status, operation.name())
                .isTrue();
        if (type.contains("json")) {
            assertValid(pointer + "/content/" + type.replace("/", "~1") + "/schema", body);
        }
    }

    void assertProblem(ApiClient.Answer answer, int status) {
        assertThat(answer.status()).as("%s %s", answer.method(), answer.path()).isEqualTo(status);
        assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
        assertValid("/components/schemas/Problem", answer.http().body());
        assertThat(answer.json().path("status").asInt()).isEqualTo(status);
    }

    JsonNode schema(String name) {
        return document.at("/components/schemas/" + name);
    }

    JsonNode resolve(JsonNode node) {
        return Optional.ofNullable(node.get("$ref"))
                .map(ref -> document.at(ref.asText().substring(1)))
                .orElse(node);
    }

    private void assertValid(String pointer, String json) {
        JsonSchema schema = parsed.computeIfAbsent(
                pointer,
                place -> schemas.getSchema(
                        SchemaLocation.of(LOCATION + "#" + place),
                        SchemaValidatorsConfig.builder()
                                .formatAssertionsEnabled(true)
                                .build()));
        assertThat(schema.validate(json, InputFormat.JSON)).as(json).isEmpty();
    }

    private static long braces(Operation operation) {
        return operation.pattern().chars().filter(c -> c == '{').count();
    }
}

package routes.api.access;

import com.fasterxml.jackson.databind.JsonNode;
import jakarta.servlet.http.HttpServletRequest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.springframework.http.server.PathContainer;
import org.springframework.stereotype.Component;
import org.springframework.web.util.pattern.PathPattern;
import org.springframework.web.util.pattern.PathPatternParser;
import routes.api.http.OpenApiDocument;

/**
 * The operations of the OpenAPI document and the roles that may call them. The security requirement of an operation names the role;
 * an empty list of requirements means that no key is needed.
 */
@Component
final class Operations {

    private static final String SCHEME = "key";

    private final List<Operation> operations = new ArrayList<>();

    /** @param role empty for an operation that needs no key */
    private record Operation(String method, PathPattern path, Optional<Role> role) {}

    /**
     * The requested operation.
     *
     * @param role empty if no key is needed
     * @param variables path variables by their names in the document
     */
    record Call(Optional<Role> role, Map<String, String> variables) {}

    Operations(OpenApiDocument document) {
        JsonNode root = document.root();
        root.path("paths").properties().forEach(path -> {
            PathPattern pattern = PathPatternParser.defaultInstance.parse(path.getKey());
            path.getValue()
                    .properties()
                    .forEach(operation -> operations.add(new Operation(
                            operation.getKey().toUpperCase(Locale.ROOT),
                            pattern,
                            role(operation.getValue().path("security"), root.path("security")))));
        });
        operations.sort(Comparator.comparing(Operation::path, PathPattern.SPECIFICITY_COMPARATOR));
    }

    private static Optional<Role> role(JsonNode own, JsonNode common) {
        JsonNode security = own.isMissingNode() ? common : own;
        return security.isEmpty()
                ? Optional.empty()
                : Optional.of(Role.of(security.path(0).path(SCHEME).path(0).asText())
                        .orElseThrow(() -> new IllegalStateException(
                                "The OpenAPI document must name a role: " + security + " of scheme " + SCHEME)));
    }

    /** Empty if the document has no such operation: an unknown path or an unsupported method. */
    Optional<Call> find(HttpServletRequest request) {
        PathContainer path = PathContainer.parsePath(request.getRequestURI());
        String method = request.getMethod().equals("HEAD") ? "GET" : request.getMethod();
        return operations.stream()
                .filter(operation ->
                        operation.method().equals(method) && operation.path().matches(path))
                .findFirst()
                .map(operation -> new Call(
                        operation.role(), operation.path().matchAndExtract(path).getUriVariables()));
    }

    /** Whether the key is checked: if the operation needs none, an unknown key is ignored. */
    boolean needsKey(HttpServletRequest request) {
        return find(request).map(call -> call.role().isPresent()).orElse(true);
    }
}

package routes.api;

import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;
import org.springframework.core.io.ClassPathResource;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.util.function.SingletonSupplier;
import org.springframework.util.function.ThrowingSupplier;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.webjars.WebJarVersionLocator;

/**
 * Serves the OpenAPI document as written (YAML) and as JSON, and the script of the page that displays it. All are read on the first
 * request, because parsing the document would delay the start.
 */
@RestController
final class DocumentationController {

    private final Supplier<byte[]> yaml =
            once(() -> resource("openapi/openapi.yaml").getContentAsByteArray());
    private final Supplier<byte[]> json =
            once(() -> new YAMLMapper().readTree(yaml.get()).toString().getBytes(StandardCharsets.UTF_8));
    // the logo is hosted by the vendor; every page view would load it
    private final Supplier<byte[]> redoc =
            once(() -> resource(new WebJarVersionLocator().fullPath("redoc", "bundles/redoc.standalone.js"))
                    .getContentAsString(StandardCharsets.UTF_8)
                    .replace("https://cdn.redoc.ly/redoc/logo-mini.svg", "data:,")
                    .getBytes(StandardCharsets.UTF_8));

    @GetMapping("/openapi.yaml")
    ResponseEntity<byte[]> yaml() {
        return file("application/yaml", yaml);
    }

    @GetMapping("/openapi.json")
    ResponseEntity<byte[]> json() {
        return file(MediaType.APPLICATION_JSON_VALUE, json);
    }

    @GetMapping("/redoc.js")
    ResponseEntity<byte[]> redoc() {
        return file("text/javascript;charset=UTF-8", redoc);
    }

    private static ClassPathResource resource(String path) {
        return new ClassPathResource(path);
    }

    private static Supplier<byte[]> once(ThrowingSupplier<byte[]> content) {
        return SingletonSupplier.of(content);
    }

    private static ResponseEntity<byte[]> file(String type, Supplier<byte[]> content) {
        return ResponseEntity.ok().contentType(MediaType.parseMediaType(type)).body(content.get());
    }
}

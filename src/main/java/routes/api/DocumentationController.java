package routes.api;

import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.core.io.ClassPathResource;
import org.springframework.core.io.Resource;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.webjars.WebJarVersionLocator;

/** Serves the OpenAPI document as written (YAML) and as JSON, and the script of a page that shows it. */
@RestController
final class DocumentationController {

    private final byte[] yaml;
    private final byte[] json;
    private final byte[] redoc;

    DocumentationController(@Value("classpath:openapi/openapi.yaml") Resource document) throws IOException {
        this.yaml = document.getContentAsByteArray();
        this.json = new YAMLMapper().readTree(yaml).toString().getBytes(StandardCharsets.UTF_8);
        var script = new ClassPathResource(new WebJarVersionLocator().fullPath("redoc", "bundles/redoc.standalone.js"));
        // the logo is on the vendor's server, and every page would load it
        this.redoc = script.getContentAsString(StandardCharsets.UTF_8)
                .replace("https://cdn.redoc.ly/redoc/logo-mini.svg", "data:,")
                .getBytes(StandardCharsets.UTF_8);
    }

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

    private static ResponseEntity<byte[]> file(String type, byte[] content) {
        return ResponseEntity.ok().contentType(MediaType.parseMediaType(type)).body(content);
    }
}

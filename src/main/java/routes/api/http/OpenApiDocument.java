package routes.api.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.core.io.Resource;
import org.springframework.stereotype.Component;

/** The OpenAPI document as written and as a tree. */
@Component
public final class OpenApiDocument {

    private final byte[] yaml;
    private final JsonNode root;

    OpenApiDocument(@Value("classpath:openapi/openapi.yaml") Resource document) throws IOException {
        this.yaml = document.getContentAsByteArray();
        this.root = new YAMLMapper().readTree(yaml);
    }

    public byte[] yaml() {
        return yaml.clone();
    }

    public JsonNode root() {
        return root;
    }
}

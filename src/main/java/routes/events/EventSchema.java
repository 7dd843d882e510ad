package routes.events;

import static java.util.Comparator.comparing;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.PathType;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion.VersionFlag;
import com.networknt.schema.ValidationMessage;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.Optional;

/** The JSON Schema of one event in one direction. */
record EventSchema(JsonSchema schema) {

    /** Returns the schema for writing events. */
    static EventSchema write(String version, String stream) {
        return load(version + "/write/" + stream);
    }

    /** Returns the schema for reading events. */
    static EventSchema read(String version, String stream) {
        return load(version + "/read/" + stream);
    }

    private static EventSchema load(String path) {
        SchemaValidatorsConfig config = SchemaValidatorsConfig.builder()
                .formatAssertionsEnabled(true)
                .pathType(PathType.JSON_PATH)
                .locale(Locale.ROOT)
                .build();
        try (InputStream json = EventSchema.class.getResourceAsStream("/schemas/" + path + ".json")) {
            return new EventSchema(
                    JsonSchemaFactory.getInstance(VersionFlag.V202012).getSchema(json, config));
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read the schema " + path, e);
        }
    }

    JsonNode json() {
        return schema.getSchemaNode();
    }

    JsonNode properties() {
        return json().path("properties");
    }

    /** Returns the first violation in order of paths: the path and the error, without the value. */
    Optional<String> violation(JsonNode event) {
        return schema.validate(event).stream()
                .min(comparing(EventSchema::path))
                .map(violation -> path(violation) + ": " + violation.getError());
    }

    private static String path(ValidationMessage violation) {
        // for a missing or unknown property the library reports the path of the enclosing object
        String property = violation.getProperty();
        return violation.getInstanceLocation() + (property == null ? "" : "." + property);
    }
}

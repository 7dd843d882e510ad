package routes.events;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;

/** The product's JSON mapper, for events and the HTTP API. */
public final class Json {

    /** Maximum length of a string and of an event on reading, in characters. */
    static final int MAX_LENGTH = 5_000_000;

    private static final int MAX_DEPTH = 100;

    private Json() {}

    /**
     * Creates a mapper: snake_case, nulls omitted, non-ASCII unescaped, times in ISO-8601 UTC with {@code Z}. On reading, unknown fields
     * are ignored; text after the value, strings above {@value #MAX_LENGTH} characters and nesting above {@value #MAX_DEPTH} are errors.
     */
    public static ObjectMapper newMapper() {
        StreamReadConstraints limits = StreamReadConstraints.builder()
                .maxStringLength(MAX_LENGTH)
                .maxNestingDepth(MAX_DEPTH)
                .build();
        return JsonMapper.builder(
                        JsonFactory.builder().streamReadConstraints(limits).build())
                .addModule(new JavaTimeModule())
                .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                .defaultPropertyInclusion(
                        JsonInclude.Value.construct(JsonInclude.Include.NON_NULL, JsonInclude.Include.NON_NULL))
                .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
                .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .build();
    }
}

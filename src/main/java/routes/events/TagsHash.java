package routes.events;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;

/** A hash that is equal for equal sets of tags, regardless of order and duplicates. */
public final class TagsHash {

    // String.compareTo would misplace characters outside the basic multilingual plane; UTF-8 keeps code-point order
    private static final Comparator<String> BY_CODE_POINT =
            Comparator.comparing(tag -> tag.getBytes(UTF_8), Arrays::compareUnsigned);

    // lower-case \u001f as written by Python, so that Python producers get the same hash
    private static final ObjectWriter QUOTED = JsonMapper.builder()
            .disable(JsonWriteFeature.WRITE_HEX_UPPER_CASE)
            .build()
            .writer();

    private TagsHash() {}

    /**
     * Returns the SHA-256 in hex of the JSON array of the distinct tags in code-point order, with items separated by a comma and a space.
     */
    public static String of(Collection<String> tags) {
        return Sha256.hex(tags.stream()
                .distinct()
                .sorted(BY_CODE_POINT)
                .map(TagsHash::quoted)
                .collect(joining(", ", "[", "]")));
    }

    private static String quoted(String tag) {
        try {
            return QUOTED.writeValueAsString(tag);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("Cannot write a tag as JSON: " + tag, e);
        }
    }
}

package routes.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.fasterxml.jackson.databind.JsonNode;

/** A post with the results of all stages. */
@JsonInclude
record PostDetails(@JsonUnwrapped Post post, Enrichments enrichments) {

    /** By kind; null until the stage has stored a result. */
    @JsonInclude
    record Enrichments(JsonNode tags, JsonNode vision, JsonNode ocr, JsonNode crawl) {}
}

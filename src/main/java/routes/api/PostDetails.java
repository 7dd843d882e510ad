package routes.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.fasterxml.jackson.databind.JsonNode;

/** A post with all that the stages found out about it. */
@JsonInclude
record PostDetails(@JsonUnwrapped Post post, Enrichments enrichments) {

    /** By kind; null while the stage has not stored anything. */
    @JsonInclude
    record Enrichments(JsonNode tags, JsonNode vision, JsonNode ocr, JsonNode crawl) {}
}

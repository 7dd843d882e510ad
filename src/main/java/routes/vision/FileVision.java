package routes.vision;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.time.Instant;
import java.util.List;
import routes.events.VisionAnalyzed.VisionClassification;

/**
 * The analysis of a picture, as stored in {@code vision_results} and in {@code files} of a post's vision data.
 *
 * @param provider that analysed the picture
 * @param model null for the local provider
 * @param description null if the provider does not describe pictures
 * @param ocr null if no text was recognised
 * @param width in pixels, of the original
 * @param height in pixels, of the original
 * @param dominantColors as #RRGGBB, the most frequent first
 * @param phash perceptual hash, as 16 hexadecimal digits; null for a plain picture
 * @param tokensUsed tokens used by the model
 */
@RecordBuilder
@JsonInclude(JsonInclude.Include.NON_NULL)
record FileVision(
        String provider,
        String model,
        VisionClassification classification,
        String description,
        Ocr ocr,
        Boolean isMeme,
        List<String> labels,
        List<String> objects,
        Integer width,
        Integer height,
        Boolean animated,
        List<String> dominantColors,
        String phash,
        Integer tokensUsed,
        Instant analyzedAt) {

    /**
     * @param engine engine that recognised the text
     * @param confidence from 0 to 1; null if the engine does not return it
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Ocr(String text, String engine, Double confidence) {}

    String ocrText() {
        return ocr == null ? null : ocr.text();
    }

    Long hash() {
        return phash == null ? null : Long.parseUnsignedLong(phash, 16);
    }
}

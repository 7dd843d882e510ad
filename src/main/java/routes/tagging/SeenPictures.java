package routes.tagging;

import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import routes.events.PostParsed;
import routes.events.PostParsedBuilder;
import routes.events.VisionAnalyzed;
import routes.events.VisionAnalyzed.VisionResult;

/**
 * The vision results of a post's pictures, as far as tags depend on them.
 *
 * @param text description and recognised text; empty if there are none
 * @param visionVersion null if no picture was analysed
 * @param featuresHash null if no picture was analysed
 */
public record SeenPictures(String text, String visionVersion, String featuresHash) {
    /** For a post without analysed pictures. */
    static final SeenPictures NONE = new SeenPictures("", null, null);

    private static final int MAX_TEXT = 4_000;

    public static SeenPictures of(VisionAnalyzed event) {
        VisionResult vision = event.vision();
        return new SeenPictures(
                vision == null ? "" : text(vision.description(), vision.ocrText()),
                event.visionVersion(),
                event.featuresHash());
    }

    /** Joins description and recognised text; either may be null. */
    static String text(String description, String ocr) {
        String text = Stream.of(description, ocr).filter(Objects::nonNull).collect(Collectors.joining("\n"));
        return text.substring(0, text.offsetByCodePoints(0, Math.min(text.codePointCount(0, text.length()), MAX_TEXT)));
    }

    /** Returns the post with the text of its pictures appended to its own. */
    public PostParsed addTo(PostParsed post) {
        if (text.isBlank()) {
            return post;
        }
        return PostParsedBuilder.builder(post)
                .attachmentText(PostParsed.allText(Objects.requireNonNullElse(post.attachmentText(), ""), text))
                .build();
    }
}

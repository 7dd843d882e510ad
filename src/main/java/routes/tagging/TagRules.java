package routes.tagging;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import routes.text.NormalizedText;
import routes.text.TextAnalysis;
import routes.text.Token;

/** The strict check of whatever a tagging provider answered against the text that it was asked about. */
public final class TagRules {
    private static final int MIN_LENGTH = 2;
    private static final int MAX_LENGTH = 60;

    /** Why a tag was not taken; the label of the metric {@code tagging_tags_rejected_total}. */
    public enum Reason {
        BLANK,
        TOO_SHORT,
        TOO_LONG,
        URL,
        NOT_IN_TEXT,
        DUPLICATE,
        TOO_MANY;

        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public record Rejected(String tag, Reason reason) {}

    /** @param accepted in the provider's order, white space collapsed */
    public record Checked(List<String> accepted, List<Rejected> rejected) {}

    private final TextAnalysis analysis;

    public TagRules(TextAnalysis analysis) {
        this.analysis = analysis;
    }

    /**
     * @param tags may hold nulls
     * @param text post text and, with vision, description and OCR
     * @param max number of tags accepted at most
     */
    public Checked check(List<String> tags, String text, int max) {
        String normalizedText = NormalizedText.of(text);
        Set<String> seen = new HashSet<>();
        List<String> accepted = new ArrayList<>();
        List<Rejected> rejected = new ArrayList<>();
        for (String tag : tags) {
            String collapsed =
                    tag == null ? "" : tag.replaceAll("[\\s\\p{Z}]+", " ").strip();
            Optional<Reason> reason = reject(collapsed, normalizedText, seen, accepted.size() >= max);
            if (reason.isPresent()) {
                rejected.add(new Rejected(collapsed, reason.get()));
            } else {
                seen.add(NormalizedText.of(collapsed));
                accepted.add(collapsed);
            }
        }
        return new Checked(List.copyOf(accepted), List.copyOf(rejected));
    }

    private Optional<Reason> reject(String tag, String normalizedText, Set<String> seen, boolean full) {
        if (tag.isEmpty()) {
            return Optional.of(Reason.BLANK);
        }
        int length = tag.codePointCount(0, tag.length());
        if (length < MIN_LENGTH) {
            return Optional.of(Reason.TOO_SHORT);
        }
        if (length > MAX_LENGTH) {
            return Optional.of(Reason.TOO_LONG);
        }
        if (tag.contains("://") || analysis.tokens(tag).stream().anyMatch(token -> token.kind() == Token.Kind.URL)) {
            return Optional.of(Reason.URL);
        }
        String normalized = NormalizedText.of(tag);
        if (!normalizedText.contains(normalized)) {
            return Optional.of(Reason.NOT_IN_TEXT);
        }
        if (seen.contains(normalized)) {
            return Optional.of(Reason.DUPLICATE);
        }
        return full ? Optional.of(Reason.TOO_MANY) : Optional.empty();
    }
}

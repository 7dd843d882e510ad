package routes.tagging;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import routes.text.Hashtags;
import routes.text.NormalizedText;
import routes.text.TagKey;
import routes.text.TextAnalysis;
import routes.text.Token;

/** Strictly checks a tagging provider's answer against the text that the provider received. */
public final class TagRules {
    private static final int MIN_LENGTH = 2;
    private static final int MAX_LENGTH = 60;

    /** Why a tag was rejected; the label of the metric {@code tagging_tags_rejected_total}. */
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

    private static final Pattern WHITE_SPACE = Pattern.compile("[\\s\\p{Z}]+");
    private static final Pattern WORD = Pattern.compile("[\\p{L}\\p{M}\\p{N}_]+(?:[-‑'’][\\p{L}\\p{M}\\p{N}_]+)*");

    private final TextAnalysis analysis;

    public TagRules(TextAnalysis analysis) {
        this.analysis = analysis;
    }

    /**
     * @param tags may contain nulls
     * @param text post text and, with vision, description and OCR
     * @param max maximum number of accepted tags
     */
    public Checked check(List<String> tags, String text, int max) {
        TaggedText tagged = new TaggedText(text);
        Set<String> keys = new HashSet<>();
        List<String> accepted = new ArrayList<>();
        List<Rejected> rejected = new ArrayList<>();
        for (String tag : tags) {
            String collapsed = collapsed(tag == null ? "" : tag);
            Optional<Reason> broken = broken(collapsed);
            Optional<String> span = broken.isPresent() ? Optional.empty() : tagged.span(collapsed);
            Optional<Reason> reason = broken.or(
                            () -> span.isEmpty() ? Optional.of(Reason.NOT_IN_TEXT) : broken(span.get()))
                    .or(() -> keys.contains(TagKey.of(span.get())) ? Optional.of(Reason.DUPLICATE) : Optional.empty())
                    .or(() -> accepted.size() >= max ? Optional.of(Reason.TOO_MANY) : Optional.empty());
            if (reason.isPresent()) {
                rejected.add(new Rejected(collapsed, reason.get()));
            } else {
                keys.add(TagKey.of(span.get()));
                accepted.add(span.get());
            }
        }
        return new Checked(List.copyOf(accepted), List.copyOf(rejected));
    }

    private static String collapsed(String text) {
        return WHITE_SPACE.matcher(NormalizedText.visible(text)).replaceAll(" ").strip();
    }

    private Optional<Reason> broken(String tag) {
        int length = tag.codePointCount(0, tag.length());
        if (length < MIN_LENGTH) {
            return Optional.of(tag.isEmpty() ? Reason.BLANK : Reason.TOO_SHORT);
        }
        if (length > MAX_LENGTH) {
            return Optional.of(Reason.TOO_LONG);
        }
        return tag.contains("://") || analysis.tokens(tag).stream().anyMatch(token -> token.kind() == Token.Kind.URL)
                ? Optional.of(Reason.URL)
                : Optional.empty();
    }

    /** The text in which tags are searched: as written, plus its hashtags split into words. */
    private static final class TaggedText {
        private final String text;
        private final String normalized;
        private List<Form> forms;

        /** @param key base form of the word */
        private record Form(int start, int end, String key) {}

        TaggedText(String text) {
            // the separator prevents a tag from spanning two parts
            this.text = collapsed(text + " # " + String.join(" # ", Hashtags.of(text)));
            this.normalized = NormalizedText.of(this.text);
        }

        /** The tag if the text contains it as whole words, else the first place that contains its words in other forms. */
        Optional<String> span(String tag) {
            return stands(NormalizedText.of(tag)) ? Optional.of(tag) : otherForm(tag);
        }

        private boolean stands(String tag) {
            for (int at = normalized.indexOf(tag); at >= 0; at = normalized.indexOf(tag, at + 1)) {
                if (isBoundary(at) && isBoundary(at + tag.length())) {
                    return true;
                }
            }
            return false;
        }

        /** Whether no word spans this position. */
        private boolean isBoundary(int at) {
            return at == 0 || at == normalized.length() || !inWord(at - 1) || !inWord(at);
        }

        /** Includes the apostrophe in "don't", but not the one of an English genitive. */
        private boolean inWord(int at) {
            char c = normalized.charAt(at);
            return Character.isLetterOrDigit(c)
                    || Character.isSurrogate(c) && Character.isLetterOrDigit(normalized.codePointAt(at))
                    || Character.getType(c) == Character.NON_SPACING_MARK
                    || c == '_'
                    || "'’".indexOf(c) >= 0
                            && at > 0
                            && at + 1 < normalized.length()
                            && Character.isLetter(normalized.charAt(at - 1))
                            && Character.isLetter(normalized.charAt(at + 1))
                            && !(normalized.charAt(at + 1) == 's'
                                    && (at + 2 == normalized.length()
                                            || !Character.isLetterOrDigit(normalized.charAt(at + 2))));
        }

        private Optional<String> otherForm(String tag) {
            if (forms == null) {
                forms = forms(text);
            }
            List<Form> wanted = forms(tag);
            for (int first = 0; !wanted.isEmpty() && first + wanted.size() <= forms.size(); first++) {
                if (matches(wanted, first)) {
                    return Optional.of(text.substring(
                            forms.get(first).start(),
                            forms.get(first + wanted.size() - 1).end()));
                }
            }
            return Optional.empty();
        }

        private boolean matches(List<Form> wanted, int first) {
            for (int i = 0; i < wanted.size(); i++) {
                Form form = forms.get(first + i);
                if (!form.key().equals(wanted.get(i).key())
                        || i > 0
                                && !text.substring(forms.get(first + i - 1).end(), form.start())
                                        .isBlank()) {
                    return false;
                }
            }
            return true;
        }

        private static List<Form> forms(String text) {
            return WORD.matcher(text)
                    .results()
                    .map(word -> new Form(word.start(), word.end(), TagKey.of(word.group())))
                    .toList();
        }
    }
}

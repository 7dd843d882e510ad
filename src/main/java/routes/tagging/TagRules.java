package routes.tagging;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.springframework.stereotype.Component;
import routes.text.Hashtags;
import routes.text.NormalizedText;
import routes.text.TagKey;
import routes.text.TextAnalysis;
import routes.text.Token;

/** Validates the answer of a tagging provider against the text that the provider received. */
@Component
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

    /**
     * The checked tags of a post.
     *
     * @param accepted in the provider's order, with whitespace collapsed
     */
    public record Checked(List<String> accepted, List<Rejected> rejected) {}

    private static final Pattern WHITE_SPACE = Pattern.compile("[\\s\\p{Z}]+");
    private static final Pattern WORD = Pattern.compile("[\\p{L}\\p{M}\\p{N}_]+(?:[-‑'’][\\p{L}\\p{M}\\p{N}_]+)*");

    private static final String IN_WORD =
            "(?:[\\p{L}\\p{Nd}\\p{Mn}_]|(?<=\\p{L})['’](?=\\p{L})(?!s(?![\\p{L}\\p{Nd}])))";

    /**
     * A word boundary. The apostrophe in "don't" is part of the word; the apostrophe of an English genitive is not.
     */
    private static final Pattern BOUNDARY = Pattern.compile("(?<!" + IN_WORD + ")|(?!" + IN_WORD + ")");

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
            Reason reason = broken(collapsed);
            String span = reason == null ? tagged.span(collapsed).orElse(null) : null;
            if (reason == null) {
                reason = span == null ? Reason.NOT_IN_TEXT : broken(span);
            }
            if (reason == null && keys.contains(TagKey.of(span))) {
                reason = Reason.DUPLICATE;
            } else if (reason == null && accepted.size() >= max) {
                reason = Reason.TOO_MANY;
            }
            if (reason == null) {
                keys.add(TagKey.of(span));
                accepted.add(span);
            } else {
                rejected.add(new Rejected(collapsed, reason));
            }
        }
        return new Checked(List.copyOf(accepted), List.copyOf(rejected));
    }

    private static String collapsed(String text) {
        return WHITE_SPACE.matcher(NormalizedText.visible(text)).replaceAll(" ").strip();
    }

    /** Returns the rule that the tag violates; null if there is none. */
    private Reason broken(String tag) {
        int length = tag.codePointCount(0, tag.length());
        if (length < MIN_LENGTH) {
            return tag.isEmpty() ? Reason.BLANK : Reason.TOO_SHORT;
        } else if (length > MAX_LENGTH) {
            return Reason.TOO_LONG;
        }
        boolean url =
                tag.contains("://") || analysis.tokens(tag).stream().anyMatch(token -> token.kind() == Token.Kind.URL);
        return url ? Reason.URL : null;
    }

    /** The text in which tags are searched: the original text, followed by its hashtags split into words. */
    private static final class TaggedText {
        private final String text;
        private final String normalized;
        private List<Form> forms;

        /** @param key base form of the word; empty for a character between two words */
        private record Form(int start, int end, String key) {}

        TaggedText(String text) {
            // the separator prevents a tag from spanning two parts
            this.text = collapsed(text + " # " + String.join(" # ", Hashtags.of(text)));
            this.normalized = NormalizedText.of(this.text);
        }

        /**
         * Returns the tag if the text contains it as whole words; otherwise the first place that contains its words in other forms.
         */
        Optional<String> span(String tag) {
            return contains(NormalizedText.of(tag)) ? Optional.of(tag) : otherForm(tag);
        }

        private boolean contains(String tag) {
            Matcher boundary = BOUNDARY.matcher(normalized).useTransparentBounds(true);
            for (int at = normalized.indexOf(tag); at >= 0; at = normalized.indexOf(tag, at + 1)) {
                int end = at + tag.length();
                if (boundary.region(at, at).matches()
                        && boundary.region(end, end).matches()) {
                    return true;
                }
            }
            return false;
        }

        private Optional<String> otherForm(String tag) {
            if (forms == null) {
                forms = forms(text);
            }
            List<String> wanted = forms(tag).stream()
                    .map(Form::key)
                    .filter(key -> !key.isEmpty())
                    .toList();
            int first = Collections.indexOfSubList(forms.stream().map(Form::key).toList(), wanted);
            return wanted.isEmpty() || first < 0
                    ? Optional.empty()
                    : Optional.of(text.substring(
                            forms.get(first).start(),
                            forms.get(first + wanted.size() - 1).end()));
        }

        private static List<Form> forms(String text) {
            List<Form> forms = new ArrayList<>();
            Matcher word = WORD.matcher(text);
            for (int last = 0; word.find(); last = word.end()) {
                if (!text.substring(last, word.start()).isBlank()) {
                    forms.add(new Form(last, word.start(), ""));
                }
                forms.add(new Form(word.start(), word.end(), TagKey.of(word.group())));
            }
            return forms;
        }
    }
}

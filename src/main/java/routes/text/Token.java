package routes.text;

/**
 * A word of a text.
 *
 * @param start offset of its first character in the text, in UTF-16 units, without {@code @} or {@code #}
 * @param end offset after its last character
 * @param stem the term of the word in the full-text index
 */
public record Token(int start, int end, String stem, Kind kind, boolean stopWord) {

    public enum Kind {
        WORD,
        NUMBER,
        HASHTAG,
        MENTION,
        URL,
        EMAIL,
        EMOJI
    }

    /** Whether the token is a word with meaning in running text. */
    public boolean isContent() {
        return !stopWord && (kind == Kind.WORD || kind == Kind.NUMBER || kind == Kind.HASHTAG);
    }
}

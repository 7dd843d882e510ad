package routes.tagging.local;

/**
 * A word of an English post: what a reader sees as one, so "GPT-4" is one word.
 *
 * @param start offset in the text, in UTF-16 units
 * @param end offset behind it
 * @param stem stems of its parts, joined by blanks
 * @param sentence 0-based
 * @param name whether its writing marks it as a name: a capital inside a sentence, an acronym
 * @param joins whether nothing but a blank separates it from the word before
 */
record Word(
        int start,
        int end,
        String stem,
        WordClass wordClass,
        int sentence,
        boolean name,
        boolean latin,
        boolean joins) {}

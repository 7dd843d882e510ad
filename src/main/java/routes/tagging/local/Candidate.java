package routes.tagging.local;

import java.util.List;

/** One occurrence of a phrase of 1 to 3 words that could be a tag. */
record Candidate(List<Word> words) {

    int start() {
        return words.get(0).start();
    }

    int end() {
        return last().end();
    }

    Word last() {
        return words.get(words.size() - 1);
    }

    /** The word that says what it is: the last noun ("test flight"), the first before a number ("iPhone 16 Pro"). */
    Word head() {
        List<Word> nouns = words.stream()
                .filter(word -> word.wordClass() == WordClass.NOUN)
                .toList();
        boolean numbered = words.stream().anyMatch(word -> word.wordClass() == WordClass.NUMBER);
        return nouns.get(!numbered ? nouns.size() - 1 : 0);
    }

    /** Occurrences of the same phrase in whatever form have the same key. */
    String key() {
        return String.join(" ", stems());
    }

    List<String> stems() {
        return words.stream()
                .flatMap(word -> List.of(word.stem().split(" ")).stream())
                .toList();
    }
}

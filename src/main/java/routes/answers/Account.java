package routes.answers;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import routes.answers.Subjects.Chosen;
import routes.text.Language;

/** The information that accompanies an answer: notes for the reader, confidence, and topics. */
record Account(Chosen chosen, Sentences sentences, Terms terms) {
    private static final int TOPICS = 5;

    /** Number of posts to show if nothing answers the question. */
    private static final int NEAREST = 3;

    List<Answer.Note> notes(Language language) {
        List<Answer.Note> notes = new ArrayList<>();
        List<Answer.Source> sources = sentences.sources();
        List<String> channels =
                sources.stream().map(Answer.Source::channel).distinct().toList();
        boolean isRetold = sources.stream()
                .flatMap(source -> source.sameStory().stream())
                .anyMatch(same -> !channels.contains(same.channel()));
        if (channels.size() == 1 && !isRetold && chosen.channels() > 1) {
            notes.add(NoteKind.ONE_CHANNEL.of(
                    language,
                    channels.get(0),
                    sources.stream().map(Answer.Source::n).toList()));
        }
        for (Conflicts.Conflict conflict : chosen.counted().isEmpty()
                ? new Conflicts(terms, new Support(terms)).among(chosen.passages())
                : List.<Conflicts.Conflict>of()) {
            Integer one = sentences.numberOf(conflict.one());
            Integer other = sentences.numberOf(conflict.other());
            if (one != null && other != null) {
                notes.add(
                        NoteKind.SOURCES_DIFFER.of(language, "[%d], [%d]".formatted(one, other), List.of(one, other)));
            }
        }
        if (sentences.accepted().stream().anyMatch(sentence -> sentence.support() == Answer.Support.NONE)) {
            notes.add(NoteKind.UNCONFIRMED.of(language));
        }
        if (sentences.leftOut() > 0) {
            notes.add(NoteKind.LEFT_OUT.of(language, String.valueOf(sentences.leftOut()), List.of()));
        }
        if (sentences.linksRemoved()) {
            notes.add(NoteKind.LINKS_REMOVED.of(language));
        }
        List<Integer> cleaned = sentences.cited().stream()
                .filter(passage -> chosen.passages().get(passage).isCleaned())
                .map(passage -> sentences.numberOf(chosen.passages().get(passage)))
                .toList();
        if (!cleaned.isEmpty()) {
            notes.add(NoteKind.INSTRUCTIONS_REMOVED.of(language, cleaned.toString(), cleaned));
        }
        return notes;
    }

    List<Answer.Source> nearest() {
        List<Passage> nearest = chosen.passages().isEmpty() ? chosen.nearest() : chosen.passages();
        List<Answer.Source> sources = new ArrayList<>();
        nearest.stream().limit(NEAREST).forEach(passage -> sources.add(passage.source(sources.size() + 1)));
        return sources;
    }

    /** Returns the confidence, as defined in {@link Answers}. */
    double confidence() {
        String cited = String.join(" ", sentences.texts(sentences.cited()));
        double about = chosen.subject().isEmpty() ? 1 : Terms.coverage(chosen.subject(), terms.keys(cited));
        double supported = sentences.accepted().stream()
                .mapToDouble(sentence -> sentence.support() == Answer.Support.NONE ? 0 : 1)
                .average()
                .orElse(0);
        long channels = sentences.sources().stream()
                .map(Answer.Source::channelId)
                .distinct()
                .count();
        double whole = 0.5 * about + 0.3 * supported + 0.1 * Math.min(2, channels);
        return Math.round(100 * whole) / 100.0;
    }

    /** Returns the tags of the cited posts, most frequent first. */
    List<String> topics() {
        Map<String, Integer> counts = new LinkedHashMap<>();
        sentences.cited().forEach(passage -> chosen.passages()
                .get(passage)
                .post()
                .tags()
                .forEach(tag -> counts.merge(tag.toLowerCase(Locale.ROOT), 1, Integer::sum)));
        return counts.entrySet().stream()
                .sorted(Map.Entry.<String, Integer>comparingByValue().reversed())
                .limit(TOPICS)
                .map(Map.Entry::getKey)
                .toList();
    }
}

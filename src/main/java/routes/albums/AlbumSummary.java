package routes.albums;

import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import routes.events.StorableText;

/**
 * The combined content of the members of an album. The same members in the same order yield the same summary.
 *
 * @param visionSummary distinct descriptions, ordered by the confidence of their classification; null if there are none
 * @param visionLabels the most frequent labels, at most 20
 * @param visionOcrText distinct recognised texts in message order; null if there are none
 * @param visionTags the most frequent tags of the classifications, at most 20
 */
record AlbumSummary(
        String visionSummary,
        List<String> visionLabels,
        String visionOcrText,
        List<String> visionTags,
        boolean hasMeme,
        boolean hasText) {
    private static final int MAX_LABELS = 20;
    private static final int MAX_TEXT = 20_000;
    /** Weight of a description whose classification has no confidence. */
    private static final double UNKNOWN_CONFIDENCE = 0.5;

    /** @param members in message order */
    static AlbumSummary of(List<MemberVision> members) {
        List<MemberVision> analyzed =
                members.stream().filter(member -> !member.skipped()).toList();
        String ocr = joined(analyzed.stream().map(MemberVision::ocr));
        return new AlbumSummary(
                joined(analyzed.stream()
                        .sorted(Comparator.comparingDouble(AlbumSummary::weight).reversed())
                        .map(MemberVision::description)),
                mostFrequent(analyzed.stream().map(MemberVision::labels)),
                ocr,
                mostFrequent(analyzed.stream().map(MemberVision::tags)),
                analyzed.stream().anyMatch(MemberVision::isMeme),
                ocr != null);
    }

    private static double weight(MemberVision member) {
        return member.confidence() == null ? UNKNOWN_CONFIDENCE : member.confidence();
    }

    private static String joined(Stream<String> texts) {
        String text = texts.filter(Objects::nonNull)
                .map(String::strip)
                .filter(one -> !one.isEmpty())
                .distinct()
                .collect(Collectors.joining("\n"));
        return text.isEmpty() ? null : StorableText.cut(text, MAX_TEXT);
    }

    private static List<String> mostFrequent(Stream<? extends Collection<String>> lists) {
        Map<String, Long> counts = lists.flatMap(list -> list.stream().distinct())
                .collect(Collectors.groupingBy(Function.identity(), LinkedHashMap::new, Collectors.counting()));
        return counts.entrySet().stream()
                .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
                .limit(MAX_LABELS)
                .map(Map.Entry::getKey)
                .toList();
    }
}

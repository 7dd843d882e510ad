package routes.crawltrigger;

import java.util.Collection;
import java.util.Collections;
import java.util.List;
import routes.text.TextAnalysis;

/** Matches tags by the stems of their words. */
class TriggerTags {
    private final TextAnalysis analysis;

    TriggerTags(TextAnalysis analysis) {
        this.analysis = analysis;
    }

    /** Those triggers whose words all stand, in this order and next to each other, in one of the tags. */
    List<String> matching(Collection<String> triggers, Collection<String> tags) {
        List<List<String>> stems =
                tags.stream().map(analysis::stems).filter(tag -> !tag.isEmpty()).toList();
        return triggers.stream()
                .filter(trigger -> {
                    List<String> wanted = analysis.stems(trigger);
                    return !wanted.isEmpty() && stems.stream().anyMatch(tag -> contains(tag, wanted));
                })
                .toList();
    }

    private static boolean contains(List<String> tag, List<String> wanted) {
        return Collections.indexOfSubList(tag, wanted) >= 0;
    }
}

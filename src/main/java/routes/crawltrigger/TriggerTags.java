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

    /** A tag that makes a post worth fetching its links, and the stems of its words. */
    record Trigger(String text, List<String> stems) {}

    /** Leaves out triggers without a word. */
    List<Trigger> of(Collection<String> triggers) {
        return triggers.stream()
                .map(trigger -> new Trigger(trigger, analysis.stems(trigger)))
                .filter(trigger -> !trigger.stems().isEmpty())
                .toList();
    }

    /** The triggers whose words all occur, in this order and next to each other, in one of the tags. */
    List<String> matching(Collection<Trigger> triggers, Collection<String> tags) {
        List<List<String>> stems =
                tags.stream().map(analysis::stems).filter(tag -> !tag.isEmpty()).toList();
        return triggers.stream()
                .filter(trigger ->
                        stems.stream().anyMatch(tag -> Collections.indexOfSubList(tag, trigger.stems()) >= 0))
                .map(Trigger::text)
                .toList();
    }
}

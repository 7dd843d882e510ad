package routes.vectorindex.words;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/** Sums up the forms of each tag: "нейросети" and "Нейросеть" are one tag, shown in its most frequent form. */
public final class TagCounts {
    private final Map<String, Tag> tags = new TreeMap<>();

    private record Tag(String form, int ofForm, int count) {
        Tag plus(Tag other) {
            return new Tag(
                    ofForm >= other.ofForm ? form : other.form, Math.max(ofForm, other.ofForm), count + other.count);
        }
    }

    /** @param key the {@link routes.text.TagKey} of the form */
    public void add(String key, String form, int count) {
        tags.merge(key, new Tag(form, count, count), Tag::plus);
    }

    /** Returns the most frequent tags with their counts, most frequent first. */
    public Map<String, Integer> most(int limit) {
        Map<String, Integer> most = new LinkedHashMap<>();
        tags.values().stream()
                .sorted(Comparator.comparingInt(Tag::count).reversed().thenComparing(Tag::form))
                .limit(limit)
                .forEach(tag -> most.put(tag.form(), tag.count()));
        return most;
    }
}

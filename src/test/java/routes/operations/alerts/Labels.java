package routes.operations.alerts;

import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** Labels of a series, the name of its metric among them as {@value #NAME}. A label with an empty value is none. */
public record Labels(SortedMap<String, String> values) {
    static final String NAME = "__name__";

    public Labels {
        values = new TreeMap<>(values);
        values.values().removeIf(String::isEmpty);
        values = Collections.unmodifiableSortedMap(values);
    }

    static Labels of(Map<String, String> values) {
        return new Labels(new TreeMap<>(values));
    }

    /** Empty for a label that is not there, as matchers see it. */
    public String get(String label) {
        return values.getOrDefault(label, "");
    }

    Labels withoutName() {
        var kept = new TreeMap<>(values);
        kept.remove(NAME);
        return new Labels(kept);
    }

    /** Without these, and without the name. */
    Labels without(Collection<String> labels) {
        var kept = new TreeMap<>(values);
        kept.keySet().removeAll(labels);
        return new Labels(kept).withoutName();
    }

    Labels only(Collection<String> labels) {
        var kept = new TreeMap<>(values);
        kept.keySet().retainAll(labels);
        return new Labels(kept);
    }

    @Override
    public String toString() {
        return get(NAME) + withoutName().values();
    }
}

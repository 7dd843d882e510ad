package routes.routefiles.model;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import routes.routefiles.yaml.Place;
import routes.routefiles.yaml.Placeholders;
import routes.routefiles.yaml.YamlEntry;
import routes.routefiles.yaml.YamlList;
import routes.routefiles.yaml.YamlMap;
import routes.routefiles.yaml.YamlNode;
import routes.routefiles.yaml.YamlScalar;

/**
 * Substitutes the values of a {@code templatedRoute} into its template. A replaced text has the place of its value, so that a
 * problem with it is reported in the file that must be fixed.
 */
final class TemplateExpander {

    private final Map<String, YamlScalar> given = new LinkedHashMap<>();
    private final Map<String, String> values = new LinkedHashMap<>();
    private final Flow template;
    private final Flow instance;

    private TemplateExpander(Flow template, Flow instance) {
        this.template = template;
        this.instance = instance;
        template.body().list("parameters").stream().flatMap(YamlList::maps).forEach(parameter -> parameter
                .text("name")
                .ifPresent(
                        name -> parameter.scalar("defaultValue").ifPresent(value -> values.put(name, value.text()))));
        instance.body().list("parameters").stream().flatMap(YamlList::maps).forEach(parameter -> parameter
                .text("name")
                .ifPresent(name -> parameter.scalar("value").ifPresent(value -> {
                    given.put(name, value);
                    values.put(name, value.text());
                })));
    }

    /** The expanded route of the instance; its id may be missing. */
    static Flow expand(Flow template, Flow instance) {
        return new TemplateExpander(template, instance).route();
    }

    private Flow route() {
        YamlMap body = (YamlMap) replace(template.route());
        Map<String, YamlEntry> entries = new LinkedHashMap<>(body.entries());
        entries.remove("parameters");
        entries.remove("id");
        instance.id().ifPresent(id -> {
            Place place = instance.body().entry("routeId").orElseThrow().place();
            entries.put("id", new YamlEntry(place, "id", new YamlScalar(place, id, YamlScalar.Kind.TEXT)));
        });
        return FlowReader.flow(Flow.Kind.ROUTE, instance.file(), instance.place(), new YamlMap(body.place(), entries));
    }

    private YamlNode replace(YamlNode node) {
        if (node instanceof YamlMap map) {
            Map<String, YamlEntry> entries = new LinkedHashMap<>();
            map.entries().values().forEach(entry -> {
                String key = Placeholders.substitute(entry.key(), values);
                entries.put(key, new YamlEntry(entry.place(), key, replace(entry.value())));
            });
            prefix(entries);
            return new YamlMap(map.place(), entries);
        }
        if (node instanceof YamlList list) {
            return new YamlList(
                    list.place(), list.items().stream().map(this::replace).toList());
        }
        return scalar((YamlScalar) node);
    }

    // Camel prepends the instance's prefixId to the ids of the nodes
    private void prefix(Map<String, YamlEntry> entries) {
        Optional<String> prefix = instance.body().text("prefixId");
        YamlEntry id = entries.get("id");
        if (prefix.isPresent() && id != null && id.value() instanceof YamlScalar scalar) {
            YamlScalar prefixed = new YamlScalar(scalar.place(), prefix.get() + scalar.text(), scalar.kind());
            entries.put("id", new YamlEntry(id.place(), "id", prefixed));
        }
    }

    private YamlScalar scalar(YamlScalar scalar) {
        String text = Placeholders.substitute(scalar.text(), values);
        if (text.equals(scalar.text())) {
            return scalar;
        }
        Place place = Placeholders.of(scalar.text()).stream()
                .map(Placeholders.Placeholder::name)
                .filter(given::containsKey)
                .findFirst()
                .map(name -> given.get(name).place())
                .orElse(scalar.place());
        return new YamlScalar(place, text, scalar.kind());
    }
}

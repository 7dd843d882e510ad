package routes.routefiles.check;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.camel.Processor;
import org.apache.camel.tooling.model.EipModel;
import routes.routefiles.model.EndpointUse;
import routes.routefiles.model.Flow;
import routes.routefiles.model.RouteModel;
import routes.routefiles.yaml.Place;
import routes.routefiles.yaml.Placeholders;
import routes.routefiles.yaml.YamlEntry;
import routes.routefiles.yaml.YamlList;
import routes.routefiles.yaml.YamlMap;
import routes.routefiles.yaml.YamlNode;
import routes.routefiles.yaml.YamlScalar;

/** Finds the beans that a flow names: by EIP, by option, in endpoints and in Simple expressions. */
final class BeanReferences {

    // "class", "type" and "property" are not beans of the registry
    private static final Pattern NO_BEAN = Pattern.compile("#(class|type|property|valueAs|autowired).*");
    private static final Pattern IN_SIMPLE =
            Pattern.compile("\\$\\{(?:bean|ref):(?!type:)([\\w-]+)(?:(?:\\?method=|\\.|::)(\\w+))?[^}]*}");
    private static final Pattern WORK = Pattern.compile("work\\(\\*,\\s*'([^']+)',\\s*'([^']+)'\\)");
    private static final Set<String> CALLS = Set.of("bean", "process", "method");

    /**
     * @param method method to be called; empty if none is named
     * @param type required type of the bean; {@code Object.class} for any
     */
    record Reference(Place place, String bean, Optional<String> method, Class<?> type) {}

    private final List<Reference> found = new ArrayList<>();
    private final RouteModel model;

    private BeanReferences(RouteModel model) {
        this.model = model;
    }

    static List<Reference> of(Flow flow, RouteModel model) {
        BeanReferences references = new BeanReferences(model);
        references.block(flow.kind().key(), flow.body());
        model.endpoints(flow).forEach(references::endpoint);
        return references.found;
    }

    /** The bean that {@code name}, {@code #name}, {@code #bean:name} refers to; empty if it is not a bean or not known yet. */
    static Optional<String> name(String text, RouteModel model) {
        String resolved = Placeholders.resolve(text.trim(), model.environment().properties());
        if (NO_BEAN.matcher(resolved).matches() || resolved.contains("${") || Placeholders.in(resolved)) {
            return Optional.empty();
        }
        String name = resolved.replaceFirst("^#(bean:)?", "").replaceFirst("^\\{(.*)}$", "$1");
        return name.isBlank() ? Optional.empty() : Optional.of(name);
    }

    private void block(String key, YamlMap block) {
        Optional<EipModel> eip = model.catalog().eip(key);
        if (CALLS.contains(key)) {
            Class<?> type = key.equals("process") ? Processor.class : Object.class;
            block.scalar("ref").ifPresent(ref -> add(ref, block.text("method"), type));
            block.scalar("method").ifPresent(this::worked);
        }
        for (YamlEntry entry : block.entries().values()) {
            if (entry.value() instanceof YamlScalar scalar) {
                option(key, eip, entry.key(), scalar);
            } else if (!entry.key().equals("parameters")) {
                node(entry.key(), entry.value());
            }
        }
    }

    /** {@code events.work(*, 'bean', 'method')} names a bean too. */
    private void worked(YamlScalar call) {
        Matcher work = WORK.matcher(call.text());
        if (work.matches()) {
            add(new YamlScalar(call.place(), work.group(1), call.kind()), Optional.of(work.group(2)), Object.class);
        }
    }

    private void node(String key, YamlNode node) {
        if (node instanceof YamlMap map) {
            block(key, map);
        } else if (node instanceof YamlList list) {
            list.items().forEach(item -> node(key, item));
        }
    }

    private void option(String key, Optional<EipModel> eip, String option, YamlScalar value) {
        if (key.equals("ref") && option.equals("expression")) {
            add(value, Optional.empty(), Object.class);
        } else if (option.equals("routePolicy")) {
            for (String policy : value.text().split(",", -1)) {
                add(new YamlScalar(value.place(), policy, value.kind()), Optional.empty(), Object.class);
            }
        } else if (option.endsWith("Ref") && !option.equals("routeTemplateRef")) {
            add(value, Optional.empty(), Object.class);
        } else {
            eip.stream()
                    .flatMap(found -> found.getOptions().stream())
                    .filter(known -> known.getName().equals(option))
                    .filter(known ->
                            known.getType().equals("object") && known.getKind().equals("attribute"))
                    .findFirst()
                    .ifPresentOrElse(
                            known -> add(value, Optional.empty(), type(known.getJavaType())), () -> simple(value));
        }
    }

    // beans in the text of an expression or a message
    private void simple(YamlScalar value) {
        IN_SIMPLE
                .matcher(value.text())
                .results()
                .forEach(match -> found.add(new Reference(
                        value.place(), match.group(1), Optional.ofNullable(match.group(2)), Object.class)));
    }

    private void endpoint(EndpointUse use) {
        if (use.scheme().equals("bean")) {
            Optional<String> method =
                    Optional.ofNullable(use.options().get("method")).map(YamlScalar::text);
            name(use.path(), model)
                    .ifPresent(name -> found.add(new Reference(use.place(), name, method, Object.class)));
        }
        use.options().values().stream()
                .filter(value -> value.text().startsWith("#"))
                .forEach(value -> add(value, Optional.empty(), Object.class));
    }

    private void add(YamlScalar value, Optional<String> method, Class<?> type) {
        name(value.text(), model).ifPresent(name -> found.add(new Reference(value.place(), name, method, type)));
    }

    // a strategy may be any object with a suitable method: Camel adapts it
    private static Class<?> type(String javaType) {
        if (javaType.equals("org.apache.camel.AggregationStrategy")) {
            return Object.class;
        }
        try {
            return Class.forName(javaType, false, BeanReferences.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            return Object.class; // the type of a part of Camel that is not on the class path
        }
    }
}

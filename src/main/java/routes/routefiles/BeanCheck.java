package routes.routefiles;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.camel.Processor;
import org.apache.camel.tooling.model.BaseOptionModel;
import org.springframework.util.ClassUtils;
import routes.routefiles.YamlNode.Entry;

/**
 * Checks that named beans exist, have the required type and have the called method. Beans are named by EIPs, by options, in endpoints and
 * in Simple expressions.
 */
record BeanCheck(RouteModel model, Problems problems) {

    // "class", "type" and "property" are not beans of the registry
    private static final Pattern NO_BEAN = Pattern.compile("#(class|type|property|valueAs|autowired).*");
    static final Pattern IN_SIMPLE =
            Pattern.compile("\\$\\{(?:bean|ref):(?!type:)([\\w-]+)(?:(?:\\?method=|\\.|::)(\\w+))?[^}]*}");
    static final Pattern WORK = Pattern.compile("work\\(\\*,\\s*'([^']+)',\\s*'([^']+)'\\)");

    void check() {
        model.flows().stream()
                .flatMap(Flow::allSteps)
                .filter(step -> step.is("bean", "process"))
                .filter(step -> step.options().textAt("ref").isEmpty()
                        && step.options().textAt("beanType").isEmpty())
                .forEach(step -> problems.add(step.place(), "'" + step.eip() + "' requires 'ref', the name of a bean"));
        for (Flow flow : model.effective()) {
            node(flow.kind().key, flow.body());
            model.endpoints(flow).forEach(this::endpoint);
        }
    }

    /**
     * Returns the name of the bean that {@code name}, {@code #name} or {@code #bean:name} refers to; empty if it is not a bean or contains
     * an unresolved placeholder.
     */
    static Optional<String> name(String text, RouteModel model) {
        String resolved = model.resolve(text.trim());
        if (NO_BEAN.matcher(resolved).matches() || resolved.contains("${") || Placeholders.in(resolved)) {
            return Optional.empty();
        }
        String name = resolved.replaceFirst("^#(bean:)?", "").replaceFirst("^\\{(.*)}$", "$1");
        return Optional.of(name).filter(bean -> !bean.isBlank());
    }

    private void node(String key, YamlNode node) {
        if (key.equals("bean") || key.equals("process") || key.equals("method")) {
            Class<?> type = key.equals("process") ? Processor.class : Object.class;
            node.scalarAt("ref").ifPresent(ref -> reference(ref.place(), ref.text(), node.textAt("method"), type));
        }
        node.items().forEach(item -> node(key, item));
        for (Entry entry : node.values()) {
            if (entry.value().isScalar()) {
                option(key, entry.key(), entry.value());
            } else if (!entry.key().equals("parameters")) { // these belong to an endpoint
                node(entry.key(), entry.value());
            }
        }
    }

    private void option(String block, String option, YamlNode value) {
        boolean named = block.equals("ref") && option.equals("expression")
                || option.equals("routePolicy")
                || option.endsWith("Ref") && !option.equals("routeTemplateRef");
        Optional<Class<?>> type = named ? Optional.of(Object.class) : type(block, option);
        type.ifPresent(wanted -> reference(value.place(), value.text(), Optional.empty(), wanted));
        if (type.isEmpty()) {
            Stream.of(IN_SIMPLE, WORK)
                    .flatMap(call -> call.matcher(value.text()).results())
                    .forEach(call ->
                            reference(value.place(), call.group(1), Optional.ofNullable(call.group(2)), Object.class));
        }
    }

    /** Returns the bean type that the option of an EIP requires; empty if the option does not refer to a bean. */
    private Optional<Class<?>> type(String eip, String option) {
        ClassLoader loader = getClass().getClassLoader();
        return model.catalog().eip(eip).stream()
                .flatMap(found -> found.getOptions().stream())
                .filter(known -> known.getName().equals(option))
                .filter(known ->
                        known.getType().equals("object") && known.getKind().equals("attribute"))
                .findFirst()
                .map(BaseOptionModel::getJavaType)
                // a strategy may be any object with a suitable method: Camel adapts it
                .map(type -> type.endsWith(".AggregationStrategy") || !ClassUtils.isPresent(type, loader)
                        ? Object.class
                        : ClassUtils.resolveClassName(type, loader));
    }

    private void endpoint(EndpointUse use) {
        if (use.scheme().equals("bean")) {
            reference(use.place(), use.path(), use.option("method").map(YamlNode::text), Object.class);
        }
        use.options().values().stream()
                .filter(value -> value.text().startsWith("#"))
                .forEach(value -> reference(value.place(), value.text(), Optional.empty(), Object.class));
    }

    private void reference(Place place, String beans, Optional<String> method, Class<?> wanted) {
        Stream.of(beans.split(",")) // a routePolicy may list several
                .flatMap(bean -> name(bean, model).stream())
                .forEach(name -> exists(place, name, method, wanted));
    }

    /**
     * @param method method to be called; empty if none is named
     * @param wanted required type of the bean; {@code Object.class} for any
     */
    private void exists(Place place, String name, Optional<String> method, Class<?> wanted) {
        Map<String, Class<?>> beans = model.environment().beans();
        Class<?> type = beans.get(name);
        if (type == null) {
            problems.add(place, "unknown bean '" + name + "'" + Nearest.hint(name, beans.keySet()));
        } else if (type != Object.class) {
            fits(place, name, type, method, wanted);
        }
    }

    private void fits(Place place, String name, Class<?> type, Optional<String> method, Class<?> wanted) {
        String bean = "bean '" + name + "' (" + type.getSimpleName() + ")";
        if (!wanted.isAssignableFrom(type)) {
            problems.add(place, bean + " is not of the type " + wanted.getSimpleName() + ", which is required here");
        }
        // Camel accepts arguments too: "parse(${body})"
        Set<String> methods = Arrays.stream(type.getMethods())
                .filter(own -> own.getDeclaringClass() != Object.class)
                .map(Method::getName)
                .collect(Collectors.toCollection(TreeSet::new));
        method.map(call -> call.replaceFirst("\\(.*", "").trim())
                .filter(call -> !Placeholders.in(call) && !methods.contains(call))
                .ifPresent(call -> problems.add(
                        place,
                        bean + " has no public method '" + call + "'; its methods are " + String.join(", ", methods)));
    }
}

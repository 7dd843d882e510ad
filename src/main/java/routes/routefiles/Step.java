package routes.routefiles;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import routes.routefiles.YamlNode.Entry;

/**
 * An EIP of a flow, or a branch of one ({@code when}, {@code otherwise}, {@code onFallback}, …), with its content.
 *
 * @param eip as written: {@code to}, {@code choice}, {@code onException}
 * @param place of the EIP's name
 */
record Step(String eip, Place place, YamlNode options, List<Step> children) {

    /** Blocks of a route configuration that contain steps. */
    static final List<String> CONFIGURATION =
            List.of("onException", "onCompletion", "intercept", "interceptFrom", "interceptSendToEndpoint");

    /** Parts of an EIP that contain nested steps. */
    private static final Set<String> BRANCHES = Set.of("when", "otherwise", "doCatch", "doFinally", "onFallback");

    /** Returns the steps of a list. Skips elements of an unexpected shape, which the schema check reports. */
    static List<Step> list(YamlNode list) {
        return list.maps()
                .flatMap(item -> item.values().stream())
                .filter(entry -> entry.value().isMap())
                .map(entry -> step(entry.key(), entry.place(), entry.value()))
                .toList();
    }

    /** Returns the steps of a block: those of its {@code steps}, and its branches. */
    static List<Step> in(YamlNode block) {
        return block.values().stream().flatMap(Step::children).toList();
    }

    private static Stream<Step> children(Entry entry) {
        if (entry.key().equals("steps")) {
            return list(entry.value()).stream();
        }
        if (!BRANCHES.contains(entry.key())) {
            return Stream.empty();
        }
        return entry.value().isMap()
                ? Stream.of(step(entry.key(), entry.place(), entry.value()))
                : entry.value().maps().map(branch -> step(entry.key(), branch.place(), branch));
    }

    private static Step step(String eip, Place place, YamlNode options) {
        return new Step(eip, place, options, in(options));
    }

    /** Returns whether the key is a part of an EIP or of a route configuration, rather than a separate step. */
    static boolean isPart(String key) {
        return BRANCHES.contains(key) || CONFIGURATION.contains(key);
    }

    boolean is(String... eips) {
        return List.of(eips).contains(eip);
    }

    /** Returns whether the step calls this method of this bean, with or without arguments in parentheses. */
    boolean calls(String bean, String method) {
        return is("bean")
                && options.textAt("ref").orElse("").equals(bean)
                && options.textAt("method").orElse("").replaceFirst("\\(.*", "").equals(method);
    }

    Optional<String> id() {
        return options.textAt("id");
    }

    /** Returns this step and all nested steps. */
    Stream<Step> all() {
        return Stream.concat(Stream.of(this), children.stream().flatMap(Step::all));
    }
}

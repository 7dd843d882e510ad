package routes.routefiles.model;

import java.net.URISyntaxException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.camel.util.URISupport;
import routes.routefiles.yaml.Placeholders;
import routes.routefiles.yaml.YamlMap;
import routes.routefiles.yaml.YamlScalar;

/** Finds the endpoints that a flow names. */
public final class EndpointReader {

    private static final Pattern URI = Pattern.compile("([a-zA-Z][\\w+.-]*)(?::(?://)?([^?]*)(?:\\?(.*))?)?");

    private final ComponentCatalog catalog;
    private final Function<String, String> properties;

    EndpointReader(ComponentCatalog catalog, Function<String, String> properties) {
        this.catalog = catalog;
        this.properties = properties;
    }

    List<EndpointUse> of(Flow flow) {
        Stream<EndpointUse> from = flow.from().flatMap(map -> use(EndpointUse.Role.FROM, map)).stream();
        return Stream.concat(from, flow.allSteps().flatMap(step -> of(step).stream()))
                .toList();
    }

    /** The endpoint that the step itself names. */
    Optional<EndpointUse> of(Step step) {
        return switch (step.eip()) {
            case "to", "toD", "wireTap" -> use(EndpointUse.Role.TO, step.options());
            case "poll" -> use(EndpointUse.Role.POLL, step.options());
            case "enrich" -> constant(EndpointUse.Role.TO, step);
            case "pollEnrich" -> constant(EndpointUse.Role.POLL, step);
            default -> Optional.empty();
        };
    }

    private Optional<EndpointUse> constant(EndpointUse.Role role, Step step) {
        return step.options()
                .map("expression")
                .flatMap(expression -> expression.map("constant").or(() -> expression.map("simple")))
                .flatMap(language -> language.scalar("expression"))
                .flatMap(uri -> use(role, uri, Map.of()));
    }

    private Optional<EndpointUse> use(EndpointUse.Role role, YamlMap map) {
        Map<String, YamlScalar> parameters = new LinkedHashMap<>();
        map.map("parameters").ifPresent(given -> given.entries().values().forEach(entry -> {
            if (entry.value() instanceof YamlScalar value) {
                String text = Placeholders.resolve(value.text(), properties);
                parameters.put(entry.key(), new YamlScalar(value.place(), text, value.kind()));
            }
        }));
        return map.scalar("uri").flatMap(uri -> use(role, uri, parameters));
    }

    private Optional<EndpointUse> use(EndpointUse.Role role, YamlScalar uri, Map<String, YamlScalar> parameters) {
        Matcher parts = URI.matcher(Placeholders.resolve(uri.text(), properties));
        if (!parts.matches()) {
            return Optional.empty();
        }
        String scheme = parts.group(1);
        Map<String, YamlScalar> options = new LinkedHashMap<>(query(uri, parts.group(3)));
        options.putAll(parameters);
        String path = parts.group(2);
        if (path == null) {
            path = catalog.pathOptions(scheme).stream()
                    .filter(options::containsKey)
                    .map(name -> options.remove(name).text())
                    .collect(Collectors.joining(":"));
        }
        boolean dynamic = path.contains("${")
                || options.values().stream().anyMatch(value -> value.text().contains("${"));
        return Optional.of(new EndpointUse(role, uri.place(), scheme, path, options, dynamic));
    }

    private static Map<String, YamlScalar> query(YamlScalar uri, String query) {
        Map<String, YamlScalar> options = new LinkedHashMap<>();
        if (query != null) {
            try {
                URISupport.parseQuery(query)
                        .forEach((name, value) -> options.put(
                                name, new YamlScalar(uri.place(), String.valueOf(value), YamlScalar.Kind.TEXT)));
            } catch (URISyntaxException e) {
                // Camel rejects it too when the scratch context creates the route, with the reason
                return Map.of();
            }
        }
        return options;
    }
}

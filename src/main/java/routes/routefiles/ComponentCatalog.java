package routes.routefiles;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.camel.catalog.CamelCatalog;
import org.apache.camel.catalog.DefaultCamelCatalog;
import org.apache.camel.catalog.EndpointValidationResult;
import org.apache.camel.tooling.model.BaseOptionModel;
import org.apache.camel.tooling.model.ComponentModel;
import org.apache.camel.tooling.model.EipModel;

/** Camel's catalogue, extended with components on the class path that it does not contain, such as those of this product. */
final class ComponentCatalog {

    private static final String SERVICES = "META-INF/services/org/apache/camel/component/";

    private final CamelCatalog catalog = new DefaultCamelCatalog(true);
    private final Set<String> released = Set.copyOf(catalog.findComponentNames());
    private final ClassLoader classPath;

    ComponentCatalog(ClassLoader classPath) {
        this.classPath = classPath;
    }

    /** Returns all components of the Camel release, whether on the class path or not. */
    Set<String> released() {
        return released;
    }

    /** Returns the component; empty if it is not on the class path. */
    Optional<ComponentModel> component(String scheme) {
        if (!scheme.matches("[\\w+.-]+")) {
            return Optional.empty();
        }
        try (InputStream service = classPath.getResourceAsStream(SERVICES + scheme)) {
            if (service == null) {
                return Optional.empty();
            }
            if (!catalog.findComponentNames().contains(scheme)) {
                addToCatalog(scheme, service);
            }
            return Optional.ofNullable(catalog.componentModel(scheme));
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read the metadata of component '" + scheme + "'", e);
        }
    }

    /** Returns the options of an EIP; empty if there is no such EIP. */
    Optional<EipModel> eip(String name) {
        return Optional.ofNullable(catalog.eipModel(name));
    }

    /** Names of the options in the path of the URI, such as {@code name} of {@code direct:name}. */
    List<String> pathOptions(String scheme) {
        return component(scheme).stream()
                .flatMap(component -> component.getEndpointPathOptions().stream())
                .map(BaseOptionModel::getName)
                .toList();
    }

    /** Names of the options of an endpoint. */
    Set<String> options(String scheme) {
        return component(scheme).stream()
                .flatMap(component -> component.getEndpointOptions().stream())
                .map(BaseOptionModel::getName)
                .collect(Collectors.toSet());
    }

    /** @param options endpoint options to validate */
    EndpointValidationResult validate(EndpointUse use, Map<String, String> options) {
        String query = options.entrySet().stream()
                .map(option -> option.getKey() + "=" + URLEncoder.encode(option.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
        boolean producer = use.is(EndpointUse.Role.TO);
        return catalog.validateEndpointProperties(use.name() + "?" + query, false, !producer, producer);
    }

    private void addToCatalog(String scheme, InputStream service) throws IOException {
        Properties properties = new Properties();
        properties.load(service);
        String className = properties.getProperty("class", "");
        String folder = className.substring(0, className.lastIndexOf('.') + 1).replace('.', '/');
        String metadata = "META-INF/" + folder + scheme + ".json";
        try (InputStream json = classPath.getResourceAsStream(metadata)) {
            if (json == null) {
                throw new IOException(metadata + " is not on the class path");
            }
            catalog.addComponent(scheme, className, new String(json.readAllBytes(), StandardCharsets.UTF_8));
        }
    }
}

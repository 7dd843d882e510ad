package routes.api.access;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Map;
import java.util.stream.Stream;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.context.config.ConfigDataEnvironmentPostProcessor;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.env.EnvironmentPostProcessor;
import org.springframework.core.Ordered;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.Environment;
import org.springframework.core.env.MapPropertySource;
import routes.configuration.ConfigurationException;
import routes.routefiles.PipelineStages;

/**
 * Keeps the API port closed in a process without the stage api; health and metrics remain on the management port. Refuses a start that
 * would expose the data to the network: without keys, only loopback addresses are allowed.
 */
public final class ListenAddresses implements EnvironmentPostProcessor, Ordered {

    private static final Address API = new Address("API_ADDRESS", "api.address", "server.address");
    private static final Address MANAGEMENT =
            new Address("MANAGEMENT_ADDRESS", "management.address", "management.server.address");

    /** Runs after the individual values have been validated. */
    @Override
    public int getOrder() {
        return ConfigDataEnvironmentPostProcessor.ORDER + 20;
    }

    @Override
    public void postProcessEnvironment(ConfigurableEnvironment environment, SpringApplication application) {
        boolean hasApi =
                PipelineStages.parse(environment.getProperty("pipeline.routes")).includes("api");
        if (!hasApi) {
            environment
                    .getPropertySources()
                    .addFirst(new MapPropertySource("no API in this process", Map.of("server.port", "-1")));
        }
        var access = Binder.get(environment).bindOrCreate("api", AccessProperties.class);
        if (new ApiKeys(access.keys()).isEmpty()) {
            Stream.of(API, MANAGEMENT)
                    .filter(address -> address != API || hasApi)
                    .forEach(address -> address.requireLoopback(environment));
        }
    }

    static boolean isManagementLocal(Environment environment) {
        return MANAGEMENT.values(environment).allMatch(MANAGEMENT::isLoopback);
    }

    /** A listen address: the variable of this product, and the Spring Boot property, which may be set directly. */
    private record Address(String variable, String ours, String springs) {

        void requireLoopback(Environment environment) {
            values(environment).filter(value -> !isLoopback(value)).findFirst().ifPresent(value -> {
                throw new ConfigurationException(variable + "=" + value
                        + ": this address is reachable from other machines, so API_KEYS must be set; create a key"
                        + " with --make-key=<name>, or listen on 127.0.0.1");
            });
        }

        private Stream<String> values(Environment environment) {
            return Stream.of(environment.getProperty(ours, ""), environment.getProperty(springs, ""));
        }

        /** An empty address means all interfaces. */
        private boolean isLoopback(String address) {
            try {
                return !address.isBlank() && InetAddress.getByName(address).isLoopbackAddress();
            } catch (UnknownHostException e) {
                throw new ConfigurationException(
                        variable + "=" + address + ": must be an address of this machine, such as 127.0.0.1 or 0.0.0.0",
                        e);
            }
        }
    }
}

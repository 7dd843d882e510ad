package routes.api.access;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.stream.Stream;
import org.springframework.core.env.Environment;
import routes.api.ApiSwitch;
import routes.configuration.ConfigurationException;

/** The listen addresses: the product's setting, and Spring Boot's property, which may be set directly. */
enum ListenAddress {
    API("API_ADDRESS", "api.address", "server.address"),
    MANAGEMENT("MANAGEMENT_ADDRESS", "management.address", "management.server.address");

    private final String variable;
    private final String ours;
    private final String springs;

    ListenAddress(String variable, String ours, String springs) {
        this.variable = variable;
        this.ours = ours;
        this.springs = springs;
    }

    /** Whether the process listens on it at all. */
    boolean isOpen(Environment environment) {
        return this == MANAGEMENT || ApiSwitch.isOn(environment);
    }

    /** Whether it is reachable only from this machine; an empty address means all interfaces. */
    boolean isLoopback(Environment environment) {
        return values(environment).allMatch(this::isLoopback);
    }

    /** For messages: the variable with its value. */
    String describe(Environment environment) {
        return variable + "="
                + values(environment)
                        .filter(address -> !isLoopback(address))
                        .findFirst()
                        .orElse(environment.getProperty(ours));
    }

    private Stream<String> values(Environment environment) {
        return Stream.of(environment.getProperty(ours, ""), environment.getProperty(springs, ""));
    }

    /** @throws ConfigurationException if the address cannot be resolved */
    private boolean isLoopback(String address) {
        try {
            return !address.isBlank() && InetAddress.getByName(address).isLoopbackAddress();
        } catch (UnknownHostException e) {
            throw new ConfigurationException(
                    variable + "=" + address + ": must be an address of this machine, such as 127.0.0.1 or 0.0.0.0", e);
        }
    }
}

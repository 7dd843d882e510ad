package routes.api.access;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.stream.Stream;
import org.springframework.core.env.Environment;
import routes.api.ApiSwitch;
import routes.configuration.ConfigurationException;

/** Where the process listens: as configured for the product, and as Spring Boot takes it, which may be set past the former. */
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

    /** Whether it is listened on at all. */
    boolean isOpen(Environment environment) {
        return this == MANAGEMENT || ApiSwitch.isOn(environment);
    }

    /** Whether only this machine reaches it; no address at all means every one. */
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

    /** @throws ConfigurationException if there is no such address */
    private boolean isLoopback(String address) {
        try {
            return !address.isBlank() && InetAddress.getByName(address).isLoopbackAddress();
        } catch (UnknownHostException e) {
            throw new ConfigurationException(
                    variable + "=" + address + ": must be an address of this machine, such as 127.0.0.1 or 0.0.0.0", e);
        }
    }
}

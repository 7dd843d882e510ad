package routes.configuration;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * @param name name of this process in its consumer groups; empty for the host name
 */
@ConfigurationProperties("instance")
public record InstanceProperties(@DefaultValue("") String name) {

    /**
     * The name, or that of the host.
     *
     * @throws ConfigurationException if neither is known
     */
    public String nameOrHost() {
        if (!name.isBlank()) {
            return name;
        }
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            throw new ConfigurationException("INSTANCE_NAME must be set because the host name cannot be determined", e);
        }
    }
}

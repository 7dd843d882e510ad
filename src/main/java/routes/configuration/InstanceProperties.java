package routes.configuration;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * @param name name of this process among the consumers of a group; empty: the host name
 */
@ConfigurationProperties("instance")
public record InstanceProperties(@DefaultValue("") String name) {}

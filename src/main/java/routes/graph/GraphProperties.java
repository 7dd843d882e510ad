package routes.graph;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * @param store graph store if NEO4J_URI is not set: postgres; or none, which disables relations between posts, also if NEO4J_URI is set
 */
@ConfigurationProperties("graph")
public record GraphProperties(@DefaultValue("postgres") Store store) {

    public enum Store {
        POSTGRES,
        NONE
    }
}

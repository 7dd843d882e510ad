package routes.graph;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * @param store where the graph is if NEO4J_URI is not set: postgres; or none for a pipeline without relations between posts, also with
 *     NEO4J_URI
 */
@ConfigurationProperties("graph")
public record GraphProperties(@DefaultValue("postgres") Store store) {

    public enum Store {
        POSTGRES,
        NONE
    }
}

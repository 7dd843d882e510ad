package routes.graph;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * @param store where the graph is: postgres, or none for a pipeline without relations between posts
 */
@ConfigurationProperties("graph")
public record GraphProperties(@DefaultValue("postgres") Store store) {

    public enum Store {
        POSTGRES,
        NONE
    }
}

package routes.routefiles.model;

import java.util.Map;
import routes.routefiles.yaml.Place;
import routes.routefiles.yaml.YamlScalar;

/**
 * A place where a flow names an endpoint. Known properties are resolved.
 *
 * @param place of the URI
 * @param path what follows {@code scheme:}, or the parameters that form it; without the query
 * @param options the query and the parameters that are not part of the path
 * @param dynamic whether a part is computed from the exchange
 */
public record EndpointUse(
        Role role, Place place, String scheme, String path, Map<String, YamlScalar> options, boolean dynamic) {

    /** What the flow does with the endpoint. */
    public enum Role {
        FROM,
        TO,
        POLL
    }

    /** Whether it is an endpoint of the redis-streams component. */
    public boolean isStream() {
        return scheme.equals("redis-streams");
    }

    /** Whether the flow reads entries of a stream here. */
    public boolean readsStream() {
        return isStream() && role != Role.TO;
    }

    /** Whether the flow publishes to a stream here, together with the acknowledgement of the current entry. */
    public boolean publishesWithEntry() {
        YamlScalar mode = options.get("publish");
        return isStream() && role == Role.TO && (mode == null || !mode.text().equalsIgnoreCase("immediate"));
    }
}

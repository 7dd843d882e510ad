package routes.routefiles;

import java.util.Map;
import java.util.Optional;

/**
 * The use of an endpoint in a flow. Known properties are resolved.
 *
 * @param place of the URI
 * @param path the text after {@code scheme:}, or the parameters that form it; without the query
 * @param options the query and the parameters that are not part of the path
 * @param dynamic whether a part is computed from the exchange
 */
record EndpointUse(Role role, Place place, String scheme, String path, Map<String, YamlNode> options, boolean dynamic) {

    /** How the flow uses the endpoint. */
    enum Role {
        FROM,
        TO,
        POLL
    }

    boolean is(Role wanted) {
        return role == wanted;
    }

    /** Returns the name for messages and comparisons, such as {@code direct:tagging}. */
    String name() {
        return scheme + ":" + path;
    }

    Optional<YamlNode> option(String name) {
        return Optional.ofNullable(options.get(name));
    }

    /** Returns whether the endpoint connects two routes of this process. */
    boolean isLink() {
        return scheme.equals("direct") || scheme.equals("seda");
    }

    /** Returns whether it is an endpoint of the redis-streams component. */
    boolean isStream() {
        return scheme.equals("redis-streams");
    }

    /** Returns whether the flow consumes a stream here. */
    boolean readsStream() {
        return isStream() && role != Role.TO;
    }

    /** Returns whether the flow publishes to a stream here, together with the acknowledgement of the current entry. */
    boolean publishesWithEntry() {
        boolean immediate = option("publish").map(YamlNode::text).orElse("").equalsIgnoreCase("immediate");
        return isStream() && is(Role.TO) && !immediate;
    }
}

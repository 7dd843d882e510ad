package routes.events;

import java.util.Map;
import java.util.Set;

/**
 * Streams and groups that integrators add to those of the product.
 *
 * @param groups consumer groups by the logical name of a stream: additional groups of a product stream, or the groups of an integrator's
 *     stream
 */
public record OwnStreams(Map<String, Set<String>> groups) {
    public static final OwnStreams NONE = new OwnStreams(Map.of());
}

package routes.routefiles;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The parts of {@code 30-tagging.camel.yaml} or {@code providers/llm-local.camel.yaml}.
 *
 * @param path relative to the routes folder, including the folder {@code providers/} if the file is in it
 * @param routeId the name without folder, numeric prefix and suffix
 * @param position the numeric prefix, empty without one
 */
public record RouteFileName(String path, String routeId, Optional<Integer> position) {

    public static final String SUFFIX = ".camel.yaml";
    public static final String PROVIDERS = "providers/";

    private static final int FIRST_STAGE = 10;
    private static final Pattern NAME =
            Pattern.compile("(?:providers/)?(?:(\\d{1,4})-)?([^/]+)" + Pattern.quote(SUFFIX));

    /** Empty if the path is not that of a route file. */
    public static Optional<RouteFileName> parse(String path) {
        Matcher name = NAME.matcher(path);
        return name.matches()
                ? Optional.of(new RouteFileName(
                        path, name.group(2), Optional.ofNullable(name.group(1)).map(Integer::valueOf)))
                : Optional.empty();
    }

    public boolean provider() {
        return path.startsWith(PROVIDERS);
    }

    /** Error handling, templates and providers: used by stages, in every process. */
    public boolean shared() {
        return provider() || position.filter(prefix -> prefix < FIRST_STAGE).isPresent();
    }
}

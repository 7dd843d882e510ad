package routes.routefiles;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.camel.spi.Resource;
import org.apache.camel.support.ResourceHelper;

/**
 * One route file to load, such as {@code 30-tagging.camel.yaml} or {@code providers/llm-local.camel.yaml}.
 *
 * @param path path relative to the routes folder, including the folder {@code providers/} if the file is in it; for a replacement, the
 *     path of the built-in file
 * @param origin source of the text
 * @param location as shown in problems and in Hawtio
 * @param text UTF-8, decoded
 */
public record RouteFile(String path, Origin origin, String location, String text) {

    static final String SUFFIX = ".camel.yaml";
    static final String PROVIDERS = "providers/";

    private static final int FIRST_STAGE = 10;
    private static final Pattern NAME =
            Pattern.compile("(?:providers/)?(?:(\\d{1,4})-)?([^/]+)" + Pattern.quote(SUFFIX));

    /** The source of a route file. */
    public enum Origin {
        /** the class path */
        BUILT_IN,
        /** the override folder, in place of a built-in file */
        OVERRIDE,
        /** the override folder, beside the built-in files */
        ADDED;

        /** Returns the name in the API and in consoles. */
        public String text() {
            return switch (this) {
                case BUILT_IN -> "built_in";
                case OVERRIDE -> "overridden";
                case ADDED -> "added";
            };
        }
    }

    static boolean isName(String path) {
        return NAME.matcher(path).matches();
    }

    /** Returns the file name without numeric prefix and suffix: the id of the route and the name of the stage. */
    public String routeId() {
        return routeId(path);
    }

    static String routeId(String path) {
        return name(path).group(2);
    }

    /** Returns the numeric prefix; a file without a prefix comes last. */
    int position() {
        String prefix = name(path).group(1);
        return prefix == null ? Integer.MAX_VALUE : Integer.parseInt(prefix);
    }

    boolean isProvider() {
        return path.startsWith(PROVIDERS);
    }

    /** Returns whether the file is a stage. Other files (error handling, templates and providers) are loaded in every process. */
    boolean isStage() {
        return !isProvider() && position() >= FIRST_STAGE;
    }

    /** Returns the text for Camel's loader, under the file name that is shown to integrators. */
    Resource resource() {
        // Camel interprets everything after the first dot of a name as its type
        String id = routeId();
        return ResourceHelper.fromString(location.replace(id + SUFFIX, id.replace('.', '-') + SUFFIX), text);
    }

    private static Matcher name(String path) {
        Matcher name = NAME.matcher(path);
        if (!name.matches()) {
            throw new IllegalArgumentException(path + " is not the name of a route file");
        }
        return name;
    }
}

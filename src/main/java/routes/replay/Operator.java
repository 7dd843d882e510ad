package routes.replay;

import java.util.Locale;

/**
 * The user who requests an operation.
 *
 * @param name name of the API key, of the login, or of the operating system user
 * @param via the interface used
 */
public record Operator(String name, Via via) {

    /** The interfaces for operations. */
    public enum Via {
        HTTP,
        JMX,
        COMMAND_LINE,
        /** An edit of a route file; the user is unknown. */
        FILE
    }

    /** Returns the user of the process, for an interface without a login. */
    public static Operator local(Via via) {
        return new Operator(System.getProperty("user.name"), via);
    }

    String viaText() {
        return via.name().toLowerCase(Locale.ROOT);
    }
}

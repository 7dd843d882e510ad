package routes.replay;

import java.util.Locale;

/**
 * Who asks for an operation.
 *
 * @param name as the way knows it: of the key, of the login, of the user of the machine
 * @param via  the way
 */
public record Operator(String name, Via via) {

    /** The ways to the operations. */
    public enum Via {
        HTTP,
        JMX,
        COMMAND_LINE,
        /** An edit of a route file; the user is not known. */
        FILE
    }

    /** Without a login: the user of the process. */
    public static Operator local(Via via) {
        return new Operator(System.getProperty("user.name"), via);
    }

    String viaText() {
        return via.name().toLowerCase(Locale.ROOT);
    }
}

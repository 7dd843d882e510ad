package routes.configuration;

/** A setting, port or folder that prevents the start. The message is the one line that is shown: what, where, what to do. */
public class ConfigurationException extends RuntimeException {
    public ConfigurationException(String message) {
        super(message);
    }

    public ConfigurationException(String message, Throwable cause) {
        super(message, cause);
    }
}

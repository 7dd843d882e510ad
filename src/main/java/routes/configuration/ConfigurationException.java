package routes.configuration;

/**
 * A setting, port or folder that prevents the start. The message is the single displayed line: the problem, its location and the remedy.
 */
public class ConfigurationException extends RuntimeException {
    public ConfigurationException(String message) {
        super(message);
    }

    public ConfigurationException(String message, Throwable cause) {
        super(message, cause);
    }
}

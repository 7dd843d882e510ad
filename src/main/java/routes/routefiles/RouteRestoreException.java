package routes.routefiles;

/** New routes did not load, and the previous routes could not be restored: some routes are missing until the process is restarted. */
public final class RouteRestoreException extends RuntimeException {

    RouteRestoreException(String routes, Throwable cause) {
        super(
                "The previous version of the routes could not be restored (" + routes + "); restart the process: "
                        + cause.getMessage(),
                cause);
    }
}

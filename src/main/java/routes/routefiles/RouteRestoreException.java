package routes.routefiles;

/** New routes did not load, and the old ones did not come back: some routes are missing until the process is started again. */
public final class RouteRestoreException extends RuntimeException {

    RouteRestoreException(String routes, Throwable cause) {
        super(
                "The previous version of the routes could not be restored (" + routes + "); restart the process: "
                        + cause.getMessage(),
                cause);
    }
}

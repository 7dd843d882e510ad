package routes.routefiles;

/** New routes did not load, and the old ones did not come back: some routes are missing until the process is started again. */
public final class RouteRestoreException extends RuntimeException {

    RouteRestoreException(String routes, Throwable cause) {
        super(
                "The routes before the edit could not be restored (" + routes + "); start the process again: "
                        + cause.getMessage(),
                cause);
    }
}

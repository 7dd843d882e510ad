package routes.tdlib;

/** The clients that endpoints refer to by name. */
public interface TdlibClients {

    /**
     * Returns the client with this name. It need not be open.
     *
     * @throws IllegalArgumentException with the existing names
     */
    TdlibClient client(String name);
}

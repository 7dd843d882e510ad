package routes.tdlib;

/** The clients that endpoints name. */
public interface TdlibClients {

    /**
     * The client of that name. It need not be open.
     *
     * @throws IllegalArgumentException with the names that there are
     */
    TdlibClient client(String name);
}

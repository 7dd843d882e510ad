package routes.tdlib;

/**
 * TDLib's JSON interface. Objects are JSON texts with {@code @type}. Answers carry the {@code @extra} of their request; updates have
 * none. Both carry {@code @client_id}. {@code int64} values are strings.
 */
public interface TdJson {

    /** A new client. It is silent until its first request. */
    int createClientId();

    /** Sends a request. Does not wait for the network. Any thread may call it. */
    void send(int clientId, String request);

    /**
     * The next answer or update of any client, in the order in which TDLib made them. Only one thread may call it at a time.
     *
     * @param seconds maximum time to wait
     * @return null if there was none in that time
     */
    String receive(double seconds);

    /** Answers at once, without a client. Only for functions that TDLib's documentation says can be called synchronously. */
    String execute(String request);
}

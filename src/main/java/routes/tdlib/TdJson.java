package routes.tdlib;

/**
 * TDLib's JSON interface. Objects are JSON texts with {@code @type}. Responses carry the {@code @extra} of their request; updates have
 * none. Both carry {@code @client_id}. {@code int64} values are strings.
 */
public interface TdJson {

    /** Creates a client. TDLib sends nothing for it until its first request. */
    int createClientId();

    /** Sends a request without waiting for the network. Thread-safe. */
    void send(int clientId, String request);

    /**
     * Returns the next response or update of any client, in TDLib's order. Only one thread at a time may call it.
     *
     * @param seconds maximum time to wait
     * @return null if nothing arrived in that time
     */
    String receive(double seconds);

    /** Runs a function synchronously, without a client. Only for functions that TDLib documents as callable synchronously. */
    String execute(String request);
}

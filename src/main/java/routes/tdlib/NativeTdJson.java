package routes.tdlib;

import com.sun.jna.Library;
import com.sun.jna.Native;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/** The functions of the shared library {@code tdjson}. */
final class NativeTdJson implements TdJson {
    /** RTLD_LAZY without RTLD_GLOBAL: the library exports the symbols of the OpenSSL that is linked into it. */
    private static final int OPEN_FLAGS = 1;

    /** Method names are those of the C functions. */
    interface Functions extends Library {
        int td_create_client_id();

        void td_send(int clientId, String request);

        String td_receive(double timeout);

        String td_execute(String request);
    }

    private final Functions functions;
    private final ReentrantLock receiving = new ReentrantLock();

    /** @throws UnsatisfiedLinkError if the system cannot load the file. A truncated file can end the process: check it first. */
    NativeTdJson(Path library) {
        functions = Native.load(
                library.toString(),
                Functions.class,
                Map.of(Library.OPTION_OPEN_FLAGS, OPEN_FLAGS, Library.OPTION_STRING_ENCODING, "UTF-8"));
    }

    @Override
    public int createClientId() {
        return functions.td_create_client_id();
    }

    @Override
    public void send(int clientId, String request) {
        functions.td_send(clientId, request);
    }

    @Override
    public String receive(double seconds) {
        // TDLib aborts the process if two threads receive
        if (!receiving.tryLock()) {
            throw new IllegalStateException("Another thread receives from TDLib");
        }
        try {
            return functions.td_receive(seconds);
        } finally {
            receiving.unlock();
        }
    }

    @Override
    public String execute(String request) {
        return functions.td_execute(request);
    }
}

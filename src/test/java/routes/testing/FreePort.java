package routes.testing;

import java.io.IOException;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Ports for servers whose port is known before they start, or that come back on the same port after they were stopped. They are below the
 * ephemeral range of the system (from 32768), so that no other server or connection of the tests gets such a port in the meantime.
 */
public final class FreePort {
    private static final int FIRST = 11_000;
    private static final int END = 32_768;
    private static final int ATTEMPTS = 100;

    private FreePort() {}

    public static int next() throws IOException {
        IOException last = null;
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            try (var free = new ServerSocket(ThreadLocalRandom.current().nextInt(FIRST, END))) {
                return free.getLocalPort();
            } catch (IOException e) {
                last = e;
            }
        }
        throw last;
    }
}

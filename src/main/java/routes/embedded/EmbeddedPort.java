package routes.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import routes.configuration.ConfigurationException;

/** The port of an embedded service: the configured one, else that of the last start, else a free one. */
record EmbeddedPort(int number) {

    /**
     * @param variable   variable that configures the port, for the message
     * @param configured 0: choose one
     * @param record     file that stores the choice
     * @throws ConfigurationException if the configured port is in use
     */
    static EmbeddedPort choose(String variable, int configured, Path record) {
        try {
            if (configured != 0) {
                if (!isFree(configured)) {
                    throw new ConfigurationException(variable + "=" + configured
                            + ": the port is taken by another process; stop it or set another port (0: any free one)");
                }
                return new EmbeddedPort(configured);
            }
            int last = Files.exists(record) ? parse(Files.readString(record)) : 0;
            int port = last != 0 && isFree(last) ? last : anyFree();
            Files.writeString(record, Integer.toString(port));
            return new EmbeddedPort(port);
        } catch (IOException e) {
            throw new UncheckedIOException(record + ": the port cannot be recorded", e);
        }
    }

    private static int parse(String text) {
        String digits = text.strip();
        return digits.matches("\\d{1,5}") ? Integer.parseInt(digits) : 0;
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException taken) {
            return false;
        }
    }

    private static int anyFree() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}

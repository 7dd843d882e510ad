package routes.llm.standin;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;

/** How an answer goes over the wire, or does not. */
@FunctionalInterface
interface Delivery {

    /**
     * Sends as much of the answer as the client is to get.
     *
     * @param call to be closed before the client can have the whole answer: its next call may arrive before this method
     *     returns, and must not find this one in flight
     */
    void deliver(Answer answer, Connection connection, InFlight.Call call) throws IOException;

    static Delivery whole() {
        return (answer, connection, call) -> {
            call.close();
            connection.send(answer);
        };
    }

    static Delivery never() {
        return (answer, connection, call) -> connection.pauseForEver();
    }

    static Delivery closed() {
        return (answer, connection, call) -> {
            call.close();
            connection.close();
        };
    }

    static Delivery half() {
        return (answer, connection, call) -> {
            byte[] body = answer.bytes();
            connection.start(answer, body.length);
            connection.part(body, body.length / 2);
            call.close();
            connection.close();
        };
    }

    /** Spaces before the body, which JSON allows: each read succeeds, the answer never begins. */
    static Delivery trickle(Duration between) {
        return (answer, connection, call) -> {
            connection.startChunks(answer);
            while (true) {
                connection.chunk(new byte[] {' '});
                connection.pause(between);
            }
        };
    }

    /**
     * Event by event.
     *
     * @param letters of the content, before the rest waits
     * @param goOn ends the wait, as the departure of the client does
     * @param rest sent instead of the rest of the events; empty to close the connection; null for the events
     */
    static Delivery events(int letters, CountDownLatch goOn, String rest) {
        return (answer, connection, call) -> {
            String[] events = answer.body().split("(?<=\n\n)");
            connection.startChunks(answer);
            // the first one is a comment
            int waits = 1 + (letters + ModelService.LETTERS_PER_EVENT - 1) / ModelService.LETTERS_PER_EVENT;
            for (int i = 0; i < events.length; i++) {
                if (i == waits) {
                    while (goOn.getCount() > 0) {
                        connection.pause(Duration.ofMillis(20));
                    }
                    if (rest != null) {
                        break;
                    }
                }
                connection.chunk(events[i].getBytes(StandardCharsets.UTF_8));
            }
            call.close();
            if (rest != null && rest.isEmpty()) {
                connection.close();
                return;
            }
            if (rest != null) {
                connection.chunk(rest.getBytes(StandardCharsets.UTF_8));
            }
            connection.chunk(new byte[0]);
        };
    }

    /**
     * Of that many bytes, without telling so before.
     *
     * @param filler what stands in the body where it is blown up
     */
    static Delivery huge(int bytes, String filler) {
        return (answer, connection, call) -> {
            int at = answer.body().indexOf(filler);
            byte[] before = answer.body().substring(0, at).getBytes(StandardCharsets.UTF_8);
            byte[] after = answer.body().substring(at + filler.length()).getBytes(StandardCharsets.UTF_8);
            call.close();
            connection.startChunks(answer);
            connection.chunk(before);
            fill(connection, bytes - before.length - after.length);
            connection.chunk(after);
            connection.chunk(new byte[0]);
        };
    }

    private static void fill(Connection connection, int bytes) throws IOException {
        byte[] block = new byte[16 * 1024];
        Arrays.fill(block, (byte) 'a');
        for (int left = bytes; left > 0; left -= block.length) {
            connection.chunk(left < block.length ? Arrays.copyOf(block, left) : block);
        }
    }
}

package routes.llm;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/** Parses the data of server-sent events from bytes as they arrive. Comments and fields other than {@code data} are ignored. */
final class ServerSentEvents {
    private final Consumer<String> events;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private final StringBuilder data = new StringBuilder();
    private boolean hasData;
    private boolean afterReturn;

    ServerSentEvents(Consumer<String> events) {
        this.events = events;
    }

    void read(byte[] bytes, int length) {
        for (int i = 0; i < length; i++) {
            byte one = bytes[i];
            boolean isSecondOfPair = one == '\n' && afterReturn;
            afterReturn = one == '\r';
            if (one != '\n' && one != '\r') {
                line.write(one);
            } else if (!isSecondOfPair) {
                endLine();
            }
        }
    }

    /** Completes the last event, because some servers do not terminate it. */
    void end() {
        endLine();
        dispatch();
    }

    private void endLine() {
        String text = line.toString(StandardCharsets.UTF_8);
        line.reset();
        if (text.isEmpty()) {
            dispatch();
        } else if (text.startsWith("data:")) {
            data.append(hasData ? "\n" : "").append(text.substring(text.startsWith("data: ") ? 6 : 5));
            hasData = true;
        }
    }

    private void dispatch() {
        if (hasData) {
            String event = data.toString();
            data.setLength(0);
            hasData = false;
            events.accept(event);
        }
    }
}

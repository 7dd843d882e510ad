package routes.ingest.export;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.io.JsonEOFException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.ObjectReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import routes.events.Json;

/**
 * Reads {@code result.json} of Telegram Desktop from front to back: one chat ({@code messages} at the top) or a whole account
 * ({@code chats.list}, {@code left_chats.list}). Never holds more than one message.
 */
final class ExportReader {
    /** A message of 4096 characters with an entity on each has less than 1 MiB. */
    static final int MAX_MESSAGE_BYTES = 4 * 1024 * 1024;

    private static final String REMEDY =
            " What stands before it is imported. Export the chat again or mend the file, then import"
                    + " it once more: nothing is imported twice.";

    private final Path file;
    private final ObjectReader messages =
            Json.newMapper().readerFor(ExportMessage.class).without(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    ExportReader(Path file) {
        this.file = file;
    }

    /** Takes what the file holds, in its order. */
    interface Handler {
        /** Whether the messages of this chat are wanted; the others are passed over. */
        boolean chat(ExportChat chat) throws IOException, InterruptedException;

        /**
         * @param bytesRead of the file so far, about
         */
        void message(ExportMessage message, long bytesRead) throws IOException, InterruptedException;

        /** All messages of a wanted chat are through. */
        void chatEnd() throws IOException, InterruptedException;
    }

    /**
     * @throws ExportFormatException if the file is no export or is broken; what was handed over before is good
     * @throws IOException if it cannot be read, or as the handler throws it
     */
    void read(Handler handler) throws IOException, InterruptedException {
        try (var input = new ExportInput(Files.newInputStream(file));
                JsonParser json = messages.createParser(input)) {
            try {
                if (json.nextToken() != JsonToken.START_OBJECT || !readRoot(json, input, handler)) {
                    throw new ExportFormatException(
                            file
                                    + " is no Telegram Desktop export: it has neither messages nor chats. Choose the format"
                                    + " \"Machine-readable JSON\" in Telegram Desktop and import its result.json.",
                            null);
                }
            } catch (JsonProcessingException | ExportInput.MessageTooLongException e) {
                throw explained(e, json.currentLocation());
            }
        }
    }

    private boolean readRoot(JsonParser json, ExportInput input, Handler handler)
            throws IOException, InterruptedException {
        boolean found = false;
        var head = new ChatHead();
        for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
            json.nextToken();
            switch (name) {
                case "messages" -> {
                    readMessages(json, input, head.chat(), handler);
                    found = true;
                }
                case "chats", "left_chats" -> {
                    readChats(json, input, handler);
                    found = true;
                }
                default -> head.read(name, json);
            }
        }
        return found;
    }

    private void readChats(JsonParser json, ExportInput input, Handler handler)
            throws IOException, InterruptedException {
        for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
            json.nextToken();
            if (name.equals("list")) {
                while (json.nextToken() == JsonToken.START_OBJECT) {
                    readChat(json, input, handler);
                }
            } else {
                json.skipChildren();
            }
        }
    }

    private void readChat(JsonParser json, ExportInput input, Handler handler)
            throws IOException, InterruptedException {
        var head = new ChatHead();
        for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
            json.nextToken();
            if (name.equals("messages")) {
                readMessages(json, input, head.chat(), handler);
            } else {
                head.read(name, json);
            }
        }
    }

    private void readMessages(JsonParser json, ExportInput input, ExportChat chat, Handler handler)
            throws IOException, InterruptedException {
        if (!handler.chat(chat)) {
            json.skipChildren();
            return;
        }
        while (true) {
            input.limit(MAX_MESSAGE_BYTES);
            if (json.nextToken() != JsonToken.START_OBJECT) {
                break;
            }
            ExportMessage message = messages.readValue(json);
            handler.message(message, input.position());
        }
        input.unlimited();
        handler.chatEnd();
    }

    /** The binding to records wraps what the parser and the stream throw; a disk that fails is no broken file. */
    private IOException explained(IOException failure, JsonLocation at) {
        IOException cause = failure instanceof JsonMappingException && failure.getCause() instanceof IOException wrapped
                ? wrapped
                : failure;
        String what;
        if (cause instanceof JsonEOFException) {
            what = "it ends in the middle, so the export was interrupted or the copy is incomplete.";
        } else if (cause instanceof ExportInput.MessageTooLongException) {
            what = "a message is longer than " + MAX_MESSAGE_BYTES + " bytes.";
        } else if (cause instanceof JsonProcessingException json) {
            what = json.getOriginalMessage() + ".";
        } else {
            return cause;
        }
        return new ExportFormatException(
                "%s is broken at byte %d (line %d, column %d): %s%s"
                        .formatted(file, at.getByteOffset(), at.getLineNr(), at.getColumnNr(), what, REMEDY),
                cause);
    }

    /** The fields of a chat before its messages. */
    private static final class ChatHead {
        private String name;
        private String type;
        private Long id;

        void read(String field, JsonParser json) throws IOException {
            switch (field) {
                case "name" -> name = json.getValueAsString();
                case "type" -> type = json.getValueAsString();
                case "id" -> id = json.getValueAsLong();
                default -> json.skipChildren();
            }
        }

        ExportChat chat() {
            return new ExportChat(name, type, id);
        }
    }
}

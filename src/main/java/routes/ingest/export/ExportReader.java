package routes.ingest.export;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import routes.ingest.ImportNote;
import routes.ingest.export.ExportSource.FormatException;
import routes.ingest.export.JsonCursor.Place;
import routes.ingest.export.MessageJson.UnreadableException;

/**
 * Reads {@code result.json} of Telegram Desktop: one chat ({@code messages} at the top level) or a whole account
 * ({@code chats.list}, {@code left_chats.list}), with keys in any order and possibly several documents in one file. Never holds
 * more than one message in memory. Reports the position of each unreadable part and continues after it.
 */
final class ExportReader {
    private static final int MESSAGES_TO_TELL_THE_VERSION = 20;

    private static final String REMEDY =
            " Everything before this position is imported. Export the chat again or repair the file, then repeat the"
                    + " import: nothing is imported twice.";

    private static final String ENDS_IN_THE_MIDDLE =
            "it is truncated: the export was interrupted or the copy is incomplete";

    private static final String TOO_LONG = "it is longer than " + JsonCursor.MAX_VALUE_BYTES + " bytes";

    private final Path file;
    private final MessageJson json = new MessageJson();
    private final Map<String, Integer> namesakes = new HashMap<>();
    private final ExportSource.Chats chats;
    private JsonCursor cursor;

    ExportReader(Path file, ExportSource.Chats chats) {
        this.file = file;
        this.chats = chats;
    }

    /** The metadata of a chat. Any part may be null. The id is positive and without prefix, unless another program wrote the file. */
    record Chat(String name, String type, Long id) {
        private static final Set<String> CHANNELS =
                Set.of("public_channel", "private_channel", "public_supergroup", "private_supergroup");
        private static final long BOT_API_SHIFT = 1_000_000_000_000L;

        /**
         * Only channels and supergroups contain posts. Personal chats, small groups and saved messages are private and not
         * imported.
         */
        boolean isChannel() {
            return type != null && CHANNELS.contains(type);
        }

        /** The id without the Bot API's prefix {@code -100}; null if the chat has no id. */
        Long bareId() {
            if (id == null || id == 0 || id == Long.MIN_VALUE) {
                return null;
            }
            return id < -BOT_API_SHIFT ? -id - BOT_API_SHIFT : Math.abs(id);
        }

        Chat withId(long other) {
            return new Chat(name, type, other);
        }

        /** The name of the chat in reports. */
        String title() {
            return name == null || name.isBlank() ? "chat without a name" : name;
        }
    }

    /**
     * @throws FormatException if the file is not an export or is corrupt; everything passed on before is valid
     * @throws IOException if the file cannot be read, or if the receiver throws it
     */
    void read() throws IOException, InterruptedException {
        try (var open = new JsonCursor(file)) {
            cursor = open;
            skipByteOrderMark();
            if (cursor.peek() != '{' || !readChat(true)) {
                throw noExport("it contains neither messages nor chats");
            }
            while (cursor.peek() == '{') {
                Place start = cursor.place();
                if (!readChat(true)) {
                    unreadable(null, null, "an additional document without messages or chats", start);
                }
            }
            if (cursor.peek() >= 0) {
                unreadable(null, null, "the file continues after the end of the export", cursor.place());
            }
        } catch (EOFException e) {
            throw broken(ENDS_IN_THE_MIDDLE);
        }
    }

    private void skipByteOrderMark() throws IOException {
        switch (cursor.peek()) {
            case 0xFE, 0xFF -> throw noExport("it is UTF-16; save it as UTF-8");
            case 0xEF -> cursor.moveTo(new Place(3, 1, 0));
            default -> {}
        }
    }

    /**
     * Reads a chat or, at the top level of the file, an account.
     *
     * @return whether it contains messages or chats
     */
    private boolean readChat(boolean top) throws IOException, InterruptedException {
        cursor.next();
        if (top) {
            namesakes.clear();
        }
        boolean found = false;
        var chat = new Chat(null, null, null);
        List<Place> passed = new ArrayList<>();
        Place start = cursor.place();
        for (String name = nextName(); name != null; name = nextName()) {
            if (name.equals("messages")) {
                found = true;
                Place messages = cursor.place();
                boolean isComplete = chat.name() != null && chat.type() != null && chat.id() != null;
                if (!isComplete && arePassed(chat)) {
                    passed.add(messages);
                } else {
                    readMessages(chat);
                }
            } else if (top && (name.equals("chats") || name.equals("left_chats"))) {
                found = true;
                readChats(name);
            } else {
                chat = readHead(chat, name);
            }
        }
        Place end = cursor.place();
        for (Place messages : passed) {
            cursor.moveTo(messages);
            readMessages(chat);
        }
        if (!passed.isEmpty()) {
            cursor.moveTo(end);
        }
        if (!found && !top) {
            unreadable(chat, "messages", "it contains no messages", start);
        }
        return found;
    }

    /** Returns the metadata of the chat with this field added. */
    private Chat readHead(Chat head, String field) throws IOException {
        if (!Set.of("name", "type", "id").contains(field)) {
            cursor.skip();
            return head;
        }
        Place place = cursor.place();
        JsonNode value;
        try {
            value = cutValue();
        } catch (UnreadableException e) {
            unreadable(head, field, e.getMessage(), place);
            return head;
        }
        if (field.equals("name") && value.isValueNode() && !value.isNull()) {
            return new Chat(value.asText(), head.type(), head.id());
        } else if (field.equals("type") && value.isTextual()) {
            return new Chat(head.name(), value.asText(), head.id());
        }
        return field.equals("id") && Fields.whole(value) != null ? head.withId(Fields.whole(value)) : head;
    }

    /**
     * Skips the messages if the id, type or name of the chat may follow. False if the file ends within them and the chat is
     * identified.
     */
    private boolean arePassed(Chat chat) throws IOException, InterruptedException {
        Place messages = cursor.place();
        try {
            readList(null, "messages", this::passMessage);
            return true;
        } catch (EOFException | FormatException e) {
            if (!chat.isChannel() || (chat.id() == null && chat.name() == null)) {
                throw e;
            }
            cursor.moveTo(messages);
            return false;
        }
    }

    private void readChats(String name) throws IOException, InterruptedException {
        if (cursor.peek() != '{') {
            readList(null, name, this::readListedChat);
            return;
        }
        cursor.next();
        for (String field = nextName(); field != null; field = nextName()) {
            if (field.equals("list")) {
                readList(null, name + ".list", this::readListedChat);
            } else {
                cursor.skip();
            }
        }
    }

    private void readListedChat(int number) throws IOException, InterruptedException {
        if (cursor.peek() == '{') {
            readChat(false);
        } else {
            Place place = cursor.place();
            unreadable(null, null, "chat " + number + " of the list is " + cutType() + ", not an object", place);
        }
    }

    private void readMessages(Chat head) throws IOException, InterruptedException {
        Chat chat = withBareId(head);
        if (chat.isChannel() && chat.bareId() == null) {
            unreadable(chat, "id", "the chat has neither an id nor a name; add its \"id\" to the file", cursor.place());
            readList(chat, "messages", this::passMessage);
        } else if (chats.chat(chat)) {
            readList(chat, "messages", this::readMessage);
            chats.chatEnd();
        } else {
            readList(chat, "messages", this::passMessage);
        }
    }

    /** Old versions are detected by the fields of their messages. */
    private Chat withBareId(Chat chat) throws IOException {
        if (chat.bareId() == null && chat.name() != null && chat.isChannel()) {
            int number = namesakes.merge(chat.type() + "\n" + chat.name(), 1, Integer::sum);
            return chat.withId(OldVersions.missingId(chat.type(), chat.name(), number));
        }
        if (!OldVersions.mayBeShifted(chat.id())) {
            return chat;
        }
        Place start = cursor.place();
        boolean old = true;
        boolean any = false;
        if (cursor.peek() == '[') {
            cursor.next();
            for (int i = 0; i < MESSAGES_TO_TELL_THE_VERSION && old && isMessage(cursor.peek()) && cursor.cut(); i++) {
                try {
                    JsonNode message = json.read(cursor.value());
                    old = !message.isObject() || OldVersions.mayShiftIds(message);
                    any |= message.isObject();
                } catch (UnreadableException e) {
                    // another message may reveal the version
                }
                if (cursor.peek() == ',') {
                    cursor.next();
                }
            }
        }
        cursor.moveTo(start);
        return old && any ? chat.withId(OldVersions.unshifted(chat.id())) : chat;
    }

    private static boolean isMessage(int next) {
        return next >= 0 && next != ']';
    }

    @FunctionalInterface
    private interface ElementReader {
        /**
         * @param number position in the list, from 1
         */
        void read(int number) throws IOException, InterruptedException;
    }

    /** Reads a list. Elements of nested lists are read as elements of this list. */
    private void readList(Chat owner, String field, ElementReader reader) throws IOException, InterruptedException {
        if (cursor.peek() != '[') {
            Place place = cursor.place();
            if (owner == null && field.equals("messages")) {
                cursor.skip();
                return;
            }
            unreadable(owner, field, "it is " + cutType() + ", not a list", place);
            return;
        }
        int lists = 0;
        int number = 0;
        do {
            switch (cursor.peek()) {
                case -1 -> throw new EOFException();
                case '[' -> {
                    cursor.next();
                    lists++;
                }
                case ']' -> {
                    cursor.next();
                    lists--;
                }
                case ',' -> cursor.next();
                default -> reader.read(++number);
            }
        } while (lists > 0);
    }

    private void readMessage(int number) throws IOException, InterruptedException {
        Place start = cursor.place();
        try {
            JsonNode message = cutMessage();
            chats.message(message, cursor.place().position());
        } catch (UnreadableException e) {
            unreadable(number, e, start);
        }
    }

    /** Skipped messages are parsed as well, because a fault in one of them must not affect the following chats. */
    private void passMessage(int number) throws IOException {
        try {
            cutMessage();
        } catch (UnreadableException e) {
            // a message of a chat that is not imported
        }
    }

    /** Cuts out a message. The cursor is then behind it, or at the next message if a fault merged that message with this one. */
    private JsonNode cutMessage() throws IOException, UnreadableException {
        Place start = cursor.place();
        boolean ended = cursor.cut();
        boolean tooLong = cursor.isTooLong();
        byte[] bytes = cursor.value();
        JsonNode message = tooLong ? null : json.readAsItIs(bytes);
        if (message == null) {
            int next = MessageJson.nextMessage(bytes, start.position() - start.lineStart());
            if (next < 0) {
                cursor.moveTo(start);
                throw broken("because of an error in this message, the beginning of the next chat cannot be found");
            } else if (next > 0) {
                cursor.moveTo(start.plus(bytes, next));
                bytes = Arrays.copyOf(bytes, next);
            } else if (tooLong) {
                cursor.moveTo(start);
                ended = cursor.isSkipped();
            }
            if (next == 0 && (tooLong || !ended)) {
                Long id = MessageJson.id(bytes);
                String reason = tooLong ? TOO_LONG : ENDS_IN_THE_MIDDLE;
                if (!ended) {
                    throw broken(reason + "; the last message" + (id == null ? "" : ", " + id + ",") + " begins at "
                            + start);
                }
                throw new UnreadableException(id, null, reason);
            }
            message = json.read(bytes);
        }
        if (!message.isObject()) {
            throw new UnreadableException(null, null, "it is " + Fields.typeOf(message) + ", not an object");
        }
        return message;
    }

    private void unreadable(int number, UnreadableException failure, Place place) {
        Long id = failure.messageId;
        String name = id == null ? "message without an id, number " + number + " of its chat" : "message " + id;
        chats.unreadable(new ImportNote(name, id, failure.field, failure.getMessage() + ", at " + place));
    }

    private void unreadable(Chat chat, String field, String reason, Place place) {
        String name = chat == null ? file.getFileName().toString() : chat.title();
        chats.unreadable(new ImportNote(name, null, field, reason + ", at " + place));
    }

    /** Reads the name of an object's next field, whose value follows; null at the end of the object. */
    private String nextName() throws IOException {
        int next = cursor.peek();
        while (next == ',') {
            cursor.next();
            next = cursor.peek();
        }
        if (next == '}') {
            cursor.next();
            return null;
        }
        Place place = cursor.place();
        if (next < 0 || !cursor.cut()) {
            throw new EOFException();
        }
        try {
            JsonNode name = json.read(cursor.value());
            if (next == '"' && cursor.peek() == ':') {
                cursor.next();
                if (cursor.peek() < 0) {
                    throw new EOFException();
                }
                return name.asText();
            }
        } catch (UnreadableException e) {
            // not a field name
        }
        cursor.moveTo(place);
        throw broken("a field name and a colon are expected here");
    }

    /** Consumes a value that is not needed and returns its type. */
    private String cutType() throws IOException {
        try {
            return Fields.typeOf(cutValue());
        } catch (UnreadableException e) {
            return "invalid JSON";
        }
    }

    private JsonNode cutValue() throws IOException, UnreadableException {
        Place start = cursor.place();
        boolean ended = cursor.cut();
        if (cursor.isTooLong()) {
            cursor.moveTo(start);
            cursor.skip();
            throw new UnreadableException(null, null, "it is too long");
        }
        if (!ended) {
            throw new EOFException();
        }
        return json.read(cursor.value());
    }

    private FormatException noExport(String reason) {
        return new FormatException(file + " is not a Telegram Desktop export: " + reason
                + ". Choose the format \"Machine-readable JSON\" in Telegram" + " Desktop and import its result.json.");
    }

    private FormatException broken(String what) {
        return new FormatException("%s is broken at %s: %s.%s".formatted(file, cursor.place(), what, REMEDY));
    }
}

package routes.ingest.export;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import routes.ingest.ImportNote;
import routes.ingest.export.JsonCursor.Place;

/**
 * Reads {@code result.json} of Telegram Desktop: one chat ({@code messages} at the top) or a whole account ({@code chats.list},
 * {@code left_chats.list}), with keys in any order, also several documents in one file. Never holds more than one message. Reports
 * the place of anything unreadable and continues after it.
 */
final class ExportReader {
    private static final int MAX_LISTS = 100;
    private static final int MESSAGES_TO_TELL_THE_VERSION = 20;
    private static final Set<Integer> BYTE_ORDER_MARKS = Set.of(0xFE, 0xFF);
    private static final int UTF_8_MARK = 0xEF;

    private static final String REMEDY =
            " What stands before it is imported. Export the chat again or mend the file, then import"
                    + " it once more: nothing is imported twice.";

    private static final String ENDS_IN_THE_MIDDLE =
            "it ends in the middle, so the export was interrupted or the copy is incomplete";

    private static final String TOO_LONG = "it is longer than " + JsonCursor.MAX_VALUE_BYTES + " bytes";

    private final Path file;
    private final MessageJson json = new MessageJson();
    private final Map<String, Integer> namesakes = new HashMap<>();
    private JsonCursor cursor;
    private Handler handler;

    ExportReader(Path file) {
        this.file = file;
    }

    /** Receives the content of the file in order. */
    interface Handler {
        /** Whether the messages of this chat are wanted. Others are skipped. */
        boolean chat(ExportChat chat) throws IOException, InterruptedException;

        /**
         * @param bytesRead of the file so far
         * @throws UnreadableMessageException if the message must be reported
         */
        void message(ExportMessage message, long bytesRead)
                throws IOException, InterruptedException, UnreadableMessageException;

        /** Something unreadable that is left out. Its reason says where it is. */
        void unreadable(ImportNote what);

        /** All messages of a wanted chat have been read. */
        void chatEnd() throws IOException, InterruptedException;
    }

    /**
     * @throws ExportFormatException if the file is not an export or is corrupt; everything handed over before is valid
     * @throws IOException if it cannot be read, or if the handler throws it
     */
    void read(Handler to) throws IOException, InterruptedException {
        handler = to;
        try (var open = new JsonCursor(file)) {
            cursor = open;
            skipByteOrderMark();
            if (cursor.peek() != '{' || !readChat(true)) {
                throw noExport("it has neither messages nor chats");
            }
            while (cursor.peek() == '{') {
                Place start = cursor.place();
                if (!readChat(true)) {
                    unreadable(null, null, "a further document without messages or chats", start);
                }
            }
            if (cursor.peek() >= 0) {
                unreadable(null, null, "the file goes on after the end of the export", cursor.place());
            }
        } catch (EOFException e) {
            throw broken(ENDS_IN_THE_MIDDLE);
        }
    }

    private void skipByteOrderMark() throws IOException {
        int first = cursor.peek();
        if (BYTE_ORDER_MARKS.contains(first)) {
            throw noExport("it is UTF-16; save it as UTF-8");
        }
        if (first == UTF_8_MARK) {
            cursor.moveTo(new Place(3, 1, 0));
        }
    }

    /**
     * Reads a chat or, at the top of the file, an account.
     *
     * @return whether it contains messages or chats
     */
    private boolean readChat(boolean top) throws IOException, InterruptedException {
        cursor.next();
        if (top) {
            namesakes.clear();
        }
        boolean found = false;
        var head = new ChatHead();
        List<Place> passed = new ArrayList<>();
        Place start = cursor.place();
        for (String name = nextName(); name != null; name = nextName()) {
            if (name.equals("messages")) {
                found = true;
                Place messages = cursor.place();
                if (!head.chat().isComplete() && arePassed(head.chat())) {
                    passed.add(messages);
                } else {
                    readMessages(head.chat());
                }
            } else if (top && (name.equals("chats") || name.equals("left_chats"))) {
                found = true;
                readChats(name);
            } else {
                head.read(name);
            }
        }
        Place end = cursor.place();
        for (Place messages : passed) {
            cursor.moveTo(messages);
            readMessages(head.chat());
        }
        if (!passed.isEmpty()) {
            cursor.moveTo(end);
        }
        if (!found && !top) {
            unreadable(head.chat(), "messages", "it has no messages", start);
        }
        return found;
    }

    /** Skips messages if the chat's id, type or name may follow. False if the file ends in them and the chat is known. */
    private boolean arePassed(ExportChat chat) throws IOException, InterruptedException {
        Place messages = cursor.place();
        try {
            readList(null, "messages", this::passMessage);
            return true;
        } catch (EOFException | ExportFormatException e) {
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

    private void readMessages(ExportChat head) throws IOException, InterruptedException {
        ExportChat chat = withBareId(head);
        if (chat.isChannel() && chat.bareId() == null) {
            unreadable(chat, "id", "the chat has neither an id nor a name; add its \"id\" to the file", cursor.place());
            readList(chat, "messages", this::passMessage);
        } else if (handler.chat(chat)) {
            readList(chat, "messages", this::readMessage);
            handler.chatEnd();
        } else {
            readList(chat, "messages", this::passMessage);
        }
    }

    /** Old versions are detected by what they write into messages. */
    private ExportChat withBareId(ExportChat chat) throws IOException {
        if (chat.bareId() == null && chat.name() != null && chat.isChannel()) {
            int number = namesakes.merge(chat.type() + "\n" + chat.name(), 1, Integer::sum);
            return chat.withId(MissingChatId.of(chat.type(), chat.name(), number));
        }
        if (chat.id() == null || !OldChatId.isPossible(chat.id())) {
            return chat;
        }
        Place start = cursor.place();
        boolean old = true;
        boolean any = false;
        if (cursor.peek() == '[') {
            cursor.next();
            for (int i = 0; i < MESSAGES_TO_TELL_THE_VERSION && old && isMessage(cursor.peek()) && cursor.cut(); i++) {
                try {
                    JsonNode message = json.read(cursor.value(), cursor.valueLength());
                    old = !message.isObject() || OldChatId.mayHaveWritten(message);
                    any |= message.isObject();
                } catch (UnreadableMessageException e) {
                    // another one may reveal the version
                }
                if (cursor.peek() == ',') {
                    cursor.next();
                }
            }
        }
        cursor.moveTo(start);
        return old && any ? chat.withId(OldChatId.bare(chat.id())) : chat;
    }

    private static boolean isMessage(int next) {
        return next >= 0 && next != ']';
    }

    @FunctionalInterface
    private interface ElementReader {
        /**
         * @param number in the list, from 1
         */
        void read(int number) throws IOException, InterruptedException;
    }

    /** Reads a list. Elements of nested lists are read as elements of this list. */
    private void readList(ExportChat owner, String field, ElementReader reader)
            throws IOException, InterruptedException {
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
            ExportMessage message = ExportMessage.of(cutMessage());
            handler.message(message, cursor.place().position());
        } catch (UnreadableMessageException e) {
            unreadable(number, e, start);
        }
    }

    /** An unwanted message is parsed too: a fault in it must not affect the chats after it. */
    private void passMessage(int number) throws IOException {
        try {
            cutMessage();
        } catch (UnreadableMessageException e) {
            // it would not have been imported anyway
        }
    }

    /** Cuts out a message. The cursor is then after it, or at the next message if a fault made that a part of this one. */
    private JsonNode cutMessage() throws IOException, UnreadableMessageException {
        Place start = cursor.place();
        boolean ended = cursor.cut();
        boolean tooLong = cursor.isTooLong();
        byte[] bytes = cursor.value();
        int length = cursor.valueLength();
        JsonNode message = tooLong ? null : json.readAsItIs(bytes, length);
        if (message == null) {
            int next = nextMessage(start, bytes, length);
            if (next > 0) {
                cursor.moveTo(start.plus(bytes, next));
                length = next;
            } else if (tooLong) {
                cursor.moveTo(start);
                ended = cursor.isSkipped();
            }
            if (next == 0 && (tooLong || !ended)) {
                Long id = MessageJson.id(bytes, length);
                String reason = tooLong ? TOO_LONG : ENDS_IN_THE_MIDDLE;
                if (!ended) {
                    throw broken(reason + "; the last message" + (id == null ? "" : ", " + id + ",") + " begins at "
                            + start);
                }
                throw new UnreadableMessageException(id, null, reason);
            }
            message = json.read(bytes, length);
        }
        if (!message.isObject()) {
            throw new UnreadableMessageException(null, null, "it is " + Fields.typeOf(message) + ", not an object");
        }
        return message;
    }

    private int nextMessage(Place start, byte[] bytes, int length) throws IOException {
        try {
            return MessageJson.nextMessage(bytes, length, start.position() - start.lineStart());
        } catch (UnreadableMessageException e) {
            cursor.moveTo(start);
            throw broken(e.getMessage());
        }
    }

    private void unreadable(int number, UnreadableMessageException failure, Place place) {
        Long id = failure.messageId();
        String name = id == null ? "message without an id, number " + number + " of its chat" : "message " + id;
        handler.unreadable(new ImportNote(name, id, failure.field(), failure.getMessage() + ", at " + place));
    }

    private void unreadable(ExportChat chat, String field, String reason, Place place) {
        String name = chat == null ? file.getFileName().toString() : chat.title();
        handler.unreadable(new ImportNote(name, null, field, reason + ", at " + place));
    }

    /** The name of an object's next field, whose value follows; null at the end of the object. */
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
            JsonNode name = json.read(cursor.value(), cursor.valueLength());
            if (next == '"' && cursor.peek() == ':') {
                cursor.next();
                if (cursor.peek() < 0) {
                    throw new EOFException();
                }
                return name.asText();
            }
        } catch (UnreadableMessageException e) {
            // not a name either
        }
        cursor.moveTo(place);
        throw broken("the name of a field and a colon are expected there");
    }

    /** Consumes an unwanted value and returns its type. */
    private String cutType() throws IOException {
        try {
            return Fields.typeOf(cutValue());
        } catch (UnreadableMessageException e) {
            return "no JSON that can be read";
        }
    }

    private JsonNode cutValue() throws IOException, UnreadableMessageException {
        Place start = cursor.place();
        boolean ended = cursor.cut();
        if (cursor.isTooLong()) {
            cursor.moveTo(start);
            cursor.skip();
            throw new UnreadableMessageException(null, null, "it is too long");
        }
        if (!ended) {
            throw new EOFException();
        }
        return json.read(cursor.value(), cursor.valueLength());
    }

    private ExportFormatException noExport(String reason) {
        return new ExportFormatException(file + " is no Telegram Desktop export: " + reason
                + ". Choose the format \"Machine-readable JSON\" in Telegram" + " Desktop and import its result.json.");
    }

    private ExportFormatException broken(String what) {
        return new ExportFormatException("%s is broken at %s: %s.%s".formatted(file, cursor.place(), what, REMEDY));
    }

    /** The fields of a chat without its messages. */
    private final class ChatHead {
        private String name;
        private String type;
        private Long id;

        void read(String field) throws IOException {
            if (!Set.of("name", "type", "id").contains(field)) {
                cursor.skip();
                return;
            }
            Place place = cursor.place();
            JsonNode value;
            try {
                value = cutValue();
            } catch (UnreadableMessageException e) {
                unreadable(chat(), field, e.getMessage(), place);
                return;
            }
            switch (field) {
                case "name" -> name = value.isValueNode() && !value.isNull() ? value.asText() : name;
                case "type" -> type = value.isTextual() ? value.asText() : type;
                default -> id = Fields.whole(value) != null ? Fields.whole(value) : id;
            }
        }

        ExportChat chat() {
            return new ExportChat(name, type, id);
        }
    }
}

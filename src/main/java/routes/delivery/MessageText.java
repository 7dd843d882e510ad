package routes.delivery;

import java.text.BreakIterator;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * A text for Telegram, split into as many messages as needed: between its blocks if possible, otherwise between words. A link is never
 * split. Telegram converts names, addresses and commands to links; the text is changed to prevent this.
 */
final class MessageText {
    /** Maximum length of a message in UTF-16 units, as counted by Telegram after it has parsed the markup. */
    static final int MOST = 4_096;

    /** Maximum number of entities per message; Telegram silently drops further ones. */
    static final int MOST_ENTITIES = 100;

    private static final int MOST_LABEL = 100;
    /** Characters reserved for the line with the number of the part. */
    private static final int RESERVE = 48;

    private static final String BETWEEN = "\n\n";

    /** Positions in a text at which Telegram would create a link. U+2060 is invisible and ends a link. */
    private static final Pattern LINKED = Pattern.compile(
            "(?<=[\\p{L}\\p{N}_-]\\.)(?=[\\p{L}\\p{N}])|(?<=@)(?=[\\p{L}\\p{N}_])|(?<=/)(?=[\\p{L}\\p{N}_])|(?<=:)(?=//)");

    /** Lone surrogates, and control characters other than a line feed. */
    private static final Pattern UNWANTED = Pattern.compile("[\\p{Cs}\\p{Cc}&&[^\\n]]");

    private static final Pattern POST = Pattern.compile("https://t\\.me/[A-Za-z0-9_/]+");

    /**
     * A piece of a block. A piece without markup can be split.
     *
     * @param isMarked whether it is bold or a link
     * @param href target of a link; null for none
     * @param postId post that it is about; null for none
     */
    private record Piece(String text, boolean isMarked, String href, UUID postId) {
        static Piece of(String text) {
            return new Piece(text, false, null, null);
        }

        /** Returns the number of visible UTF-16 units. */
        int length() {
            return text.length();
        }

        String html() {
            String escaped = escaped(text);
            return !isMarked
                    ? escaped
                    : href == null ? "<b>" + escaped + "</b>" : "<a href=\"" + escaped(href) + "\">" + escaped + "</a>";
        }
    }

    /**
     * @param html text with Telegram's HTML markup
     * @param posts posts that it is about
     */
    record Part(String html, Set<UUID> posts) {}

    private final List<List<Piece>> blocks = new ArrayList<>();

    /** Begins a new block. */
    MessageText block() {
        blocks.add(new ArrayList<>());
        return this;
    }

    MessageText text(String text) {
        return add(Piece.of(inert(text)));
    }

    /** Adds a text of the product, in which Telegram converts commands to links. */
    MessageText commands(String text) {
        return add(Piece.of(text));
    }

    MessageText bold(String text) {
        return add(new Piece(label(text), true, null, null));
    }

    /**
     * Adds a link to a post.
     *
     * @param url address of the post; if it is not a link to a Telegram post, only the label is written
     * @param postId may be null
     */
    MessageText link(String label, String url, UUID postId) {
        boolean isPost = url != null && POST.matcher(url).matches();
        return add(new Piece(label(label), isPost, isPost ? url : null, postId));
    }

    private MessageText add(Piece piece) {
        if (piece.length() > 0) {
            if (blocks.isEmpty()) {
                block();
            }
            blocks.get(blocks.size() - 1).add(piece);
        }
        return this;
    }

    private static String label(String text) {
        String clean = inert(text).replace('\n', ' ');
        return clean.length() <= MOST_LABEL ? clean : clean.substring(0, end(clean, MOST_LABEL - 1)) + "…";
    }

    static String inert(String text) {
        return LINKED.matcher(UNWANTED.matcher(text).replaceAll("")).replaceAll("\u2060");
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }

    /** Returns the position before {@code most} at which a text can be split: between words, or between user-perceived characters. */
    private static int end(String text, int most) {
        if (text.length() <= most) {
            return text.length();
        }
        BreakIterator characters = BreakIterator.getCharacterInstance(Locale.ROOT);
        characters.setText(text);
        int last = characters.isBoundary(most) ? most : characters.preceding(most);
        int space = Math.max(text.lastIndexOf(' ', last), text.lastIndexOf('\n', last));
        if (space > last / 2) {
            return space;
        }
        // a sequence of combining characters may be longer than a message
        return last > 0 ? last : (Character.isHighSurrogate(text.charAt(most - 1)) ? most - 1 : most);
    }

    /** A message under construction. */
    private static final class Message {
        final StringBuilder html = new StringBuilder();
        final Set<UUID> posts = new LinkedHashSet<>();
        int length;
        int entities;

        boolean hasRoom(int characters, int marks) {
            return length + characters <= MOST - RESERVE && entities + marks <= MOST_ENTITIES;
        }

        void add(Piece piece) {
            html.append(piece.html());
            length += piece.length();
            entities += piece.isMarked() ? 1 : 0;
            if (piece.postId() != null) {
                posts.add(piece.postId());
            }
        }
    }

    /** Returns the messages; empty without text. If there are several, they are numbered. */
    List<Part> split() {
        List<Message> messages = new ArrayList<>();
        Message current = new Message();
        for (List<Piece> block : blocks) {
            int length = block.stream().mapToInt(Piece::length).sum();
            int marks = (int) block.stream().filter(Piece::isMarked).count();
            if (current.length > 0) {
                if (current.hasRoom(BETWEEN.length() + length, marks)) {
                    current.add(Piece.of(BETWEEN));
                } else {
                    messages.add(current);
                    current = new Message();
                }
            }
            for (Piece piece : block) {
                current = add(piece, current, messages);
            }
        }
        if (current.length > 0) {
            messages.add(current);
        }
        List<Part> parts = new ArrayList<>();
        for (Message message : messages) {
            String number = messages.size() == 1 ? "" : BETWEEN + inert((parts.size() + 1) + "/" + messages.size());
            parts.add(new Part(message.html + number, Set.copyOf(message.posts)));
        }
        return parts;
    }

    /** Returns the message that contains the end of the piece. */
    private static Message add(Piece piece, Message message, List<Message> full) {
        Message current = message;
        Piece left = piece;
        while (!current.hasRoom(left.length(), left.isMarked() ? 1 : 0)) {
            int room = MOST - RESERVE - current.length;
            if (!left.isMarked() && room > 0) {
                int end = end(left.text(), room);
                current.add(Piece.of(left.text().substring(0, end)));
                left = Piece.of(left.text().substring(end).stripLeading());
            }
            full.add(current);
            current = new Message();
        }
        current.add(left);
        return current;
    }
}

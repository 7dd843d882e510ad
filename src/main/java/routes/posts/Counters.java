package routes.posts;

/** Telegram's counters of a post. Stored counters never decrease. */
public record Counters(int views, int forwards, int reactions, int replies) {
    public static final Counters NONE = new Counters(0, 0, 0, 0);

    Counters max(Counters other) {
        return new Counters(
                Math.max(views, other.views),
                Math.max(forwards, other.forwards),
                Math.max(reactions, other.reactions),
                Math.max(replies, other.replies));
    }
}

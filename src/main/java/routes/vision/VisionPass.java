package routes.vision;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import routes.events.MediaFile;
import routes.events.Recorded;
import routes.events.VisionUploaded;
import routes.idempotency.BatchClaims.Claim;

/** The events of a batch on their way through vision, and the pictures that are still to be analysed. */
public final class VisionPass {

    /** A picture to analyse, with the first event of the batch that carries it. */
    record Pending(VisionStore.Key key, MediaFile file, boolean ocrOnly, Claim claim) {}

    /** A file of an event: why it is skipped, or null if it is analysed. */
    record Decision(MediaFile file, String skipReason) {}

    private final List<VisionUploaded> events;
    private final Recorded[] answers;
    private final Map<Integer, List<Decision>> decisions = new HashMap<>();
    private final Queue<Pending> pending = new ArrayDeque<>();
    private final Map<VisionStore.Key, FileVision> results = new HashMap<>();
    private final Map<VisionStore.Key, String> unreadable = new HashMap<>();
    private final Map<VisionStore.Key, RuntimeException> failures = new HashMap<>();
    private final List<Claim> claims = new ArrayList<>();
    private final Instant started;
    private Pending current;
    private PictureTask task;
    private Instant asked;
    private boolean reserved;

    VisionPass(List<VisionUploaded> events, Instant started) {
        this.events = List.copyOf(events);
        this.answers = new Recorded[events.size()];
        this.started = started;
    }

    /** Whether a picture waits for a provider. */
    public boolean isOpen() {
        return task != null;
    }

    List<VisionUploaded> events() {
        return events;
    }

    Instant started() {
        return started;
    }

    /** The answer to an event that is known already; null if it depends on the pictures. */
    Recorded answer(int event) {
        return answers[event];
    }

    void answer(int event, Recorded answer) {
        answers[event] = answer;
    }

    void decide(int event, List<Decision> files) {
        decisions.put(event, files);
    }

    List<Decision> decisions(int event) {
        return decisions.get(event);
    }

    Queue<Pending> pending() {
        return pending;
    }

    /** Keys claimed for pictures of this batch. */
    List<Claim> claims() {
        return claims;
    }

    /** Results by picture, those of earlier posts included. */
    Map<VisionStore.Key, FileVision> results() {
        return results;
    }

    /** Why pictures cannot be analysed. */
    Map<VisionStore.Key, String> unreadable() {
        return unreadable;
    }

    /** Pictures that no provider analysed. */
    Map<VisionStore.Key, RuntimeException> failures() {
        return failures;
    }

    void ask(Pending picture, PictureTask request, boolean budgeted, Instant now) {
        current = picture;
        task = request;
        reserved = budgeted;
        asked = now;
    }

    void closeTask() {
        current = null;
        task = null;
        reserved = false;
    }

    PictureTask task() {
        return task;
    }

    Pending current() {
        return current;
    }

    Instant asked() {
        return asked;
    }

    /** Whether tokens are reserved for the current picture. */
    boolean isReserved() {
        return reserved;
    }
}

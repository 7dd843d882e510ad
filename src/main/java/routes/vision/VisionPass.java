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

/** The state of a batch of events in the vision stage, and the pictures that are still to be analysed. */
public final class VisionPass {

    /** A picture to analyse, with the first event of the batch that contains it. */
    record Pending(VisionStore.Key key, MediaFile file, boolean ocrOnly, Claim claim) {}

    /** The decision about a file of an event. The skip reason is null if the file is analysed. */
    record Decision(MediaFile file, String skipReason) {}

    /** The picture that was sent to providers, and whether tokens are reserved for it. */
    record Asked(Pending picture, PictureTask task, boolean reserved, Instant at) {}

    final List<VisionUploaded> events;
    final Instant started;
    /** One result per event; null until its pictures are analysed. */
    final Recorded[] answers;

    /** The files of each event, by index of the event. */
    final Map<Integer, List<Decision>> decisions = new HashMap<>();

    final Queue<Pending> pending = new ArrayDeque<>();

    /** Results by picture, including results from earlier posts. */
    final Map<VisionStore.Key, FileVision> results = new HashMap<>();

    /** Reasons why pictures cannot be analysed. */
    final Map<VisionStore.Key, String> unreadable = new HashMap<>();

    /** Pictures that no provider analysed. */
    final Map<VisionStore.Key, RuntimeException> failures = new HashMap<>();

    /** Keys claimed for pictures of this batch. */
    final List<Claim> claims = new ArrayList<>();

    /** Null if no picture waits for a provider. */
    Asked asked;

    VisionPass(List<VisionUploaded> events, Instant started) {
        this.events = List.copyOf(events);
        this.started = started;
        answers = new Recorded[events.size()];
    }

    /** Returns whether a picture waits for a provider. */
    public boolean isOpen() {
        return asked != null;
    }
}

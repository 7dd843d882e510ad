package routes.ingest.upload;

import java.io.IOException;

/** An upload is rejected. The message states the fault. It is an IOException, so that it passes through streams. */
public final class UploadRefusedException extends IOException {
    private static final long serialVersionUID = 1L;

    public enum Reason {
        /** The upload is not an importable export. */
        UNUSABLE,
        TOO_LARGE,
        /** The disk has no room for the upload. */
        NO_ROOM,
        TOO_SLOW
    }

    private final Reason reason;
    private final String remedy;

    public UploadRefusedException(Reason reason, String message, String remedy) {
        super(message);
        this.reason = reason;
        this.remedy = remedy;
    }

    static UploadRefusedException unusable(String message, String remedy) {
        return new UploadRefusedException(Reason.UNUSABLE, message, remedy);
    }

    public Reason reason() {
        return reason;
    }

    /** Advice to the uploader. */
    public String remedy() {
        return remedy;
    }
}

package routes.tdlib.standin;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;

/** A file at Telegram, and how far a session has downloaded it. */
public final class StandInFile {
    final int id;
    final byte[] bytes;

    /** Set when it is downloaded. */
    volatile Path path;

    volatile boolean active;

    StandInFile(int id, byte[] bytes) {
        this.id = id;
        this.bytes = bytes;
    }

    public int id() {
        return id;
    }

    public byte[] bytes() {
        return bytes.clone();
    }

    /** As in messages and {@code updateFile}. */
    ObjectNode toJson() {
        boolean completed = path != null;
        ObjectNode file =
                Contents.object("file").put("id", id).put("size", bytes.length).put("expected_size", bytes.length);
        file.set(
                "local",
                Contents.object("localFile")
                        .put("path", completed ? path.toString() : "")
                        .put("can_be_downloaded", true)
                        .put("can_be_deleted", completed)
                        .put("is_downloading_active", active)
                        .put("is_downloading_completed", completed)
                        .put("download_offset", 0)
                        .put("downloaded_prefix_size", completed ? bytes.length : 0)
                        .put("downloaded_size", completed ? bytes.length : 0));
        file.set(
                "remote",
                Contents.object("remoteFile")
                        .put("id", "remote-" + id)
                        .put("unique_id", "unique-" + id)
                        .put("is_uploading_active", false)
                        .put("is_uploading_completed", true)
                        .put("uploaded_size", bytes.length));
        return file;
    }
}

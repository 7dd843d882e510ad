package routes.ingest.upload;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Checks whether the disk has room for uploads. */
final class Disk {
    static final String REMEDY =
            "Have space freed on the disk of IMPORT_DIR (UPLOAD_DISK_RESERVE stays free), or send a smaller export.";

    private Disk() {}

    /**
     * @throws UploadRefusedException if the folder's disk has no room for this many bytes in addition to the reserve
     */
    static void require(Path folder, long reserve, long bytes) throws IOException {
        if (Files.getFileStore(folder).getUsableSpace() - reserve < bytes) {
            throw new UploadRefusedException(
                    UploadRefusedException.Reason.NO_ROOM, "The disk has no room for the upload", REMEDY);
        }
    }
}

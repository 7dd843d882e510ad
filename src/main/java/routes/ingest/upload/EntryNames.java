package routes.ingest.upload;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;

/**
 * The entry names of a zip so far. Names that differ only in case count as equal, since some disks treat them so. Only a digest of
 * each is kept: names may be long and numerous.
 */
final class EntryNames {
    private static final String REMEDY = "Zip one export only, as Telegram Desktop wrote it.";

    private final Set<UUID> files = new HashSet<>();
    private final Set<UUID> folders = new HashSet<>();

    /**
     * @throws UploadRefusedException if the name is a duplicate, or if a file and a folder would have the same name
     */
    void add(String name, boolean isFolder) throws UploadRefusedException {
        for (int end = name.indexOf('/'); end >= 0; end = name.indexOf('/', end + 1)) {
            addFolder(name, name.substring(0, end));
        }
        if (isFolder) {
            addFolder(name, name);
        } else if (folders.contains(digest(name))) {
            throw clash(name);
        } else if (!files.add(digest(name))) {
            throw UploadRefusedException.unusable(
                    "The zip has the entry " + EntryName.shown(name) + " twice, or one whose name differs only in case",
                    REMEDY);
        }
    }

    boolean hasFile(String name) {
        return files.contains(digest(name));
    }

    private void addFolder(String name, String folder) throws UploadRefusedException {
        if (files.contains(digest(folder))) {
            throw clash(name);
        }
        folders.add(digest(folder));
    }

    private static UploadRefusedException clash(String name) {
        return UploadRefusedException.unusable(
                "The zip's entry " + EntryName.shown(name)
                        + " clashes with another one: a file and a folder of one name",
                REMEDY);
    }

    private static UUID digest(String name) {
        return UUID.nameUUIDFromBytes(name.toLowerCase(Locale.ROOT).getBytes(UTF_8));
    }
}

package routes.routefiles;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * A snapshot of the override folder. Two snapshots are equal if a load would give the same result. Modification times are ignored, so an
 * edit within the resolution of the clock is detected.
 *
 * @param folder the override folder
 * @param texts route files and {@value OwnStreamsReader#FILE}, by their path relative to the folder, with slashes
 * @param refused why a file is not loaded, by its path
 */
record OwnFiles(Path folder, SortedMap<String, String> texts, SortedMap<String, String> refused) {

    /** Maximum size of a file. Routes are written by hand, so larger files are refused. */
    static final int MAX_BYTES = 1 << 20;

    static final List<String> FOLDERS = List.of("", RouteFile.PROVIDERS);

    /**
     * Reads the folder. Hidden files are skipped: editors use them for locks and copies.
     *
     * @throws UncheckedIOException if the folder or a file cannot be read; a file removed in the meantime is ignored
     */
    static OwnFiles read(Path folder) {
        var own = new OwnFiles(folder, new TreeMap<>(), new TreeMap<>());
        for (String part : FOLDERS) {
            Path directory = folder.resolve(part);
            if (!Files.isDirectory(directory)) {
                continue;
            }
            FileAccess access = new FileAccess(folder, directory);
            for (String name : names(directory)) {
                own.add(part + name, access);
            }
        }
        return own;
    }

    private static List<String> names(Path directory) {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.map(entry -> entry.getFileName().toString())
                    .filter(name -> !name.startsWith(".") && (name.endsWith(".yaml") || name.endsWith(".yml")))
                    .sorted()
                    .toList();
        } catch (NoSuchFileException | NotDirectoryException e) {
            return List.of(); // removed in the meantime
        } catch (IOException e) {
            throw new UncheckedIOException("Folder of route files " + directory + " cannot be read", e);
        }
    }

    private void add(String path, FileAccess access) {
        Path file = folder.resolve(path);
        if (!RouteFile.isName(path) && !path.equals(OwnStreamsReader.FILE)) {
            if (Files.isRegularFile(file)) {
                refused.put(path, "is not loaded: the name of a route file must end with " + RouteFile.SUFFIX);
            }
            return;
        }
        try {
            Optional<String> refusal = access.refusal(file);
            if (refusal.isPresent()) {
                refused.put(path, "is not loaded: " + refusal.get());
            } else {
                // read the file that was checked: the link may have changed since
                text(path, file.toRealPath()).ifPresent(text -> texts.put(path, text));
            }
        } catch (NoSuchFileException e) {
            // removed or renamed since the folder was listed, or a broken link
            return;
        } catch (CharacterCodingException e) {
            refused.put(path, "is not loaded: its encoding is not UTF-8; save it in UTF-8");
        } catch (IOException e) {
            throw new UncheckedIOException("Route file " + file + " cannot be read", e);
        }
    }

    private Optional<String> text(String path, Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
            byte[] bytes = in.readNBytes(MAX_BYTES + 1);
            if (bytes.length > MAX_BYTES) {
                refused.put(path, "is not loaded: it is larger than " + MAX_BYTES + " bytes");
                return Optional.empty();
            }
            return Optional.of(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString());
        }
    }

    /** Returns a snapshot of the same folder with other texts and without refused files. */
    OwnFiles with(Map<String, String> others) {
        return new OwnFiles(folder, new TreeMap<>(others), new TreeMap<>());
    }

    /** Returns the location as shown in problems. */
    String location(String path) {
        return folder.resolve(path).toString();
    }

    /** Returns the path of a location; empty for a file outside the folder. */
    Optional<String> path(String location) {
        return Stream.concat(texts.keySet().stream(), refused.keySet().stream())
                .filter(path -> location(path).equals(location))
                .findFirst();
    }

    /** Returns the text of the file that declares streams; empty if there is none. */
    String streams() {
        return texts.getOrDefault(OwnStreamsReader.FILE, "");
    }

    /** Returns the paths of the route files. */
    List<String> routeFiles() {
        List<String> paths = new ArrayList<>(texts.keySet());
        paths.remove(OwnStreamsReader.FILE);
        return paths;
    }
}

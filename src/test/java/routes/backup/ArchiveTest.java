package routes.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import routes.testing.ChildJvm;

class ArchiveTest {
    private static final int LARGE = 5 << 20;

    @TempDir
    static Path folder;

    private final Map<String, byte[]> parts = new LinkedHashMap<>();
    private final Map<String, byte[]> objects = new LinkedHashMap<>();

    @BeforeEach
    void content() {
        parts.put("redis/streams", "{\"stream\":\"a\"}\n".getBytes());
        parts.put("database/empty", new byte[0]);
        parts.put("database/large", random(LARGE));
        objects.put("media/t/aa/small.jpg", random(1000));
        objects.put("media/t/bb/" + "long".repeat(60) + ".mp4", random(LARGE));
        objects.put("crawl/t/none.md", new byte[0]);
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    private Path write(String name) throws IOException {
        Path file = folder.resolve(name);
        Files.deleteIfExists(file);
        write(file, parts, objects);
        return file;
    }

    private static void write(Path file, Map<String, byte[]> parts, Map<String, byte[]> objects) throws IOException {
        try (var archive = new ArchiveWriter(file, Backup.mapper())) {
            for (Map.Entry<String, byte[]> part : parts.entrySet()) {
                try (var out = archive.part(part.getKey())) {
                    out.write(part.getValue());
                    out.counted(3);
                }
            }
            for (Map.Entry<String, byte[]> object : objects.entrySet()) {
                archive.object(object.getKey(), new ByteArrayInputStream(object.getValue()));
            }
            assertThat(file).doesNotExist();
            archive.finish(new Manifest(
                    Manifest.FORMAT,
                    UUID.randomUUID(),
                    Instant.now(),
                    "1",
                    "49",
                    Instant.now(),
                    List.of(),
                    Map.of(),
                    0,
                    archive.parts()));
        }
    }

    private static ArchiveReader reader(Path file) {
        return new ArchiveReader(file, Backup.mapper());
    }

    @Test
    void what_was_written_is_read() throws IOException {
        Path file = write("whole.tar");

        Manifest manifest = reader(file).verified();
        Map<String, byte[]> read = new LinkedHashMap<>();
        Map<String, byte[]> readObjects = new LinkedHashMap<>();
        reader(file).read((name, content) -> read.put(name, content.readAllBytes()), (key, size, content) -> {
            byte[] bytes = content.readAllBytes();
            assertThat(size).isEqualTo(bytes.length);
            readObjects.put(key, bytes);
        });

        assertThat(read).containsExactlyEntriesOf(parts);
        assertThat(readObjects).containsExactlyEntriesOf(objects);
        assertThat(manifest.parts().get("database/large").bytes()).isEqualTo(LARGE);
        assertThat(manifest.parts().get("database/large").count()).isEqualTo(3);
        assertThat(manifest.parts().get(Archive.OBJECTS).count()).isEqualTo(3);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(folder.toFile().list()).noneMatch(name -> name.endsWith(".part") || name.endsWith(".object"));
    }

    @Test
    void a_visitor_need_not_read_what_it_does_not_want() throws IOException {
        Path file = write("skipped.tar");
        Map<String, Long> seen = new LinkedHashMap<>();

        reader(file)
                .read(
                        (name, content) -> seen.put(name, (long) content.read()),
                        (key, size, content) -> seen.put(key, size));

        assertThat(seen.keySet()).containsAll(parts.keySet()).containsAll(objects.keySet());
    }

    @Test
    void an_archive_that_was_cut_off_anywhere_is_refused() throws IOException {
        Path file = write("cut.tar");
        byte[] whole = Files.readAllBytes(file);
        int end = end(whole);

        for (int share = 0; share < 20; share++) {
            int length = (int) ((long) end * share / 20);
            Files.write(file, Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> reader(file).verified())
                    .as("%d of %d bytes", length, whole.length)
                    .isInstanceOf(BackupException.class)
                    .hasMessageContaining(file.toString())
                    .hasMessageContaining("use another backup");
        }
    }

    /** The empty blocks after the last entry carry nothing. */
    private static int end(byte[] tar) {
        int end = tar.length;
        while (tar[end - 1] == 0) {
            end--;
        }
        return end;
    }

    @Test
    void a_byte_that_changed_anywhere_is_noticed() throws IOException {
        objects.keySet().removeIf(key -> key.contains("long"));
        parts.put("database/large", random(5000));
        parts.remove("database/empty"); // some bits of packed nothing mean nothing
        Path file = write("changed.tar");
        byte[] whole = Files.readAllBytes(file);
        var random = new Random(1);
        List<String> unnoticed = new ArrayList<>();

        for (int at : contents(whole)) {
            byte[] changed = whole.clone();
            changed[at] ^= (byte) (1 << random.nextInt(8));
            Files.write(file, changed);
            try {
                reader(file).verified();
                unnoticed.add(at + " of " + whole.length);
            } catch (BackupException noticed) {
                assertThat(noticed).hasMessageContaining(file.toString());
            }
        }

        assertThat(unnoticed).isEmpty();
    }

    /** Some places in each header and each content; not the padding, which is no content, nor the header of a gzip chunk, with its time. */
    private static List<Integer> contents(byte[] tar) {
        List<Integer> places = new ArrayList<>();
        int at = 0;
        while (at < tar.length && tar[at] != 0) {
            int size = Integer.parseInt(new String(tar, at + 124, 11).strip(), 8);
            String name = new String(tar, at, 100).replace("\0", "");
            places.addAll(List.of(at, at + 130, at + 150));
            int first = name.endsWith(".gz") ? 10 : 0;
            for (int i = 0; i < 5 && size > first; i++) {
                places.add(at + 512 + first + (size - first - 1) * i / 4);
            }
            at += 512 + (size + 511) / 512 * 512;
        }
        return places;
    }

    @Test
    void an_entry_that_does_not_belong_to_it_is_refused() throws IOException {
        parts.put("somewhere/else", new byte[10]);
        Path file = write("foreign.tar");
        assertThat(reader(file).verified().parts()).containsKey("somewhere/else");

        Path text = folder.resolve("text.tar");
        Files.writeString(text, "no tar at all ".repeat(100));
        assertThatThrownBy(() -> reader(text).verified()).isInstanceOf(BackupException.class);
    }

    @Test
    void an_unfinished_archive_leaves_nothing() throws IOException {
        Path file = folder.resolve("unfinished.tar");
        try (var archive = new ArchiveWriter(file, Backup.mapper())) {
            archive.object("media/a", new ByteArrayInputStream(new byte[100]));
        }
        assertThat(folder.toFile().list()).noneMatch(name -> name.startsWith("unfinished"));
    }

    @Test
    void where_the_disk_is_full_nothing_is_left_and_the_message_says_so() throws Exception {
        Path full = Files.createDirectories(folder.resolve("full"));
        List<String> child = ChildJvm.command(
                List.of(), FullDisk.class, full.resolve("backup.tar").toString());
        // the largest file that the process may write, as a stand-in for the end of the disk
        Process process =
                new ProcessBuilder(command(child)).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes());

        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(output).contains("disk is full: true");
        assertThat(full).isEmptyDirectory();
    }

    private static List<String> command(List<String> child) {
        List<String> command = new ArrayList<>(List.of("bash", "-c", "ulimit -f 1024; exec \"$@\"", "bash"));
        command.addAll(child);
        return command;
    }

    /** Writes an archive that does not fit. */
    static final class FullDisk {
        public static void main(String[] file) throws IOException {
            try {
                write(Path.of(file[0]), Map.of("database/a", random(LARGE)), Map.of());
            } catch (IOException e) {
                System.out.println("disk is full: " + Archive.isDiskFull(e));
            }
        }
    }
}

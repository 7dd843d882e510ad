package routes.ingest.upload;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;
import static routes.testing.Zips.zip;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.Normalizer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.util.FileSystemUtils;
import routes.ingest.upload.UploadRefusedException.Reason;
import routes.testing.Zips;

class ExportUnpackerTest {
    private static final String RESULT = "{\"messages\": []}";
    private static final Path EXPORT = Path.of("src/test/resources/exports/channel");
    private static final int LINK = 0120777;

    @TempDir
    Path temporary;

    private Path folder;

    @BeforeEach
    void aFolderInAnother() throws IOException {
        folder = Files.createDirectories(temporary.resolve("a/b/c"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "ChatExport_2026-01-31/", "My exports/канал/"})
    void a_zipped_export_is_found_wherever_it_lies_in_the_zip(String place) throws IOException {
        byte[] zip = Zips.ofFolder(EXPORT, place).bytes();

        Path export = unpack(zip);

        assertThat(export).isEqualTo(folder.resolve(place));
        try (Stream<Path> files = Files.walk(EXPORT)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                assertThat(export.resolve(EXPORT.relativize(file).toString())).hasSameBinaryContentAs(file);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {RESULT, "\n  " + RESULT, "\uFEFF" + RESULT})
    void a_bare_result_is_taken_as_it_is(String text) throws IOException {
        assertThat(unpack(text.getBytes(UTF_8))).isEqualTo(folder);
        assertThat(folder.resolve("result.json")).hasContent(text);
    }

    @Test
    void a_file_of_a_post_may_be_called_like_the_export() throws IOException {
        byte[] zip = zip().add("Export/files/result.json", "{}")
                .add("Export/result.json", RESULT)
                .add("Export/chats/result.json", "{}")
                .bytes();

        assertThat(unpack(zip)).isEqualTo(folder.resolve("Export"));
    }

    @Test
    void zips_inside_stay_as_they_are() throws IOException {
        byte[] inner =
                zip().add("../x", "x").unix("result.json", LINK, "/etc/passwd").bytes();

        unpack(zip().add("result.json", RESULT).stored("files/inner.zip", inner).bytes());

        assertThat(folder.resolve("files/inner.zip")).hasBinaryContent(inner);
        assertThat(temporary.resolve("a/b/x")).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(strings = {"IBM866", "UTF-8"})
    void russian_names_are_read_also_where_the_zip_does_not_tell_their_charset(String charset) throws IOException {
        unpack(zip().names(Charset.forName(charset))
                .add("result.json", RESULT)
                .add("files/отчёт № 1.pdf".replace("№", "N"), "x")
                .bytes());

        assertThat(folder.resolve("files/отчёт N 1.pdf")).exists();
    }

    @Test
    void letters_that_macos_took_apart_are_put_together() throws IOException {
        String name = "files/Ёжик й.pdf";

        unpack(zip().add("result.json", RESULT)
                .add(Normalizer.normalize(name, Normalizer.Form.NFD), "x")
                .bytes());

        assertThat(folder.resolve(name)).exists();
    }

    @Test
    void an_entry_that_is_stored_without_its_length_is_read() throws IOException {
        unpack(Zips.storedWithDescriptor("result.json", RESULT.getBytes(UTF_8)));

        assertThat(folder.resolve("result.json")).hasContent(RESULT);
    }

    @Test
    void a_long_entry_that_is_stored_without_its_length_is_read() throws IOException {
        byte[] content = new byte[20 * 1024 * 1024];

        unpack(Zips.storedWithDescriptor("result.json", content));

        assertThat(folder.resolve("result.json")).hasBinaryContent(content);
    }

    static List<Arguments> zipsThatAreNotUnpacked() {
        String many = "d/".repeat(17);
        return List.of(
                arguments("\"../evil\" leads out", evil("../evil")),
                arguments("\"a/../../evil\" leads out", evil("a/../../evil")),
                arguments("\"..\" leads out", evil("..")),
                arguments("absolute path", evil("/etc/evil")),
                arguments("absolute path", evil("C:/evil")),
                arguments("absolute path", evil("c:evil")),
                arguments("\"..\\evil\" has a backslash", evil("..\\evil")),
                arguments("absolute path", evil("C:\\evil")),
                arguments("backslash", evil("\\\\host\\share\\evil")),
                arguments("\"a?b\" has a control character", evil("a\0b")),
                arguments("control character", evil("result.json\0.png")),
                arguments("control character", evil("a\nb")),
                arguments("empty part", evil("a//b")),
                arguments("empty part", evil("./b")),
                arguments("empty part", evil("")),
                arguments("too long", evil("n".repeat(256))),
                arguments("too long", evil("п".repeat(128))),
                arguments("too long", evil("a/".repeat(14) + "n".repeat(1000))),
                arguments("folders deep", evil(many + "evil")),
                arguments(
                        "twice", zip().add("result.json", RESULT).add("a", "1").add("a", "2")),
                arguments(
                        "only in case",
                        zip().add("result.json", RESULT).add("a", "1").add("A", "2")),
                arguments("only in case", zip().add("result.json", RESULT).add("Result.json", RESULT)),
                arguments(
                        "conflicts",
                        zip().add("result.json", RESULT).add("a", "1").add("a/b", "2")),
                arguments(
                        "conflicts",
                        zip().add("result.json", RESULT).add("a/b", "1").add("a", "2")),
                arguments(
                        "conflicts",
                        zip().add("result.json", RESULT).add("a/", "").add("A", "2")),
                arguments(
                        "\"photos\" is a symbolic link",
                        zip().add("result.json", RESULT).unix("photos", LINK, "/etc")),
                arguments("symbolic link", zip().unix("result.json", LINK, "/etc/passwd")),
                arguments("no result.json", zip().add("other.json", RESULT)),
                arguments("no result.json", zip().add("inner.zip", "x")),
                arguments("no result.json", zip().add("folder/", "")),
                arguments("in HTML", zip().add("ChatExport/messages.html", "<html>")),
                arguments(
                        "more than one export: \"a/result.json\" and \"b/result.json\"",
                        zip().add("a/result.json", RESULT).add("b/result.json", RESULT)),
                arguments("The zip is empty", zip()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("zipsThatAreNotUnpacked")
    void a_zip_that_is_none_of_one_export_is_refused_with_what_is_wrong(String message, Zips zip) throws IOException {
        refused(Reason.UNUSABLE, zip.bytes(), message);

        try (Stream<Path> outside = Files.walk(temporary)) {
            assertThat(outside.filter(Files::isRegularFile)).allMatch(file -> file.startsWith(folder));
        }
        assertThat(Path.of("/etc/evil")).doesNotExist();
    }

    @Test
    void an_encrypted_entry_is_refused() {
        byte[] zip = zip().add("result.json", RESULT).bytes();
        zip[directory(zip) + 8] |= 1;

        refused(Reason.UNUSABLE, zip, "\"result.json\" is encrypted");
    }

    @Test
    void an_entry_of_a_rare_method_is_refused() {
        byte[] zip = zip().add("result.json", RESULT).bytes();
        zip[directory(zip) + 10] = 99;

        refused(Reason.UNUSABLE, zip, "unsupported compression method (99)");
    }

    @Test
    void a_damaged_entry_is_refused() {
        byte[] zip = Zips.replace(
                zip().stored("result.json", RESULT.getBytes(UTF_8)).bytes(),
                "messages".getBytes(UTF_8),
                "massages".getBytes(UTF_8));

        refused(Reason.UNUSABLE, zip, "\"result.json\" is damaged");
    }

    @Test
    void a_zip_that_ends_in_the_middle_is_refused_wherever_it_ends() {
        byte[] inner = zip().add("x", "x").bytes();
        byte[] zip = zip().add("result.json", RESULT)
                .stored("inner.zip", inner)
                .add("b", "b".repeat(100))
                .bytes();
        for (int length = 64; length < zip.length; length++) {
            refused(Reason.UNUSABLE, Arrays.copyOf(zip, length), "");
        }
    }

    @Test
    void garbage_is_refused() {
        var random = new Random(7);
        for (int i = 0; i < 200; i++) {
            byte[] garbage = new byte[random.nextInt(2000)];
            random.nextBytes(garbage);
            Arrays.fill(garbage, 0, Math.min(1, garbage.length), (byte) 7);
            byte[] start = i % 2 == 0 ? new byte[0] : "PK\3\4".getBytes(ISO_8859_1);
            refused(Reason.UNUSABLE, join(start, garbage), "");
        }
    }

    /** Whatever happens to a zip, it is unpacked or refused, and nothing is written elsewhere. */
    @Test
    void a_zip_that_was_tampered_with_never_breaks_anything() throws IOException {
        byte[] zip = Zips.ofFolder(EXPORT, "Export/").bytes();
        var random = new Random(11);
        for (int i = 0; i < 300; i++) {
            byte[] tampered = zip.clone();
            for (int change = random.nextInt(5); change >= 0; change--) {
                tampered[random.nextInt(tampered.length)] = (byte) random.nextInt();
            }
            Path each = Files.createDirectories(folder.resolve("n" + i));
            try {
                assertThat(unpacker(limits()).unpack(new ByteArrayInputStream(tampered), each))
                        .startsWith(each);
            } catch (UploadRefusedException e) {
                assertThat(e.remedy()).isNotBlank();
            }
        }
        try (Stream<Path> files = Files.walk(temporary)) {
            assertThat(files.filter(Files::isRegularFile)).allMatch(file -> file.startsWith(folder));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "hello", "\u001f\u008b\b", "Rar!\u001a\u0007", "<!DOCTYPE html>", "[]"})
    void what_is_neither_zip_nor_json_is_refused(String content) {
        refused(Reason.UNUSABLE, content.getBytes(ISO_8859_1), "The file is");
    }

    @Test
    void a_bomb_is_refused_before_it_is_unpacked() {
        refused(Reason.UNUSABLE, Zips.bomb("photos/bomb.jpg", 200), "more than 100 times its size, at the entry");

        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void an_entry_that_is_longer_than_its_directory_says_is_refused() throws IOException {
        byte[] zip = zip().entry(new ZipArchiveEntry("result.json"), new byte[30 * 1024 * 1024])
                .bytes();
        ByteBuffer.wrap(zip).order(ByteOrder.LITTLE_ENDIAN).putInt(directory(zip) + 24, 1024);

        refused(Reason.UNUSABLE, zip, "\"result.json\" is damaged");

        assertThat(Files.size(folder.resolve("result.json"))).isLessThanOrEqualTo(1024);
    }

    @Test
    void many_small_bombs_are_one_large_one() {
        Zips zip = zip().add("result.json", RESULT);
        for (int i = 0; i < 50; i++) {
            zip.entry(new ZipArchiveEntry("bomb" + i), new byte[2 * 1024 * 1024]);
        }

        refused(Reason.UNUSABLE, zip.bytes(), "times its size");
    }

    @Test
    void a_bomb_behind_much_that_is_hard_to_pack_is_still_one() {
        byte[] noise = new byte[5 * 1024 * 1024];
        new Random(1).nextBytes(noise);
        byte[] zip = zip().stored("result.json", noise)
                .entry(new ZipArchiveEntry("bomb"), new byte[100 * 1024 * 1024])
                .bytes();

        refused(Reason.UNUSABLE, zip, "at the entry \"bomb\"");
    }

    @Test
    void a_short_text_may_have_any_ratio() throws IOException {
        unpack(zip().add("result.json", " ".repeat(9_000_000) + RESULT).bytes());
    }

    @Test
    void more_bytes_than_allowed_are_refused_packed_or_not() {
        var limits = new UploadProperties(1, 1000, 100, 10, 0, 1, Duration.ofHours(1));

        refused(
                Reason.TOO_LARGE,
                limits,
                zip().add("result.json", "x".repeat(1001)).bytes(),
                "1000 bytes unpacked");
        refused(Reason.TOO_LARGE, limits, ("{" + "x".repeat(1001)).getBytes(UTF_8), "1000 bytes unpacked");
    }

    @Test
    void more_entries_than_allowed_are_refused() {
        var limits = new UploadProperties(1, 1000, 100, 2, 0, 1, Duration.ofHours(1));

        refused(
                Reason.TOO_LARGE,
                limits,
                zip().add("a/", "").add("b/", "").add("result.json", "").bytes(),
                "2 entries");
    }

    @Test
    void a_directory_of_many_entries_is_not_kept_in_memory() {
        var limits = new UploadProperties(1, 1000, 100, 2, 0, 1, Duration.ofHours(1));
        Zips zip = zip();
        for (int i = 0; i < 20_000; i++) {
            zip.add("files/" + i, "");
        }

        refused(Reason.TOO_LARGE, limits, zip.bytes(), "2 entries, or very long names");
    }

    @Test
    void a_zip_inside_one_that_ends_in_the_middle_is_not_taken_for_it() {
        byte[] inner = zip().add("result.json", RESULT).bytes();
        byte[] zip = zip().add("a", "a").stored("inner.zip", inner).bytes();

        refused(Reason.UNUSABLE, Arrays.copyOf(zip, zip.length - 22), "is truncated");
    }

    @Test
    void the_reserve_of_the_disk_stays_free() {
        var limits = new UploadProperties(1, 1000, 100, 2, Long.MAX_VALUE, 1, Duration.ofHours(1));

        refused(Reason.NO_ROOM, limits, zip().add("result.json", RESULT).bytes(), "Not enough disk space");
        assertThatExceptionOfType(UploadRefusedException.class)
                .isThrownBy(() -> unpacker(limits).requireRoom(folder, -1));
        assertThatExceptionOfType(UploadRefusedException.class)
                .isThrownBy(() -> unpacker(limits()).requireRoom(folder, Long.MAX_VALUE));
    }

    @Test
    void a_disk_that_cannot_be_written_to_is_no_fault_of_the_zip() throws IOException {
        Files.delete(folder);
        Files.writeString(folder, "a file where the folder was");

        refused(Reason.NO_ROOM, zip().add("result.json", RESULT).bytes(), "could not be written");
    }

    @Test
    void a_client_that_goes_away_is_no_fault_of_the_zip() {
        byte[] zip = Zips.ofFolder(EXPORT, "").bytes();
        var lost = new IOException("connection reset");
        var half = new SequenceInputStream(new ByteArrayInputStream(zip, 0, zip.length / 2), new InputStream() {
            @Override
            public int read() throws IOException {
                throw lost;
            }
        });

        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> unpacker(limits()).unpack(half, folder))
                .isSameAs(lost);
        assertThat(folder.getParent()).isDirectoryNotContaining("glob:**.zip");
    }

    /** Where the header of the first entry in the directory begins. */
    private static int directory(byte[] zip) {
        return new String(zip, ISO_8859_1).indexOf("PK\1\2");
    }

    private static Zips evil(String name) {
        return zip().add("result.json", RESULT)
                .entry(
                        new ZipArchiveEntry("x") {
                            @Override
                            public String getName() {
                                return name;
                            }
                        },
                        new byte[1]);
    }

    private static UploadProperties limits() {
        return new UploadProperties(1L << 32, 1L << 32, 100, 1000, 0, 1, Duration.ofHours(1));
    }

    private static ExportUnpacker unpacker(UploadProperties limits) {
        return new ExportUnpacker(limits);
    }

    private Path unpack(byte[] upload) throws IOException {
        return unpacker(limits()).unpack(new ByteArrayInputStream(upload), folder);
    }

    private void refused(Reason reason, byte[] upload, String message) {
        refused(reason, limits(), upload, message);
    }

    private void refused(Reason reason, UploadProperties limits, byte[] upload, String message) {
        try (Stream<Path> files =
                Files.exists(folder) && Files.isDirectory(folder) ? Files.list(folder) : Stream.of()) {
            for (Path file : files.toList()) {
                FileSystemUtils.deleteRecursively(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        var refusal = catchThrowableOfType(
                UploadRefusedException.class, () -> unpacker(limits).unpack(new ByteArrayInputStream(upload), folder));
        assertThat(refusal).as(message).isNotNull();
        assertThat(refusal).hasMessageContaining(message);
        assertThat(refusal.reason()).isEqualTo(reason);
        assertThat(refusal.remedy()).isNotBlank();
    }

    private static byte[] join(byte[] a, byte[] b) {
        byte[] both = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, both, a.length, b.length);
        return both;
    }
}

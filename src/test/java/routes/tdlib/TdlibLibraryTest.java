package routes.tdlib;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.jna.Platform;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The file of the library: downloads from a registry, and files that cannot be loaded. */
class TdlibLibraryTest {
    private static final String NAME = "@prebuilt-tdlib/test";
    private static final String FILE = "libtdjson.so";

    @TempDir
    Path dir;

    private HttpServer registry;
    private volatile byte[] served;
    private volatile int missingBytes;

    @BeforeEach
    void start() throws IOException {
        registry = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        registry.createContext("/npm/" + NAME + "/-/test-1.0.0.tgz", exchange -> {
            exchange.sendResponseHeaders(200, served.length);
            exchange.getResponseBody().write(served, 0, served.length - missingBytes);
            exchange.close();
        });
        registry.start();
    }

    @AfterEach
    void stop() {
        registry.stop(0);
    }

    private URI address() {
        return URI.create("http://127.0.0.1:" + registry.getAddress().getPort() + "/npm/");
    }

    private static byte[] packed(String name, byte[] content) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(new GzipCompressorOutputStream(bytes))) {
            for (String entry : new String[] {"package/README.md", name}) {
                TarArchiveEntry header = new TarArchiveEntry(entry);
                header.setSize(content.length);
                tar.putArchiveEntry(header);
                tar.write(content);
                tar.closeArchiveEntry();
            }
        }
        return bytes.toByteArray();
    }

    /** As much of a library as the check looks at. */
    private static byte[] elf(int machine, int size, int sectionsAt) {
        ByteBuffer header = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
        header.put(new byte[] {0x7f, 'E', 'L', 'F', 2, 1, 1});
        header.putShort(18, (short) machine).putLong(40, sectionsAt);
        header.putShort(58, (short) 64).putShort(60, (short) 3);
        return header.array();
    }

    private static byte[] good() {
        return elf(Platform.ARCH.equals("aarch64") ? 183 : 62, 1_000, 1_000 - 3 * 64);
    }

    private static TdlibLibrary.Release release(byte[] packed) throws Exception {
        String sha512 = Base64.getEncoder()
                .encodeToString(MessageDigest.getInstance("SHA-512").digest(packed));
        return new TdlibLibrary.Release(NAME, "1.0.0", sha512, FILE);
    }

    @Test
    void the_library_is_downloaded_checked_and_unpacked() throws Exception {
        served = packed("package/" + FILE, good());
        Path library = TdlibLibrary.fetch(address(), dir.resolve("a/b"), release(served));

        assertThat(library).isEqualTo(dir.resolve("a/b").resolve(FILE)).hasBinaryContent(good());
        assertThat(dir.resolve("a/b")).isDirectoryNotContaining(file -> !file.equals(library));
    }

    @Test
    void a_package_with_another_checksum_is_refused_and_replaces_nothing() throws Exception {
        served = packed("package/" + FILE, good());
        TdlibLibrary.Release expected = release(served);
        served = packed("package/" + FILE, elf(62, 2_000, 0));
        Files.writeString(dir.resolve(FILE), "the old one");

        assertThatThrownBy(() -> TdlibLibrary.fetch(address(), dir, expected))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("test-1.0.0.tgz: the file is not the expected one (SHA-512 ");
        assertThat(dir).isDirectoryContaining(file -> file.endsWith(FILE)).isDirectoryNotContaining("glob:**tdlib*");
        assertThat(dir.resolve(FILE)).hasContent("the old one");
    }

    @Test
    void a_download_that_breaks_off_is_refused() throws Exception {
        served = packed("package/" + FILE, good());
        missingBytes = 20;
        assertThatThrownBy(() -> TdlibLibrary.fetch(address(), dir, release(served)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("test-1.0.0.tgz: ");
        assertThat(dir).isEmptyDirectory();
    }

    @Test
    void an_address_without_the_package_and_one_that_does_not_answer_are_named() throws Exception {
        served = packed("package/" + FILE, good());
        TdlibLibrary.Release release = release(served);
        URI empty = URI.create(address() + "none");
        assertThatThrownBy(() -> TdlibLibrary.fetch(empty, dir, release))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith(empty + "/" + NAME + "/-/test-1.0.0.tgz: the download failed (")
                .hasMessageContaining("TDLIB_REGISTRY");
        registry.stop(0);
        assertThatThrownBy(() -> TdlibLibrary.fetch(address(), dir, release))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("the download failed");
    }

    @Test
    void a_package_without_the_library_is_refused() throws Exception {
        served = packed("package/other.so", good());
        assertThatThrownBy(() -> TdlibLibrary.fetch(address(), dir, release(served)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("The package has no file package/" + FILE);
    }

    @Test
    void a_missing_file_is_named() {
        Path missing = dir.resolve("none.so");
        assertThatThrownBy(() -> Tdlib.open(missing))
                .isInstanceOf(IOException.class)
                .hasMessage(missing + ": there is no such file");
    }

    @Test
    void what_is_no_library_or_one_for_another_processor_is_refused_before_it_is_loaded() throws Exception {
        assumeTrue(Platform.isLinux(), "other systems report it themselves");
        assertRefused("text".getBytes(), "is not a 64-bit Linux library, or is truncated");
        assertRefused(new byte[0], "is not a 64-bit Linux library, or is truncated");
        assertRefused(Arrays.copyOf(good(), 40), "is not a 64-bit Linux library, or is truncated");
        assertRefused(elf(8, 1_000, 100), "is for another processor (ELF machine 8");
        assertRefused(Arrays.copyOf(good(), 999), "is truncated: it has 999 bytes, its header says 1000");
    }

    /** Without the check this would not be an exception: the first use of the missing part is a bus error that ends the process. */
    @Test
    void the_real_library_is_refused_if_it_is_truncated() throws Exception {
        byte[] real = Files.readAllBytes(RealTdlib.library());
        assertRefused(Arrays.copyOf(real, real.length / 2), "is truncated: it has ");
        assertRefused(Arrays.copyOf(real, real.length - 1), "is truncated: it has ");
    }

    @Test
    void a_library_of_another_kind_is_refused_with_the_reason() throws Exception {
        assumeTrue(Platform.isLinux(), "the file is a Linux library");
        Path file = Files.write(dir.resolve("lib.so"), good());
        assertThatThrownBy(() -> Tdlib.open(file))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith(file + ": cannot be loaded: it is not a tdjson library");
    }

    @Test
    void a_version_that_lacks_what_is_needed_is_refused() throws Exception {
        for (String good : new String[] {"1.8.65", "1.8.67", "1.8.100", "1.9.0", "2.0"}) {
            Tdlib.requireVersion(dir, good);
        }
        for (String bad : new String[] {"1.8.64", "1.8.7", "1.7.10", "0", ""}) {
            assertThatThrownBy(() -> Tdlib.requireVersion(dir, bad))
                    .isInstanceOf(IOException.class)
                    .hasMessage(dir + ": is TDLib " + bad + ", needed is 1.8.65 or later");
        }
    }

    private void assertRefused(byte[] content, String reason) throws IOException {
        Path file = Files.write(dir.resolve("lib.so"), content);
        assertThatThrownBy(() -> Tdlib.open(file))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith(file + ": " + reason);
    }
}

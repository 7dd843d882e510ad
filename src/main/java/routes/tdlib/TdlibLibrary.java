package routes.tdlib;

import com.sun.jna.Platform;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLConnection;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;

/** The file of the shared library: download and check. */
public final class TdlibLibrary {
    private static final Duration CONNECT = Duration.ofSeconds(10);
    private static final Duration READ = Duration.ofSeconds(30);

    /** Maximum duration of a download; 18 MB in 10 minutes need 30 kB/s. */
    private static final Duration DOWNLOAD = Duration.ofMinutes(10);

    private static final long MAX_PACKED = 64L << 20;
    private static final long MAX_UNPACKED = 256L << 20;
    private static final int BUFFER = 1 << 16;

    private static final byte[] ELF = {0x7f, 'E', 'L', 'F'};
    private static final int ELF_64 = 2;
    private static final int ELF_HEADER = 64;

    /** {@code e_machine} of ELF, by JNA's name of the architecture. */
    private static final Map<String, Integer> MACHINES = Map.of("x86-64", 62, "aarch64", 183);

    /**
     * A package of the npm registry.
     *
     * @param name name of the package
     * @param version version of the package
     * @param sha512 checksum of the package archive, in base64, as published by the registry
     * @param file path of the library in the package
     */
    record Release(String name, String version, String sha512, String file) {
        URI address(URI registry) {
            String base = registry.toString().replaceAll("/+$", "");
            return URI.create(
                    base + "/" + name + "/-/" + name.substring(name.indexOf('/') + 1) + "-" + version + ".tgz");
        }
    }

    /** Releases, by JNA's name of the platform. */
    private static final Map<String, Release> RELEASES = Map.of(
            "linux-x86-64",
            new Release(
                    "@prebuilt-tdlib/linux-x64-glibc",
                    "0.1008067.0",
                    "ILSNFbjP/gRWNc0bTtyTOX1RW854vaUcSpc6GtXJQp7Hgwr/+m1GbzhU4hry4yeRk02EfsmqDaBQVdXSjBXgZg==",
                    "libtdjson.so"));

    private TdlibLibrary() {}

    /** Returns the file that {@link #fetch} writes. */
    public static Path fetched(Path folder) {
        return folder.resolve(System.mapLibraryName("tdjson"));
    }

    /**
     * Downloads the library for this platform, verifies it with the built-in checksum, and replaces the file. A process that uses the old
     * file is not affected.
     *
     * @param registry address of an npm registry
     * @return the file
     * @throws IOException with the address, the problem and the remedy
     */
    public static Path fetch(URI registry, Path folder) throws IOException {
        return fetch(registry, folder, release());
    }

    private static Release release() throws IOException {
        return Optional.ofNullable(RELEASES.get(Platform.RESOURCE_PREFIX))
                .orElseThrow(() -> new IOException("There is no prebuilt TDLib for " + Platform.RESOURCE_PREFIX
                        + ", only for " + RELEASES.keySet()
                        + "; build tdjson of https://github.com/tdlib/td and set TDLIB_LIBRARY to the file"));
    }

    static Path fetch(URI registry, Path folder, Release release) throws IOException {
        URI address = release.address(registry);
        Files.createDirectories(folder);
        Path packed = Files.createTempFile(folder, "tdlib", ".tgz");
        Path unpacked = Files.createTempFile(folder, "tdlib", ".part");
        try {
            String sha512 = download(address, packed);
            if (!sha512.equals(release.sha512())) {
                throw new IOException(address + ": the file is not the expected one (SHA-512 " + sha512 + ", expected "
                        + release.sha512() + "); repeat the download, or check what answers at this address");
            }
            unpack(packed, "package/" + release.file(), unpacked);
            check(unpacked);
            return Files.move(
                    unpacked,
                    folder.resolve(release.file()),
                    StandardCopyOption.REPLACE_EXISTING,
                    StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(packed);
            Files.deleteIfExists(unpacked);
        }
    }

    /** @return SHA-512 of the written bytes, in base64 */
    private static String download(URI address, Path file) throws IOException {
        URLConnection connection = address.toURL().openConnection();
        connection.setConnectTimeout((int) CONNECT.toMillis());
        connection.setReadTimeout((int) READ.toMillis());
        try (DigestInputStream in = new DigestInputStream(connection.getInputStream(), sha512())) {
            copy(in, file, MAX_PACKED, System.nanoTime() + DOWNLOAD.toNanos());
            return Base64.getEncoder().encodeToString(in.getMessageDigest().digest());
        } catch (IOException e) {
            throw new IOException(
                    address + ": the download failed (" + e + "); check the network and TDLIB_REGISTRY", e);
        }
    }

    private static void unpack(Path packed, String name, Path file) throws IOException {
        try (TarArchiveInputStream tar =
                new TarArchiveInputStream(new GzipCompressorInputStream(Files.newInputStream(packed)))) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                if (entry.getName().equals(name) && entry.isFile()) {
                    copy(tar, file, MAX_UNPACKED, Long.MAX_VALUE);
                    return;
                }
            }
        }
        throw new IOException("The package has no file " + name);
    }

    /** @param deadline in the time of {@link System#nanoTime} */
    private static void copy(InputStream in, Path file, long maxBytes, long deadline) throws IOException {
        try (FileOutputStream out = new FileOutputStream(file.toFile())) {
            byte[] buffer = new byte[BUFFER];
            long total = 0;
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                total += read;
                if (total > maxBytes) {
                    throw new IOException("it is larger than " + (maxBytes >> 20) + " MiB");
                }
                if (deadline != Long.MAX_VALUE && System.nanoTime() - deadline > 0) {
                    throw new IOException("it took longer than " + DOWNLOAD.toMinutes() + " minutes");
                }
                out.write(buffer, 0, read);
            }
            out.getFD().sync();
        }
    }

    private static MessageDigest sha512() {
        try {
            return MessageDigest.getInstance("SHA-512");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Detects errors that would end the process: the dynamic linker maps a truncated file, and its first use causes a bus error.
     *
     * @throws IOException with the file, the problem and the remedy
     */
    static void check(Path library) throws IOException {
        if (!Files.isRegularFile(library)) {
            throw new IOException(library + ": there is no such file");
        }
        if (!Platform.isLinux()) {
            return;
        }
        try (FileChannel file = FileChannel.open(library)) {
            ByteBuffer header = ByteBuffer.allocate(ELF_HEADER).order(ByteOrder.LITTLE_ENDIAN);
            while (header.hasRemaining() && file.read(header) >= 0) {
                // until the header is full or the file ends
            }
            boolean elf = !header.hasRemaining()
                    && ByteBuffer.wrap(ELF).equals(header.slice(0, ELF.length))
                    && header.get(ELF.length) == ELF_64;
            if (!elf) {
                throw new IOException(library + ": is not a 64-bit Linux library, or is truncated");
            }
            int machine = header.getShort(18);
            Integer ours = MACHINES.get(Platform.ARCH);
            if (ours != null && machine != ours) {
                throw new IOException(library + ": is for another processor (ELF machine " + machine + ", this is "
                        + Platform.ARCH + ")");
            }
            // the section header table is the last part of the file
            long end = header.getLong(40) + (long) header.getShort(58) * header.getShort(60);
            if (file.size() < end) {
                throw new IOException(
                        library + ": is truncated: it has " + file.size() + " bytes, its header says " + end);
            }
        }
    }
}

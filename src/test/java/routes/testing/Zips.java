package routes.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;

/** Zips, good and bad. An entry is {@code add}ed with whatever name. */
public final class Zips {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final ZipArchiveOutputStream zip = new ZipArchiveOutputStream(bytes);

    private Zips() {}

    public static Zips zip() {
        return new Zips();
    }

    /** A folder with everything in it, under the name. */
    public static Zips ofFolder(Path folder, String name) {
        Zips zips = zip();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                String path = name + folder.relativize(file).toString().replace('\\', '/');
                zips.entry(new ZipArchiveEntry(path), Files.readAllBytes(file));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return zips;
    }

    public Zips add(String name, String content) {
        return entry(new ZipArchiveEntry(name), content.getBytes(UTF_8));
    }

    /** An entry as a Unix system writes it, with its mode. */
    public Zips unix(String name, int mode, String content) {
        var entry = new ZipArchiveEntry(name);
        entry.setUnixMode(mode);
        return entry(entry, content.getBytes(UTF_8));
    }

    public Zips stored(String name, byte[] content) {
        var entry = new ZipArchiveEntry(name);
        entry.setMethod(ZipArchiveEntry.STORED);
        var crc = new CRC32();
        crc.update(content);
        entry.setCrc(crc.getValue());
        entry.setSize(content.length);
        return entry(entry, content);
    }

    /** Names in a charset that the zip does not tell. */
    public Zips names(Charset charset) {
        zip.setEncoding(charset.name());
        zip.setUseLanguageEncodingFlag(false);
        zip.setCreateUnicodeExtraFields(ZipArchiveOutputStream.UnicodeExtraFieldPolicy.NEVER);
        return this;
    }

    public Zips entry(ZipArchiveEntry entry, byte[] content) {
        try {
            zip.putArchiveEntry(entry);
            zip.write(content);
            zip.closeArchiveEntry();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    public byte[] bytes() {
        try {
            zip.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /** The zip with the name of an entry replaced by one of the same length that no library would write. */
    public byte[] bytes(String name, String other) {
        return replace(bytes(), name.getBytes(UTF_8), other.getBytes(UTF_8));
    }

    /** The zip with so many bytes left. */
    public byte[] cut(int length) {
        return Arrays.copyOf(bytes(), length);
    }

    public static byte[] replace(byte[] where, byte[] what, byte[] with) {
        byte[] replaced = where.clone();
        for (int i = 0; i + what.length <= replaced.length; i++) {
            if (Arrays.equals(replaced, i, i + what.length, what, 0, what.length)) {
                System.arraycopy(with, 0, replaced, i, with.length);
            }
        }
        return replaced;
    }

    /** A zip of one entry that is stored, with its length only behind its data. */
    public static byte[] storedWithDescriptor(String name, byte[] content) {
        var crc = new CRC32();
        crc.update(content);
        byte[] called = name.getBytes(UTF_8);
        var zip = new Fields();
        zip.ints(0x04034b50).shorts(20, 8, 0, 0, 0).ints(0, 0, 0).shorts(called.length, 0);
        zip.bytes(called).bytes(content);
        zip.ints(0x08074b50, (int) crc.getValue(), content.length, content.length);
        int start = zip.size();
        zip.ints(0x02014b50).shorts(20, 20, 8, 0, 0, 0);
        zip.ints((int) crc.getValue(), content.length, content.length).shorts(called.length, 0, 0, 0, 0);
        zip.ints(0, 0).bytes(called);
        int size = zip.size() - start;
        zip.ints(0x06054b50).shorts(0, 0, 1, 1).ints(size, start).shorts(0);
        return zip.toBytes();
    }

    /** Bytes that get about a thousandth of their length when packed. */
    public static byte[] bomb(String name, int megabytes) {
        Zips zips = zip();
        zips.zip.setLevel(Deflater.BEST_COMPRESSION);
        return zips.add("result.json", "{}")
                .entry(new ZipArchiveEntry(name), new byte[megabytes * 1024 * 1024])
                .bytes();
    }

    /** Little-endian fields. */
    private static final class Fields {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        Fields shorts(int... values) {
            for (int value : values) {
                out.write(value);
                out.write(value >>> 8);
            }
            return this;
        }

        Fields ints(int... values) {
            for (int value : values) {
                shorts(value, value >>> 16);
            }
            return this;
        }

        Fields bytes(byte[] bytes) {
            out.writeBytes(bytes);
            return this;
        }

        int size() {
            return out.size();
        }

        byte[] toBytes() {
            return out.toByteArray();
        }
    }
}

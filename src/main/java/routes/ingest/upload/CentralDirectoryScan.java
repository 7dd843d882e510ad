package routes.ingest.upload;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Scans a zip as it is streamed for facts that only its central directory contains: which entries are symbolic links, and whether
 * the zip is complete. The headers are those of APPNOTE.TXT, 4.3.12 and 4.3.16.
 */
final class CentralDirectoryScan {
    private static final int SIGNATURE = 4;
    private static final int HEADER = 46;
    private static final int END = 22;
    private static final long ZIP64 = 0xFFFF_FFFFL;
    /** The two ZIP64 records between the directory and the end record. */
    private static final int ZIP64_RECORDS = 56 + 20;

    private static final int FILE_TYPE = 0xF000;
    private static final int LINK = 0xA000;
    private static final List<Integer> UNIX_SYSTEMS = List.of(3, 19);
    /** Sufficient. A longer name is rejected anyway. */
    private static final int MAX_LINKS = 100;

    private final ByteBuffer record = ByteBuffer.allocate(HEADER + 0xFFFF).order(ByteOrder.LITTLE_ENDIAN);
    private final List<byte[]> links = new ArrayList<>();
    private long position;
    private int wanted = SIGNATURE;
    private boolean isWhole;

    void accept(byte[] bytes, int from, int length) {
        for (int i = from; i < from + length; i++) {
            if (record.position() > 0 || bytes[i] == 'P') {
                record.put(bytes[i]);
            }
            position++;
            if (record.position() == wanted) {
                wanted = next();
                if (wanted == SIGNATURE) {
                    restart();
                }
            }
        }
    }

    /** Whether the end of the directory has been read, at the place it states. */
    boolean isWhole() {
        return isWhole;
    }

    /** Names, as bytes, of entries that a Unix system marks as symbolic links. */
    List<byte[]> links() {
        return links;
    }

    /** How many bytes of the current record are needed next; {@link #SIGNATURE} if it is complete or not a record. */
    private int next() {
        int at = record.position();
        if (at == SIGNATURE) {
            return switch (record.getInt(0)) {
                case 0x02014b50 -> HEADER;
                case 0x06054b50 -> END;
                default -> SIGNATURE;
            };
        } else if (at == END && record.getInt(0) == 0x06054b50) {
            end();
        } else if (at == HEADER && isLink()) {
            return HEADER + Short.toUnsignedInt(record.getShort(28));
        } else if (at > HEADER && links.size() < MAX_LINKS) {
            links.add(Arrays.copyOfRange(record.array(), HEADER, at));
        }
        return SIGNATURE;
    }

    private boolean isLink() {
        return UNIX_SYSTEMS.contains((int) record.get(5))
                && ((record.getInt(38) >>> 16) & FILE_TYPE) == LINK
                && record.getShort(28) != 0;
    }

    private void end() {
        long size = Integer.toUnsignedLong(record.getInt(12));
        long offset = Integer.toUnsignedLong(record.getInt(16));
        long before = position - END - offset - size;
        isWhole = size == ZIP64 || offset == ZIP64 || before == 0 || before == ZIP64_RECORDS;
        if (!isWhole) {
            // the directory belongs to a zip inside this one
            links.clear();
        }
    }

    /** Bytes that are not a record may contain the beginning of one. */
    private void restart() {
        boolean isNone = record.position() == SIGNATURE;
        record.flip();
        if (isNone) {
            record.get();
            while (record.hasRemaining() && record.get(record.position()) != 'P') {
                record.get();
            }
            record.compact();
        } else {
            record.clear();
        }
    }
}

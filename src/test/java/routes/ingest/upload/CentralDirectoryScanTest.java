package routes.ingest.upload;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import routes.testing.Zips;

class CentralDirectoryScanTest {

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 512, 100_000})
    void theDirectoryIsFoundHoweverItsBytesArrive(int atOnce) {
        CentralDirectoryScan scan = scan(
                Zips.zip()
                        .add("PPK", "PPPKPKPK")
                        .unix("link", 0120777, "x")
                        .add("after", "")
                        .bytes(),
                atOnce);

        assertThat(scan.isWhole()).isTrue();
        assertThat(scan.links()).extracting(name -> new String(name, UTF_8)).containsExactly("link");
    }

    @Test
    void theEndOfAZipInsideIsNotThatOfTheWhole() {
        byte[] inner = Zips.zip().add("x", "x").bytes();
        byte[] zip = Zips.zip().add("a", "a").stored("inner.zip", inner).bytes();

        assertThat(scan(inner, 1).isWhole()).isTrue();
        assertThat(scan(Arrays.copyOf(zip, zip.length - 22), 1).isWhole()).isFalse();
    }

    private static CentralDirectoryScan scan(byte[] zip, int atOnce) {
        var scan = new CentralDirectoryScan();
        for (int i = 0; i < zip.length; i += atOnce) {
            scan.accept(zip, i, Math.min(atOnce, zip.length - i));
        }
        return scan;
    }
}

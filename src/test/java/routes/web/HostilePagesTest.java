package routes.web;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import org.apache.pdfbox.cos.COSName;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.PDPageContentStream;
import org.apache.pdfbox.pdmodel.common.PDStream;
import org.apache.pdfbox.pdmodel.font.PDType1Font;
import org.apache.pdfbox.pdmodel.font.Standard14Fonts;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import routes.testing.WebServer;

/** Servers that want to harm the reader: each costs it little time and memory, and is told apart. */
class HostilePagesTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(1);
    /** Enough for those that do not wait, also on a busy machine. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final Duration LONGEST = TIMEOUT.plusSeconds(4);
    /** What a page of 1 MiB may cost: the page, its unpacked form and its text, with buffers. */
    private static final long MOST_BYTES = 64L << 20;

    private static final Map<Integer, byte[]> ZEROS = new ConcurrentHashMap<>();

    private PageFetcher fetcher;

    @BeforeEach
    void start() {
        fetcher = Fetchers.free(TIMEOUT);
    }

    @AfterEach
    void stop() {
        fetcher.close();
    }

    private enum Trick {
        ENDLESS_BODY("too_large") {
            @Override
            void play(WebServer.Request request, OutputStream out) throws IOException {
                WebServer.raw(out, OK + "\r\n");
                forEver(out, "<p>more</p>".repeat(1000));
            }
        },
        ENDLESS_CHUNKS("too_large") {
            @Override
            void play(WebServer.Request request, OutputStream out) throws IOException {
                WebServer.raw(out, OK + "Transfer-Encoding: chunked\r\n\r\n");
                forEver(out, "400\r\n" + "a".repeat(1024) + "\r\n");
            }
        },
        HUGE_CONTENT_LENGTH("too_large") {
            @Override
            void play(WebServer.Request request, OutputStream out) throws Exception {
                WebServer.raw(out, OK + "Content-Length: 9223372036854775807\r\n\r\n");
                WebServer.hang();
            }
        },
        IMPOSSIBLE_CONTENT_LENGTH("protocol") {
            @Override
            void play(WebServer.Request request, OutputStream out) throws IOException {
                WebServer.raw(out, OK + "Content-Length: 99999999999999999999\r\n\r\n<p>");
            }
        },
        GZIP_BOMB("too_large") {
            @Override
            void play(WebServer.Request request, OutputStream out) throws IOException {
                WebServer.send(out, 200, "text/html", zeros(1), "Content-Encoding: gzip");
            }
        },
        GZIP_BOMB_IN_A_GZIP("content_encoding") {
            @Override
            void play(WebServer.Request request, OutputStream out) throws IOException {
                WebServer.send(out, 200, "text/html", zeros(2), "Content-Encoding: gzip, gzip");
            }
        },
        CUT_GZIP("content_encoding") {
            @Override
            void play(WebServer.Request request, OutputStream out) throws IOException {
                WebServer.send(out, 200, "text/html", Arrays.copyOf(zeros(1), 1000), "Content-Encoding: gzip");
            }
        },
        SLOW_DRIP("timeout") {
            @Override
            void play(WebServer.Request request, OutputStream out) throws Exception {
                WebServer.raw(out, OK + "\r\n");
                drip(out, "a");
            }
        },
        SLOW_HEADERS("timeout") {
            @Override
            void play(WebServer.Request request, OutputStream out) throws Exception {
                WebServer.raw(out, OK);
                drip(out, "X-More: 1\r\n");
            }
        },
        SLOW_STATUS("timeout") {
            @Override
            void play(WebServer.Request request, OutputStream out) throws Exception {
                drip(out, "H");
            }
        },
        NO_ANSWER("timeout") {
            @Override
            void play(WebServer.Request request, OutputStream out) throws Exception {
                WebServer.hang();
            }
        },
        SLOW_ERROR_PAGE("http_404") {
            @Override
            void play(WebServer.Request request, OutputStream out) throws Exception {
                WebServer.raw(out, "HTTP/1.1 404 Not Found\r\n\r\n");
                drip(out, "a");
            }
        },
        ENDLESS_ERROR_PAGE("http_500") {
            @Override
            void play(WebServer.Request request, OutputStream out) throws IOException {
                WebServer.raw(out, "HTTP/1.1 500 Error\r\n\r\n");
                forEver(out, "a".repeat(10_000));
            }
        },
        ENDLESS_HINTS("timeout") {
            @Override
            void play(WebServer.Request request, OutputStream out) throws Exception {
                while (true) {
                    WebServer.raw(out, "HTTP/1.1 103 Early Hints\r\n\r\n");
                    WebServer.dawdle(Duration.ofMillis(10));
                }
            }
        },
        ENDLESS_HEADER("protocol") {
            @Override
            void play(WebServer.Request request, OutputStream out) throws IOException {
                WebServer.raw(out, OK + "X-Long: ");
                forEver(out, "a".repeat(10_000));
            }
        },
        ENDLESS_HEADERS("protocol") {
            @Override
            void play(WebServer.Request request, OutputStream out) throws IOException {
                WebServer.raw(out, OK);
                forEver(out, "X-More: 1\r\n".repeat(1000));
            }
        },
        ENDLESS_TRAILERS("protocol") {
            @Override
            void play(WebServer.Request request, OutputStream out) throws IOException {
                WebServer.raw(out, OK + "Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n");
                forEver(out, "X-More: 1\r\n".repeat(1000));
            }
        },
        BROKEN_CHUNK("protocol") {
            @Override
            void play(WebServer.Request request, OutputStream out) throws IOException {
                WebServer.raw(out, OK + "Transfer-Encoding: chunked\r\n\r\nzz\r\n<p>");
            }
        },
        ENDLESS_CHUNK_SIZE("protocol") {
            @Override
            void play(WebServer.Request request, OutputStream out) throws IOException {
                WebServer.raw(out, OK + "Transfer-Encoding: chunked\r\n\r\n");
                forEver(out, "0".repeat(10_000));
            }
        },
        CUT_CHUNK("reset") {
            @Override
            void play(WebServer.Request request, OutputStream out) throws IOException {
                WebServer.raw(out, OK + "Transfer-Encoding: chunked\r\n\r\nff\r\n<p>");
            }
        },
        CUT_BODY("reset") {
            @Override
            void play(WebServer.Request request, OutputStream out) throws IOException {
                WebServer.raw(out, OK + "Content-Length: 1000\r\n\r\n<p>");
            }
        },
        CLOSED("reset") {
            @Override
            void play(WebServer.Request request, OutputStream out) {
                // nothing is sent
            }
        },
        NOT_HTTP("protocol") {
            @Override
            void play(WebServer.Request request, OutputStream out) throws IOException {
                WebServer.raw(out, "SSH-2.0-OpenSSH_9.6\r\n");
                forEver(out, "noise\r\n".repeat(1000));
            }
        },
        REDIRECTS_FOR_EVER("too_many_redirects") {
            @Override
            void play(WebServer.Request request, OutputStream out) throws IOException {
                WebServer.redirect(out, request.path() + "a");
            }
        },
        REDIRECT_WITH_ENDLESS_BODY("too_many_redirects") {
            @Override
            void play(WebServer.Request request, OutputStream out) throws IOException {
                WebServer.raw(out, "HTTP/1.1 302 Found\r\nLocation: " + request.path() + "a\r\n\r\n");
                forEver(out, "a".repeat(10_000));
            }
        },
        REDIRECT_TO_A_HUGE_ADDRESS("bad_redirect") {
            @Override
            void play(WebServer.Request request, OutputStream out) throws IOException {
                WebServer.redirect(out, "/" + "a".repeat(10_000));
            }
        };

        private static final String OK = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n";
        final String reason;

        Trick(String reason) {
            this.reason = reason;
        }

        abstract void play(WebServer.Request request, OutputStream out) throws Exception;

        private static void forEver(OutputStream out, String text) throws IOException {
            while (true) {
                WebServer.raw(out, text);
            }
        }

        private static void drip(OutputStream out, String text) throws Exception {
            while (true) {
                WebServer.raw(out, text);
                WebServer.dawdle(Duration.ofMillis(100));
            }
        }
    }

    /** 200 MB of zeros, packed that many times. */
    private static byte[] zeros(int times) {
        return ZEROS.computeIfAbsent(times, HostilePagesTest::packed);
    }

    private static byte[] packed(int times) {
        var bytes = new ByteArrayOutputStream();
        try {
            OutputStream out = bytes;
            for (int i = 0; i < times; i++) {
                out = new GZIPOutputStream(out);
            }
            try (OutputStream packed = out) {
                byte[] block = new byte[1 << 20];
                for (int i = 0; i < 200; i++) {
                    packed.write(block);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    @ParameterizedTest
    @EnumSource
    void a_hostile_page_costs_bounded_time_and_memory(Trick trick) throws Exception {
        Duration timeout = trick.reason.equals("timeout") ? TIMEOUT : PATIENCE;
        try (WebServer server = new WebServer(WebServer.pages(trick::play));
                PageFetcher reader = Fetchers.free(timeout)) {
            long before = allocated();
            Fetched.Failed failed = Fetchers.failed(reader, server.url("/a"));
            long bytes = allocated() - before;

            assertThat(failed.reason()).as(failed.detail()).isEqualTo(trick.reason);
            assertThat(failed.detail()).hasSizeLessThan(400);
            assertThat(failed.duration()).isLessThan(timeout.plusSeconds(4));
            assertThat(bytes).as("allocated by the calling thread").isLessThan(MOST_BYTES);
            assertThat(server.pages()).hasSizeLessThan(20);
        }
    }

    private static long allocated() {
        return ((com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
    }

    /** The same tricks with robots.txt must not be better. */
    @ParameterizedTest
    @EnumSource
    void a_hostile_robots_txt_costs_bounded_time(Trick trick) throws Exception {
        Duration timeout = Duration.ofMillis(300);
        try (WebServer server = new WebServer((request, out) -> {
                    if (request.path().equals("/a")) {
                        WebServer.html(out, "<p>page</p>");
                    } else {
                        trick.play(request, out);
                    }
                });
                PageFetcher impatient = Fetchers.free(timeout)) {
            assertThat(impatient.fetch(PageFetcher.Wish.of(server.url("/a"))).duration())
                    .isLessThan(LONGEST);
        }
    }

    @Test
    void rules_that_are_slow_to_match_cost_bounded_time() throws Exception {
        StringBuilder rules = new StringBuilder("User-agent: *\n");
        for (int i = 0; rules.length() < Robots.MAX_BYTES; i++) {
            rules.append("Disallow: /").append("*a".repeat(20)).append(i).append("b\n");
        }
        try (WebServer server = new WebServer((request, out) -> WebServer.send(
                out, 200, "text/html", request.path().equals("/robots.txt") ? rules.toString() : "<p>page</p>"))) {
            assertThat(fetcher.fetch(PageFetcher.Wish.of(server.url("/" + "a".repeat(1900))))
                            .duration())
                    .isLessThan(LONGEST);
        }
    }

    @Test
    void ten_thousand_redirects_over_as_many_hosts_end_after_the_allowed_ones() throws Exception {
        CrawlProperties properties = Fetchers.properties(TIMEOUT, true, 80);
        AddressGuard guard = new AddressGuard(
                properties, host -> new InetAddress[] {Fetchers.address("127.0.0.1")}, address -> true);
        try (WebServer server = new WebServer(WebServer.pages((request, out) -> {
                    int number = Integer.parseInt(request.path().substring(1));
                    WebServer.redirect(
                            out,
                            "http://host" + number + ".example:"
                                    + request.header("Host").replaceAll(".*:", "") + "/" + (number + 1));
                }));
                PageFetcher follower = new PageFetcher(properties, Clock.systemUTC(), guard, null)) {
            assertThat(Fetchers.failed(follower, "http://start.example:" + server.port() + "/1")
                            .reason())
                    .isEqualTo("too_many_redirects");
            assertThat(server.pages()).hasSize(1 + properties.maxRedirects());
        }
    }

    @Test
    void a_name_service_that_never_answers_costs_the_time_limit() {
        CrawlProperties properties = Fetchers.properties(TIMEOUT, true, 80);
        AddressGuard guard = new AddressGuard(
                properties,
                host -> {
                    try {
                        WebServer.hang();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                    throw new UnknownHostException(host);
                },
                address -> true);
        try (PageFetcher patient = new PageFetcher(properties, Clock.systemUTC(), guard, null)) {
            Fetched.Failed failed = Fetchers.failed(patient, "http://web.example/");

            assertThat(failed.reason()).isEqualTo("dns");
            assertThat(failed.duration()).isLessThan(LONGEST);
        }
    }

    @Test
    void a_hundred_sites_that_hang_do_not_slow_the_others() throws Exception {
        ExecutorService threads = Executors.newCachedThreadPool();
        try (WebServer slow = new WebServer((request, out) -> WebServer.hang());
                WebServer quick = new WebServer((request, out) -> WebServer.html(out, "<p>page</p>"))) {
            List<Future<Fetched>> hanging = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                String url = slow.url("/" + i);
                hanging.add(threads.submit(() -> fetcher.fetch(PageFetcher.Wish.of(url))));
            }
            for (int i = 0; i < 20; i++) {
                assertThat(Fetchers.page(fetcher, quick.url("/" + i)).duration())
                        .isLessThan(Duration.ofSeconds(1));
            }
            for (Future<Fetched> fetched : hanging) {
                assertThat(fetched.get().duration()).isLessThan(LONGEST);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void the_text_of_a_pdf_is_read() throws Exception {
        byte[] pdf = pdf(3, "Annual report of the observatory");
        try (WebServer server =
                new WebServer(WebServer.pages((request, out) -> WebServer.send(out, 200, "application/pdf", pdf)))) {
            Fetched.Page page = Fetchers.page(fetcher, server.url("/report.pdf"));

            assertThat(page.title()).isEqualTo("The report");
            assertThat(page.text().split("Annual report of the observatory", -1))
                    .hasSize(4);
            assertThat(page.isHtml()).isFalse();
        }
    }

    @Test
    void a_pdf_of_many_pages_is_read_to_its_limit() throws Exception {
        PdfText.Text text = new PdfText().read(pdf(300, "One more page"));

        assertThat(text.text().split("One more page", -1)).hasSize(201);
    }

    @Test
    void a_pdf_that_unpacks_to_more_than_its_memory_ends_its_own_process_only() throws Exception {
        byte[] pdf;
        try (PDDocument document = new PDDocument()) {
            PDPage page = new PDPage();
            document.addPage(page);
            PDStream content = new PDStream(document);
            content.getCOSObject().setItem(COSName.FILTER, COSName.FLATE_DECODE);
            try (OutputStream raw = content.getCOSObject().createRawOutputStream();
                    OutputStream packed = new DeflaterOutputStream(raw, new Deflater(Deflater.BEST_COMPRESSION))) {
                byte[] block = " ".repeat(1 << 20).getBytes(UTF_8);
                for (int i = 0; i < 300; i++) {
                    packed.write(block);
                }
            }
            page.setContents(content);
            var out = new ByteArrayOutputStream();
            document.save(out);
            pdf = out.toByteArray();
        }
        assertThat(pdf).hasSizeLessThan(1 << 20);
        long start = System.nanoTime();
        long before = allocated();
        FetchException failure =
                catchThrowableOfType(FetchException.class, () -> new PdfText(Duration.ofSeconds(15)).read(pdf));

        assertThat(failure.reason()).isEqualTo("bad_pdf");
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(18));
        assertThat(allocated() - before).isLessThan(MOST_BYTES);
    }

    @Test
    void a_pdf_that_takes_too_long_is_given_up() throws Exception {
        byte[] pdf = pdf(300, "One more page");
        long start = System.nanoTime();
        FetchException failure =
                catchThrowableOfType(FetchException.class, () -> new PdfText(Duration.ofMillis(50)).read(pdf));

        assertThat(failure.reason()).isEqualTo("bad_pdf");
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
    }

    @Test
    void what_is_no_pdf_or_has_no_text_is_a_reason() throws Exception {
        for (byte[] bytes : List.of("%PDF-1.7 and no more".getBytes(UTF_8), pdf(1, ""))) {
            FetchException failure = catchThrowableOfType(FetchException.class, () -> new PdfText().read(bytes));
            assertThat(failure.reason()).isEqualTo("bad_pdf");
        }
    }

    private static byte[] pdf(int pages, String text) throws IOException {
        try (PDDocument document = new PDDocument()) {
            document.getDocumentInformation().setTitle("The report");
            var font = new PDType1Font(Standard14Fonts.FontName.HELVETICA);
            for (int i = 0; i < pages; i++) {
                PDPage page = new PDPage();
                document.addPage(page);
                try (var content = new PDPageContentStream(document, page)) {
                    content.beginText();
                    content.setFont(font, 12);
                    content.newLineAtOffset(50, 700);
                    content.showText(text);
                    content.endText();
                }
            }
            var out = new ByteArrayOutputStream();
            document.save(out);
            return out.toByteArray();
        }
    }
}

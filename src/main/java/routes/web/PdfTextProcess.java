package routes.web;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.Writer;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.text.PDFTextStripper;

/** Main class of a process that reads a PDF file from standard input and writes the title in the first line, followed by the text. */
final class PdfTextProcess {
    static final int MAX_CHARACTERS = 500_000;
    private static final int MAX_PAGES = 200;

    private PdfTextProcess() {}

    public static void main(String[] arguments) throws IOException {
        PrintStream output = System.out;
        // PDFBox writes warnings to standard output
        System.setOut(System.err);
        try (PDDocument document = Loader.loadPDF(System.in.readAllBytes());
                var out = new Limited(new BufferedWriter(new OutputStreamWriter(output, UTF_8)))) {
            String title = document.getDocumentInformation().getTitle();
            out.write((title == null ? "" : title.replaceAll("\\s+", " ").strip()) + "\n");
            var stripper = new PDFTextStripper();
            stripper.setEndPage(MAX_PAGES);
            stripper.setParagraphStart("\n");
            stripper.setLineSeparator("\n");
            try {
                stripper.writeText(document, out);
            } catch (Limited.FullException e) {
                // the start of a long text is sufficient
                out.flush();
            }
        }
    }

    private static final class Limited extends Writer {
        private static final class FullException extends IOException {
            private static final long serialVersionUID = 1;
        }

        private final Writer out;
        private int left = MAX_CHARACTERS;

        Limited(Writer out) {
            this.out = out;
        }

        @Override
        public void write(char[] characters, int offset, int length) throws IOException {
            if (length > left) {
                throw new FullException();
            }
            left -= length;
            out.write(characters, offset, length);
        }

        @Override
        public void flush() throws IOException {
            out.flush();
        }

        @Override
        public void close() throws IOException {
            out.close();
        }
    }
}

package routes.api;

import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.apache.commons.fileupload2.core.FileItemInput;
import org.apache.commons.fileupload2.core.FileItemInputIterator;
import org.apache.commons.fileupload2.core.RequestContext;
import org.apache.commons.fileupload2.jakarta.servlet6.JakartaServletFileUpload;
import org.springframework.stereotype.Component;
import routes.api.http.ProblemType;
import routes.ingest.upload.ExportUnpacker;

/** Streams the export from a multipart body. The body has one part, {@value #PART}. */
@Component
final class UploadReader {

    static final String PART = "file";

    private static final String REMEDY =
            "Send multipart/form-data with one part, the export, by the name of " + PART + ".";
    private static final Pattern FOLDERS = Pattern.compile(".*[/\\\\]", Pattern.DOTALL);
    private static final Pattern UNSHOWABLE = Pattern.compile("[\\p{Cntrl}\\p{Cs}]");
    private static final int MAX_NAME = 200;

    private final ExportUnpacker unpacker;

    UploadReader(ExportUnpacker unpacker) {
        this.unpacker = unpacker;
    }

    /**
     * The uploaded export.
     *
     * @param name file name sent by the client
     * @param export path of the export to import
     */
    record Upload(String name, Path export) {}

    /**
     * Reads the whole body.
     *
     * @throws org.springframework.web.ErrorResponseException status 422, if a part is missing, unknown or repeated
     * @throws routes.ingest.upload.UploadRefusedException if the upload cannot be imported
     * @throws IOException if the body is not multipart or cannot be read
     */
    Upload read(HttpServletRequest request, InputStream body, Path folder) throws IOException {
        var multipart = new JakartaServletFileUpload<>();
        multipart.setHeaderCharset(StandardCharsets.UTF_8);
        Upload upload = null;
        FileItemInputIterator parts = multipart.getItemIterator(new Body(request, body));
        while (parts.hasNext()) {
            FileItemInput part = parts.next();
            if (!PART.equals(part.getFieldName())) {
                throw refused(part.getFieldName(), "There is no such part here");
            }
            if (upload != null) {
                throw refused(PART, "There is more than one file");
            }
            upload = new Upload(name(part), unpacker.unpack(part.getInputStream(), folder));
        }
        if (upload == null) {
            throw refused(PART, "The part " + PART + " is missing");
        }
        return upload;
    }

    private static RuntimeException refused(String part, String why) {
        return ProblemType.INVALID_VALUE.exception(part, why, REMEDY);
    }

    private static String name(FileItemInput part) {
        try {
            return name(part.getName());
        } catch (InvalidPathException e) {
            // a name that is not a valid path is harmless here
            return name(e.getInput());
        }
    }

    /** The file name without folders, safe to store and display. */
    static String name(String fileName) {
        if (fileName == null) {
            return "upload";
        }
        String name = UNSHOWABLE
                .matcher(FOLDERS.matcher(fileName).replaceFirst(""))
                .replaceAll("")
                .strip();
        return name.isEmpty() ? "upload" : name.substring(0, Math.min(name.length(), MAX_NAME));
    }

    private record Body(HttpServletRequest request, InputStream stream) implements RequestContext {

        @Override
        public String getCharacterEncoding() {
            return StandardCharsets.UTF_8.name();
        }

        @Override
        public long getContentLength() {
            return request.getContentLengthLong();
        }

        @Override
        public String getContentType() {
            return request.getContentType();
        }

        @Override
        public InputStream getInputStream() {
            return stream;
        }

        @Override
        public boolean isMultipartRelated() {
            return false;
        }
    }
}

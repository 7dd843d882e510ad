package routes.llm.standin;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The file store of GigaChat: upload as multipart form, deletion by POST. */
final class StoredFiles {
    private static final int MAX_IMAGE_BYTES = 15 * 1_048_576;
    private static final Set<String> IMAGES = Set.of("image/jpeg", "image/jpg", "image/png", "image/tiff", "image/bmp");
    private static final Pattern BOUNDARY = Pattern.compile("multipart/form-data;.*boundary=\"?([^\";]+)\"?.*");
    private static final Pattern DELETE = Pattern.compile("/v1/files/([^/]+)/delete");

    private final Map<String, byte[]> files = new ConcurrentHashMap<>();
    private final AtomicInteger uploads = new AtomicInteger();

    /** The answer to a request about files; empty for any other request. */
    Optional<Answer> answer(Request request, GigaChatService service) {
        if (request.is("POST", "/v1/files")) {
            return Optional.of(upload(request, service));
        }
        Matcher delete = DELETE.matcher(request.path());
        if (request.method().equals("POST") && delete.matches()) {
            boolean known = files.remove(delete.group(1)) != null;
            return Optional.of(
                    known
                            ? Answer.json(
                                    200,
                                    ModelService.object()
                                            .put("id", delete.group(1))
                                            .put("deleted", true))
                            : service.failure(404, "No such file"));
        }
        return Optional.empty();
    }

    private Answer upload(Request request, GigaChatService service) {
        Matcher boundary = BOUNDARY.matcher(request.header("content-type"));
        if (!boundary.matches()) {
            return service.failure(400, "multipart/form-data is required");
        }
        byte[] content = null;
        String name = null;
        String purpose = "";
        for (String part : new String(request.bytes(), ISO_8859_1).split(Pattern.quote("--" + boundary.group(1)))) {
            int end = part.indexOf("\r\n\r\n");
            if (end < 0) {
                continue;
            }
            String head = part.substring(0, end);
            String body = part.substring(end + 4, part.length() - 2);
            if (head.contains("name=\"purpose\"")) {
                purpose = body;
            } else if (head.contains("name=\"file\"")) {
                name = value(head, "filename=\"([^\"]+)\"");
                String type = value(head, "(?i)content-type: *([^;\\s]+)");
                if (name == null || type == null || !IMAGES.contains(type)) {
                    return service.failure(400, "Unsupported file type " + type);
                }
                content = body.getBytes(ISO_8859_1);
            }
        }
        if (content == null || !purpose.equals("general")) {
            return service.failure(422, "Invalid params: file and purpose are required");
        } else if (content.length > MAX_IMAGE_BYTES) {
            return service.failure(413, "Payload too large");
        }
        String id = UUID.randomUUID().toString();
        files.put(id, content);
        uploads.incrementAndGet();
        ObjectNode file =
                ModelService.object().put("id", id).put("object", "file").put("bytes", content.length);
        file.put("created_at", 1_715_768_909)
                .put("filename", name)
                .put("purpose", purpose)
                .put("access_policy", "private");
        return Answer.json(200, file);
    }

    private static String value(String head, String pattern) {
        Matcher matcher = Pattern.compile(pattern).matcher(head);
        return matcher.find() ? matcher.group(1) : null;
    }

    boolean has(String id) {
        return files.containsKey(id);
    }

    /** How many files are stored. */
    int count() {
        return files.size();
    }

    int uploads() {
        return uploads.get();
    }
}

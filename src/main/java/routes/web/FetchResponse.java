package routes.web;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.apache.hc.core5.concurrent.FutureCallback;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.EntityDetails;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpResponse;
import org.apache.hc.core5.http.nio.AsyncResponseConsumer;
import org.apache.hc.core5.http.nio.CapacityChannel;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.util.ByteArrayBuffer;

/** Reads a response as it arrives, and aborts the call as soon as the response is unusable. */
final class FetchResponse implements AsyncResponseConsumer<FetchResponse> {
    /** Aborts a call within the response; the client closes the connection. */
    static final class EndException extends IOException {
        private static final long serialVersionUID = 1;
        private final transient FetchException reason;

        /** @param reason null if the data received so far are sufficient */
        EndException(FetchException reason) {
            super(reason == null ? "nothing more is needed" : reason.getMessage());
            this.reason = reason;
        }

        FetchException reason() {
            return reason;
        }
    }

    private static final int INITIAL_CAPACITY = 16 << 10;
    private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);
    private static final int OK = 200;
    private static final int MULTIPLE_CHOICES = 300;

    private final int maxBytes;
    private final Set<String> mediaTypes;
    private final boolean truncating;
    private final ByteArrayBuffer body = new ByteArrayBuffer(INITIAL_CAPACITY);
    private HttpResponse response;
    private FutureCallback<FetchResponse> callback;

    /**
     * @param maxBytes maximum size of the body as transferred
     * @param mediaTypes accepted media types of pages
     */
    FetchResponse(int maxBytes, Set<String> mediaTypes) {
        this(maxBytes, mediaTypes, false);
    }

    private FetchResponse(int maxBytes, Set<String> mediaTypes, boolean truncating) {
        this.maxBytes = maxBytes;
        this.mediaTypes = mediaTypes;
        this.truncating = truncating;
    }

    /** Reads the first bytes of a body of any type. */
    static FetchResponse truncating(int maxBytes) {
        return new FetchResponse(maxBytes, Set.of(), true);
    }

    boolean isAnswered() {
        return response != null;
    }

    int status() {
        return response.getCode();
    }

    /** Returns the value of the first header with that name, or null. */
    String header(String name) {
        Header header = response.getFirstHeader(name);
        return header == null ? null : header.getValue().strip();
    }

    /** Returns the media type in lower case; empty if the server declares none. */
    String mediaType() {
        ContentType type = contentType();
        return type == null || type.getMimeType() == null
                ? ""
                : type.getMimeType().toLowerCase(Locale.ROOT);
    }

    /** Returns the declared charset in its original spelling; null if the server declares none. */
    String charset() {
        ContentType type = contentType();
        return type == null ? null : type.getParameter("charset");
    }

    private ContentType contentType() {
        return ContentType.parseLenient(header("Content-Type"));
    }

    byte[] body() {
        return body.toByteArray();
    }

    boolean isRedirect() {
        return REDIRECTS.contains(status()) && header("Location") != null;
    }

    boolean isSuccess() {
        return status() >= OK && status() < MULTIPLE_CHOICES;
    }

    @Override
    public void consumeResponse(
            HttpResponse received, EntityDetails entity, HttpContext context, FutureCallback<FetchResponse> whenDone)
            throws IOException {
        response = received;
        callback = whenDone;
        if (entity == null) {
            whenDone.completed(this);
        } else if (!isSuccess()) {
            // the body of an error is only for human readers and may be endless
            throw new EndException(null);
        } else if (!truncating && !mediaTypes.contains(mediaType())) {
            throw new EndException(FetchReason.CONTENT_TYPE.exception("the page has the content type " + mediaType()));
        } else if (!truncating && entity.getContentLength() > maxBytes) {
            throw tooLarge();
        }
    }

    @Override
    public void informationResponse(HttpResponse received, HttpContext context) {
        // the final response follows
    }

    @Override
    public void updateCapacity(CapacityChannel channel) throws IOException {
        channel.update(Integer.MAX_VALUE);
    }

    @Override
    public void consume(ByteBuffer data) throws IOException {
        int length = Math.min(data.remaining(), maxBytes - body.length());
        byte[] bytes = new byte[length];
        data.get(bytes);
        body.append(bytes, 0, length);
        if (data.hasRemaining()) {
            throw truncating ? new EndException(null) : tooLarge();
        }
    }

    private EndException tooLarge() {
        return new EndException(FetchReason.TOO_LARGE.exception("the page has more than " + maxBytes + " bytes"));
    }

    @Override
    public void streamEnd(List<? extends Header> trailers) {
        callback.completed(this);
    }

    @Override
    public void failed(Exception cause) {
        // the future of the call receives the failure
    }

    @Override
    public void releaseResources() {
        // the body may still be needed
    }
}

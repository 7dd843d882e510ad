package routes.routefiles;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import org.apache.camel.support.ResourceSupport;

/** The resolved text of a route file for Camel's loader, under the name by which an integrator knows the file. */
public final class RouteResource extends ResourceSupport {

    private final byte[] content;

    public RouteResource(RouteFile file) {
        super("mem", location(file));
        content = file.text().getBytes(StandardCharsets.UTF_8);
    }

    // Camel treats everything after the first dot of a name as its type
    private static String location(RouteFile file) {
        String id = file.routeId();
        return file.location().replace(id + RouteFileName.SUFFIX, id.replace('.', '-') + RouteFileName.SUFFIX);
    }

    @Override
    public boolean exists() {
        return true;
    }

    /** None: the text may have been read from inside a jar, and is not read again. */
    @Override
    public URI getURI() {
        return null;
    }

    @Override
    public InputStream getInputStream() {
        return new ByteArrayInputStream(content);
    }
}

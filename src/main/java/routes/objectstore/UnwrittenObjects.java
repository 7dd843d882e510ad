package routes.objectstore;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.function.Consumer;

/** An object store for trials: reads as usual, and accepts writes without performing them. */
public final class UnwrittenObjects implements ObjectStore {
    private final ObjectStore objects;
    private final Consumer<String> left;

    /** @param left receives a line for each skipped write */
    public UnwrittenObjects(ObjectStore objects, Consumer<String> left) {
        this.objects = objects;
        this.left = left;
    }

    @Override
    public String bucket() {
        return objects.bucket();
    }

    @Override
    public void put(String key, String contentType, long sizeBytes, InputStream content) {
        left.accept("object not stored: " + key + ", " + sizeBytes + " bytes");
    }

    @Override
    public Optional<InputStream> get(String key) throws IOException {
        return objects.get(key);
    }

    @Override
    public boolean exists(String key) throws IOException {
        return objects.exists(key);
    }

    @Override
    public void delete(String key) {
        left.accept("object not deleted: " + key);
    }

    @Override
    public void each(String prefix, Consumer<Stored> work) throws IOException {
        objects.each(prefix, work);
    }

    @Override
    public void check() throws IOException {
        objects.check();
    }
}

package routes.vectorindex.lucene;

import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.Set;

/** Posts that are being written: comparing revisions and writing must not be interleaved for one post. */
final class BusyPosts {
    private final Set<String> busy = new HashSet<>();

    /** Waits until nobody writes any of the posts and takes them all: all or none, so that two batches cannot deadlock. */
    synchronized void take(Collection<String> keys) throws InterruptedException {
        while (!Collections.disjoint(busy, keys)) {
            wait();
        }
        busy.addAll(keys);
    }

    synchronized void release(Collection<String> keys) {
        busy.removeAll(keys);
        notifyAll();
    }
}

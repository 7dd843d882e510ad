package routes.vectorindex.lucene;

import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.Set;

/** Posts that are being written: for one post, comparing revisions and writing must not interleave. */
final class BusyPosts {
    private final Set<String> busy = new HashSet<>();

    /** Waits until none of the posts is being written, then claims them: all or none, so that two batches cannot deadlock. */
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

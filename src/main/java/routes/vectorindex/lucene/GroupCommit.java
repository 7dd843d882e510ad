package routes.vectorindex.lucene;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * One thread that makes writes durable for everybody: whoever has written registers and waits; all who registered before a
 * commit began share it. Waiting costs no more than two commits.
 */
final class GroupCommit implements AutoCloseable {

    /** Makes everything written so far durable and visible. */
    interface Commit {
        void run() throws IOException;
    }

    private final Commit commit;
    private final Thread thread;
    private List<CompletableFuture<Void>> waiting = new ArrayList<>();
    private boolean closed;

    GroupCommit(String name, Commit commit) {
        this.commit = commit;
        this.thread = new Thread(this::run, name);
        thread.setDaemon(true);
        thread.start();
    }

    /** Completes when what the caller has written before is durable, or with the commit's failure. */
    synchronized CompletableFuture<Void> register() {
        if (closed) {
            return CompletableFuture.failedFuture(new IOException("the index is closed"));
        }
        CompletableFuture<Void> ticket = new CompletableFuture<>();
        waiting.add(ticket);
        notifyAll();
        return ticket;
    }

    private void run() {
        for (List<CompletableFuture<Void>> tickets = next(); !tickets.isEmpty(); tickets = next()) {
            Throwable failure = null;
            try {
                commit.run();
            } catch (IOException | RuntimeException | Error e) {
                failure = e; // every writer of this commit gets it
            }
            complete(tickets, failure);
        }
    }

    /** Fails everybody who waits for the next commit. */
    void failWaiting(Throwable cause) {
        complete(takeWaiting(), cause);
    }

    private static void complete(List<CompletableFuture<Void>> tickets, Throwable failure) {
        for (CompletableFuture<Void> ticket : tickets) {
            if (failure == null) {
                ticket.complete(null);
            } else {
                ticket.completeExceptionally(failure);
            }
        }
    }

    private synchronized List<CompletableFuture<Void>> takeWaiting() {
        List<CompletableFuture<Void>> tickets = waiting;
        waiting = new ArrayList<>();
        return tickets;
    }

    /** The writers of the next commit; empty when closed and nobody waits. */
    private synchronized List<CompletableFuture<Void>> next() {
        while (waiting.isEmpty() && !closed) {
            try {
                wait();
            } catch (InterruptedException e) {
                closed = true; // nobody but a shutting down JVM interrupts this thread
            }
        }
        return takeWaiting();
    }

    /** Lets the writers that wait have their commit and ends the thread. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            notifyAll();
        }
        try {
            thread.join(60_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

package routes.answers;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import routes.answers.AnswerTask.Draft;

/**
 * Queue of sentences between the thread that reads what a model writes and the thread that checks them. A further call of a model discards
 * the sentences that are not shown yet. Once a sentence is shown, no further call is made.
 */
final class Drafting {
    private List<Draft> waiting = new ArrayList<>();
    private int taken;
    private int attempt;
    private String provider;
    private String model;
    private boolean isUsed;
    private boolean isOver;

    /** Sentences of one call of a model; none if no more will come. */
    record Some(List<Draft> drafts, int attempt, String provider) {}

    /**
     * A call of a model.
     *
     * @param attempt its number, from 1; 0 if there was none
     * @param isUsed whether a sentence of it is shown
     */
    record Call(int attempt, String provider, String model, boolean isUsed) {}

    /** @return false if sentences of an earlier call are shown */
    synchronized boolean begins(String nextProvider, String nextModel) {
        if (isUsed) {
            return false;
        }
        attempt++;
        provider = nextProvider;
        model = nextModel;
        waiting = new ArrayList<>();
        taken = 0;
        return true;
    }

    /** @param drafts all complete ones of the current call, in order */
    synchronized void written(List<Draft> drafts) {
        if (drafts.size() > taken) {
            waiting.addAll(drafts.subList(taken, drafts.size()));
            taken = drafts.size();
            notifyAll();
        }
    }

    /** No more sentences follow. */
    synchronized void ends() {
        isOver = true;
        notifyAll();
    }

    /**
     * Waits for sentences.
     *
     * @return without sentences after the time, or if no more follow
     */
    synchronized Some next(long nanos) throws InterruptedException {
        long end = System.nanoTime() + nanos;
        while (waiting.isEmpty() && !isOver && end - System.nanoTime() > 0) {
            TimeUnit.NANOSECONDS.timedWait(this, end - System.nanoTime());
        }
        Some some = new Some(waiting, attempt, provider);
        waiting = new ArrayList<>();
        return some;
    }

    /** Marks a call as used, before a sentence of it is shown. Returns false if another call has begun. */
    synchronized boolean use(int ofAttempt) {
        isUsed |= ofAttempt == attempt;
        return ofAttempt == attempt;
    }

    /** The last call. */
    synchronized Call call() {
        return new Call(attempt, provider, model, isUsed);
    }
}

package routes.answers;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import routes.answers.AnswerTask.Draft;

/**
 * Queue of sentences between the thread that reads a model's output and the thread that checks it. A new model call discards the
 * sentences that have not been shown. After a sentence has been shown, no further call is made.
 */
final class Drafting {
    private List<Draft> waiting = new ArrayList<>();
    private int taken;
    private int attempt;
    private String provider;
    private String model;
    private boolean isUsed;
    private boolean isOver;

    /** Sentences of one model call; empty if no more sentences follow. */
    record Some(List<Draft> drafts, int attempt, String provider) {}

    /**
     * A model call.
     *
     * @param attempt number of the call, from 1; 0 if there was none
     * @param isUsed whether one of its sentences has been shown
     */
    record Call(int attempt, String provider, String model, boolean isUsed) {}

    /** @return false if sentences of an earlier call have been shown */
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

    /** @param drafts all complete sentences of the current call, in order */
    synchronized void written(List<Draft> drafts) {
        if (drafts.size() > taken) {
            waiting.addAll(drafts.subList(taken, drafts.size()));
            taken = drafts.size();
            notifyAll();
        }
    }

    /** Marks the end of the sentences. */
    synchronized void ends() {
        isOver = true;
        notifyAll();
    }

    /**
     * Waits for sentences.
     *
     * @return empty after a timeout, or if no more sentences follow
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

    /** Marks a call as used, before one of its sentences is shown. Returns false if another call has begun. */
    synchronized boolean use(int ofAttempt) {
        isUsed |= ofAttempt == attempt;
        return ofAttempt == attempt;
    }

    /** Returns the last call. */
    synchronized Call call() {
        return new Call(attempt, provider, model, isUsed);
    }
}

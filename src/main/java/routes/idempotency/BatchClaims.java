package routes.idempotency;

import java.util.Collections;
import java.util.List;
import org.apache.camel.Exchange;

/** Claims keys for the events of a batch from a stream, and confirms those whose work is complete. */
public interface BatchClaims {

    /** For trials: every key can be claimed, and no key becomes done. */
    BatchClaims REHEARSAL = new BatchClaims() {
        @Override
        public List<Answer> addAll(Exchange exchange, List<Claim> claims) {
            return Collections.nCopies(claims.size(), Answer.TAKEN);
        }

        @Override
        public void confirmAll(Exchange exchange, List<Claim> claims) {
            // nothing was claimed
        }
    };

    /**
     * A key claimed for an event of a batch.
     *
     * @param event index of the event in the batch
     * @param force claims the key even if it is done
     */
    record Claim(int event, String key, boolean force) {}

    /** The result of a claim. */
    enum Answer {
        TAKEN,
        DONE,
        /** Another consumer is processing it. */
        HELD
    }

    /**
     * Claims keys in one call. A confirmed key becomes done when its entry is completed.
     *
     * @return an answer for each claim
     * @throws io.lettuce.core.RedisException if Redis is unavailable
     */
    List<Answer> addAll(Exchange exchange, List<Claim> claims);

    /** Confirms claimed keys: each becomes done when the entry of its event is completed. */
    void confirmAll(Exchange exchange, List<Claim> claims);
}

package routes.operations;

import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.util.backoff.BackOffExecution;
import org.springframework.util.backoff.ExponentialBackOff;

/** Waits at start for an unavailable service; logs each reason once. */
final class ServiceWait {
    private static final Logger LOG = LoggerFactory.getLogger(ServiceWait.class);
    private static final Duration FIRST = Duration.ofSeconds(1);
    private static final Duration LONGEST = Duration.ofSeconds(10);

    /** Throws while the service is unreachable. */
    interface Probe {
        void run() throws Exception;
    }

    private ServiceWait() {}

    /**
     * @param service name and address, for the message
     * @param remedy  what to do
     * @throws InterruptedException if the process is stopped
     */
    static void until(String service, String remedy, Probe probe) throws InterruptedException {
        BackOffExecution pauses = new ExponentialBackOff(FIRST.toMillis(), 1.5).start();
        String said = null;
        while (true) {
            try {
                probe.run();
                if (said != null) {
                    LOG.info("{} can be reached again", service);
                }
                return;
            } catch (InterruptedException e) {
                throw e;
            } catch (Exception e) {
                String reason = rootMessage(e);
                if (!reason.equals(said)) {
                    LOG.warn("{} cannot be reached ({}): {}; trying again until it answers", service, reason, remedy);
                    said = reason;
                }
            }
            Thread.sleep(Math.min(pauses.nextBackOff(), LONGEST.toMillis()));
        }
    }

    private static String rootMessage(Throwable e) {
        Throwable root = e;
        while (root.getCause() != null && root.getCause() != root) {
            root = root.getCause();
        }
        return String.valueOf(root.getMessage()).lines().findFirst().orElse(root.toString());
    }
}

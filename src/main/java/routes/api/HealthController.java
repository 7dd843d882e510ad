package routes.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.springframework.boot.actuate.health.CompositeHealth;
import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.HealthComponent;
import org.springframework.boot.actuate.health.HealthEndpoint;
import org.springframework.boot.actuate.health.HealthEndpointGroups;
import org.springframework.boot.actuate.health.Status;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.util.StringUtils;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import routes.schedule.ScheduleHealth;

/**
 * Health on the API port. It needs no key, so it returns the status of every part and stage, but no details except the number of stuck
 * posts or entries. The management port returns all details.
 */
@RestController
record HealthController(HealthEndpoint health, HealthEndpointGroups groups) {

    private static final Status DEGRADED = new Status("DEGRADED");

    HealthController {
        Objects.requireNonNull(
                groups.get("ready"), "management.endpoint.health.group.ready is missing in application.yml");
    }

    /**
     * @param status UP, DEGRADED, DOWN, OUT_OF_SERVICE or UNKNOWN
     * @param reason the problem and its count, if known; may contain names of streams, but no addresses or data
     * @param components the parts of a composite; absent for others
     * @param lastRunAt end of a job's last run; null if it has not run
     * @param nextRunAt next run of a job; null if none is planned
     */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    record HealthReport(
            String status, String reason, Map<String, HealthReport> components, Instant lastRunAt, Instant nextRunAt) {
        HealthReport(String status, String reason, Map<String, HealthReport> components) {
            this(status, reason, components, null, null);
        }

        static HealthReport of(HealthComponent component, Status status) {
            var parts = new TreeMap<String, HealthReport>();
            if (component instanceof CompositeHealth composite && composite.getComponents() != null) {
                composite
                        .getComponents()
                        .forEach((name, part) -> parts.put(name.equals("db") ? "database" : name, part(name, part)));
            }
            return new HealthReport(status.getCode(), null, parts);
        }

        private static HealthReport part(String name, HealthComponent part) {
            String status = part.getStatus().getCode();
            if (name.equals("stages")) {
                var stages = new TreeMap<String, HealthReport>();
                ((Health) part).getDetails().forEach((stage, text) -> stages.put(stage, stage(text.toString())));
                return new HealthReport(status, null, stages);
            }
            if (name.equals("schedule")
                    && part instanceof Health health
                    && health.getDetails().get(ScheduleHealth.JOBS) instanceof Map<?, ?> runs) {
                var jobs = new TreeMap<String, HealthReport>();
                runs.forEach((job, run) -> jobs.put(job.toString(), job((ScheduleHealth.Run) run)));
                return new HealthReport(status, null, jobs);
            }
            // the problems of these two contain only counts
            if (Set.of("pipeline", "index").contains(name)
                    && part instanceof Health health
                    && health.getDetails().get("problems") instanceof List<?> problems) {
                return new HealthReport(status, StringUtils.collectionToDelimitedString(problems, "; "), null);
            }
            return of(part, part.getStatus());
        }

        /** Omits the error of a job, which may contain addresses. */
        private static HealthReport job(ScheduleHealth.Run run) {
            String status = run.isFailing() ? "DEGRADED" : run.lastOutcome() == null ? "UNKNOWN" : "UP";
            return new HealthReport(status, null, null, run.lastRunAt(), run.nextRunAt());
        }

        private static HealthReport stage(String text) {
            return text.startsWith("DEGRADED: ")
                    ? new HealthReport("DEGRADED", text.substring("DEGRADED: ".length()), null)
                    : new HealthReport(
                            text.startsWith("UP") ? "UP" : text.startsWith("PAUSED") ? "PAUSED" : "DOWN", null, null);
        }
    }

    /** DOWN only if a part that readiness requires is down. Any other part that is not up results in DEGRADED. */
    @GetMapping("/health")
    ResponseEntity<HealthReport> all() {
        var all = (CompositeHealth) health.health();
        boolean isReady = all.getComponents().entrySet().stream()
                .noneMatch(part -> groups.get("ready").isMember(part.getKey())
                        && isDown(part.getValue().getStatus()));
        boolean isUp = all.getStatus().equals(Status.UP);
        return answer(all, isUp ? Status.UP : isReady ? DEGRADED : Status.DOWN);
    }

    @GetMapping("/health/live")
    ResponseEntity<HealthReport> live() {
        return answer(health.healthForPath("live"));
    }

    @GetMapping("/health/ready")
    ResponseEntity<HealthReport> ready() {
        return answer(health.healthForPath("ready"));
    }

    private static ResponseEntity<HealthReport> answer(HealthComponent component) {
        return answer(component, component.getStatus());
    }

    private static ResponseEntity<HealthReport> answer(HealthComponent component, Status status) {
        return ResponseEntity.status(isDown(status) ? HttpStatus.SERVICE_UNAVAILABLE : HttpStatus.OK)
                .body(HealthReport.of(component, status));
    }

    private static boolean isDown(Status status) {
        return status.equals(Status.DOWN) || status.equals(Status.OUT_OF_SERVICE);
    }
}

package routes.routefiles;

import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import routes.events.OwnStreams;
import routes.routefiles.RouteFiles.RouteSet;

/**
 * The route files that a process runs, and their edits. An edit is validated together with all other files; then the changed routes are
 * replaced. If a file is invalid, its last valid version or the built-in version keeps running until the file is corrected; other edits
 * made at the same time are loaded. Edits are processed one at a time.
 */
public final class LiveRoutes {
    private static final Logger LOG = LoggerFactory.getLogger(LiveRoutes.class);

    private final CamelContext camel;
    private final RouteFiles files;
    private final PipelineStages stages;
    private final RouteFileValidator validator;
    private final Surroundings surroundings;
    private final RouteSwap swap;
    private final Clock clock;
    private final ReentrantLock lock = new ReentrantLock();

    private final Map<String, Unstartable> unstartable = new TreeMap<>();

    /** The folder as of the last processed edit, and as of the last detected change. */
    private OwnFiles read;

    private OwnFiles unsettled;

    /** The folder contents that are currently running. */
    private OwnFiles good;

    private RoutePlan plan = RoutePlan.EMPTY;
    private volatile Set<String> exchanging = Set.of();
    private volatile State state;

    /** Parts of the process that are affected by an edit. */
    public interface Surroundings {

        /** Registers these streams and groups and creates them before routes use them. */
        void streams(OwnStreams own);

        /** @throws RuntimeException if the process cannot work with the currently loaded routes */
        void check();

        /** Counts an attempt to load an edit. */
        void count(Outcome outcome);
    }

    /** How an attempt to load edits ended. */
    public enum Outcome {
        /** all edits were loaded */
        LOADED,
        /** the edit of at least one file is invalid; all other edits were loaded */
        REFUSED,
        /** Camel did not start the routes of an edit; the previous routes run again */
        RESTORED,
        /** routes are missing until the process is restarted */
        FAILED;

        /** Returns the name in metrics and in the API. */
        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * An edit that is not loaded.
     *
     * @param file location as shown to integrators
     * @param problems why it is not loaded
     * @param running the version that runs instead
     * @param since time when it was refused
     */
    public record FailedEdit(String file, List<RouteProblem> problems, String running, Instant since) {}

    /**
     * The loaded state.
     *
     * @param files of the routes, by route id
     * @param loadedAt time when the last edit was loaded, or when the process started
     * @param failed the edits that are not loaded
     * @param broken why routes are missing; empty if none are missing
     */
    public record State(
            Map<String, RouteFile> files, Instant loadedAt, List<FailedEdit> failed, Optional<String> broken) {

        /** Returns the problems that operators must fix; empty if every file is loaded as it is. */
        public List<String> problems() {
            Stream<String> edits = failed.stream()
                    .flatMap(edit -> edit.problems().stream().map(problem -> problem + "; " + edit.running()));
            return Stream.concat(broken.stream(), edits).toList();
        }
    }

    public record Reload(Outcome outcome, RouteChanges changes) {}

    /** An edit that is valid, but whose routes did not start. It is retried only after another edit or on request. */
    private record Unstartable(String text, List<RouteProblem> problems) {}

    /** @param drain maximum time to wait for the exchanges in flight of routes that are replaced */
    public LiveRoutes(
            CamelContext camel,
            RouteFiles files,
            PipelineStages stages,
            RouteFileValidator validator,
            Surroundings surroundings,
            Duration drain,
            Clock clock) {
        this.camel = camel;
        this.files = files;
        this.stages = stages;
        this.validator = validator;
        this.surroundings = surroundings;
        this.swap = new RouteSwap(camel, drain);
        this.clock = clock;
        this.read = files.own();
        this.good = read;
        this.state = new State(Map.of(), clock.instant(), List.of(), Optional.empty());
    }

    /**
     * Adds the routes of all files to the context, stopped; see {@link RouteLoader#load}.
     *
     * @throws RouteLoadException with all problems of all files
     */
    public void load() {
        lock.lock();
        try {
            RouteSet set = files.resolve(read, stages);
            RouteFileValidator checks = validator.with(validator.streams(files, read));
            plan = RoutePlan.of(RouteLoader.load(camel, checks, set));
            state = new State(byRoute(), clock.instant(), List.of(), Optional.empty());
        } finally {
            lock.unlock();
        }
    }

    private Map<String, RouteFile> byRoute() {
        return plan.routes().collect(Collectors.toMap(RoutePlan.Part::id, RoutePlan.Part::file));
    }

    /** Returns which files are loaded, and which edits are not. */
    public State state() {
        return state;
    }

    /** Returns whether the route is currently being replaced by another version. */
    public boolean isExchanging(String route) {
        return exchanging.contains(route);
    }

    /**
     * Loads edits once two consecutive calls have found the same folder contents, so that a partially written file is not loaded. Call it
     * several times per second.
     *
     * @return empty if there was nothing to do
     * @throws UncheckedIOException if the folder cannot be read
     * @throws InterruptedException if the process stops
     */
    public Optional<Reload> poll() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            OwnFiles now = files.own();
            if (now.equals(read)) {
                unsettled = null;
                return Optional.empty();
            }
            if (!now.equals(unsettled)) {
                unsettled = now;
                return Optional.empty();
            }
            return Optional.of(take(now));
        } finally {
            lock.unlock();
        }
    }

    /**
     * Loads edits now, including edits that were refused before.
     *
     * @param patience maximum time to wait for the end of another reload
     * @return empty if another reload took longer
     * @throws UncheckedIOException if the folder cannot be read
     * @throws InterruptedException if the process stops
     */
    public Optional<Reload> reload(Duration patience) throws InterruptedException {
        if (!lock.tryLock(patience.toMillis(), TimeUnit.MILLISECONDS)) {
            return Optional.empty();
        }
        try {
            unstartable.clear();
            return Optional.of(take(files.own()));
        } finally {
            lock.unlock();
        }
    }

    private Reload take(OwnFiles now) throws InterruptedException {
        read = now;
        unsettled = null;
        long began = System.nanoTime();
        Reload result = new Attempt(now).run();
        surroundings.count(result.outcome());
        RouteChanges changes = result.changes();
        if (!changes.isEmpty()) {
            LOG.info("Route files: {}; {} ms", changes, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began));
        }
        return result;
    }

    private static boolean isSameFile(String path, String other) {
        return RouteFile.isName(path)
                && RouteFile.isName(other)
                && RouteFile.routeId(path).equals(RouteFile.routeId(other));
    }

    /** Loads as many edits of the folder as possible: invalid edits are left out until the rest is valid and runs. */
    private final class Attempt {
        private final OwnFiles now;
        private final TreeMap<String, String> texts;
        private final Map<String, FailedEdit> failed = new LinkedHashMap<>();
        private Outcome outcome = Outcome.LOADED;
        private RouteChanges changes = RouteChanges.NONE;
        private Optional<String> broken = Optional.empty();

        Attempt(OwnFiles now) {
            this.now = now;
            this.texts = new TreeMap<>(now.texts());
        }

        Reload run() throws InterruptedException {
            now.refused().forEach((path, reason) -> refuse(path, List.of(whole(now.location(path), reason))));
            unstartable.keySet().removeIf(path -> !unstartable.get(path).text().equals(texts.get(path)));
            unstartable.forEach((path, edit) -> refuse(path, edit.problems()));
            boolean done = false;
            while (!done && !(edited().isEmpty() && state.broken().isEmpty())) {
                OwnFiles candidate = now.with(texts);
                RouteSet set = files.resolve(candidate, stages);
                OwnStreams streams = validator.streams(files, candidate);
                RouteFileValidator checks = validator.with(streams);
                RouteFileValidator.Checked checked = checks.check(set);
                done = checked.problems().isEmpty()
                        ? swap(candidate, streams, RoutePlan.of(checked.model()))
                        : !leaveOut(checked.problems());
            }
            report();
            state = new State(
                    byRoute(),
                    changes.isEmpty() ? state.loadedAt() : clock.instant(),
                    List.copyOf(failed.values()),
                    broken);
            return new Reload(outcome, changes);
        }

        private RouteProblem whole(String file, String message) {
            return new RouteProblem(file, 0, 0, message);
        }

        /** @return whether these texts are final: they run, or no further attempt is possible */
        private boolean swap(OwnFiles candidate, OwnStreams streams, RoutePlan next) throws InterruptedException {
            try {
                surroundings.streams(streams);
                exchanging = plan.without(next).stream().map(RoutePlan.Part::id).collect(Collectors.toSet());
                changes = swap.swap(plan, next, surroundings::check);
                plan = next;
                good = candidate;
                return true;
            } catch (RouteLoadException e) {
                surroundings.streams(validator.streams(files, good));
                outcome = Outcome.RESTORED;
                String file = e.file() == null ? now.folder().toString() : e.file();
                List<RouteProblem> problems = List.of(whole(file, e.getMessage()));
                Set<String> edited = edited();
                edited.retainAll(texts.keySet());
                boolean known =
                        edited.stream().anyMatch(path -> now.location(path).equals(file));
                edited.stream()
                        .filter(path -> !known || now.location(path).equals(file))
                        .forEach(path -> unstartable.put(path, new Unstartable(texts.get(path), problems)));
                return !leaveOut(problems);
            } catch (RouteRestoreException e) {
                LOG.error("{}", e.getMessage(), e);
                outcome = Outcome.FAILED;
                broken = Optional.of(e.getMessage());
                plan = plan.only(camel);
                return true;
            } finally {
                exchanging = Set.of();
            }
        }

        private Set<String> edited() {
            Set<String> paths = new TreeSet<>(texts.keySet());
            paths.addAll(good.texts().keySet());
            paths.removeIf(path -> Objects.equals(texts.get(path), good.texts().get(path)));
            return paths;
        }

        /**
         * Leaves out the edits that have problems. If no edited file has problems (for example, the problem is in a file that uses an
         * edited template), leaves out all edits.
         *
         * @return false if no edit is left
         */
        private boolean leaveOut(List<RouteProblem> problems) {
            if (outcome == Outcome.LOADED) {
                outcome = Outcome.REFUSED;
            }
            Set<String> edited = edited();
            boolean own = edited.stream().anyMatch(path -> !in(path, problems).isEmpty());
            edited.forEach(path -> {
                List<RouteProblem> wrong = own ? in(path, problems) : problems;
                if (!wrong.isEmpty()) {
                    refuse(path, wrong);
                }
            });
            if (edited.isEmpty()) {
                // nothing was edited: the unedited files are invalid
                problems.forEach(problem -> LOG.error("{}", problem));
            }
            return !edited.isEmpty();
        }

        private List<RouteProblem> in(String path, List<RouteProblem> problems) {
            return problems.stream()
                    .filter(problem -> problem.file().equals(now.location(path)))
                    .toList();
        }

        /** Keeps the last valid text running: that of the file, or of the file that it was renamed from. */
        private void refuse(String path, List<RouteProblem> problems) {
            if (outcome == Outcome.LOADED) {
                outcome = Outcome.REFUSED;
            }
            boolean deleted = !now.texts().containsKey(path) && !now.refused().containsKey(path);
            texts.remove(path);
            Optional<String> last = good.texts().keySet().stream()
                    .filter(other -> other.equals(path) || isSameFile(other, path))
                    .findFirst();
            last.ifPresent(other -> texts.put(other, good.texts().get(other)));
            String location = now.location(path);
            String running = (deleted ? "the file was deleted; " : "")
                    + (last.isPresent() ? "its last valid version runs" : builtIn(path));
            Instant since = state.failed().stream()
                    .filter(edit ->
                            edit.file().equals(location) && edit.problems().equals(problems))
                    .findFirst()
                    .map(FailedEdit::since)
                    .orElseGet(clock::instant);
            failed.put(path, new FailedEdit(location, problems, running, since));
        }

        private String builtIn(String path) {
            return RouteFile.isName(path) && files.isBuiltIn(RouteFile.routeId(path))
                    ? "the built-in version runs"
                    : "none of its routes run";
        }

        /** Logs one line for each new problem. */
        private void report() {
            failed.values().stream()
                    .filter(edit -> !state.failed().contains(edit))
                    .forEach(edit -> edit.problems().forEach(problem -> LOG.warn("{}; {}", problem, edit.running())));
        }
    }
}

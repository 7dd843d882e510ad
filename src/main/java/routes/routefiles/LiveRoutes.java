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
 * The route files that a process runs, and their edits. An edit is checked together with all other files; then the routes that it
 * changes are exchanged. A file that is wrong keeps its last good text, or its built-in text, in the process, until it is mended; other
 * files that were edited at the same time are taken. One edit is worked on at a time.
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

    /** The folder when it was last worked on, and as it was found changed since. */
    private OwnFiles read;

    private OwnFiles unsettled;

    /** What runs of it. */
    private OwnFiles good;

    private RoutePlan plan = RoutePlan.EMPTY;
    private volatile Set<String> exchanging = Set.of();
    private volatile State state;

    /** What else has to know of an edit. */
    public interface Surroundings {

        /** Makes these streams and groups known, and creates them, before routes use them. */
        void streams(OwnStreams own);

        /** @throws RuntimeException if the process cannot work with the routes that are loaded by now */
        void check();

        /** Counts an attempt to load an edit. */
        void count(Outcome outcome);
    }

    /** How an attempt to load edits ended. */
    public enum Outcome {
        /** every edit is taken */
        LOADED,
        /** the edit of at least one file is wrong; all others are taken */
        REFUSED,
        /** Camel did not start the routes of an edit; the routes before it run again */
        RESTORED,
        /** routes are missing until the process is started again */
        FAILED;

        /** As in metrics and in the API. */
        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * An edit that is not loaded.
     *
     * @param file as an integrator knows it
     * @param problems why
     * @param running what runs in its place
     * @param since when it was refused
     */
    public record FailedEdit(String file, List<RouteProblem> problems, String running, Instant since) {}

    /**
     * What is loaded.
     *
     * @param files of the routes, by route id
     * @param loadedAt when the last edit was loaded, or the process started
     * @param failed the edits that are not loaded
     * @param broken why routes are missing; empty if none are
     */
    public record State(
            Map<String, RouteFile> files, Instant loadedAt, List<FailedEdit> failed, Optional<String> broken) {

        /** What operators must mend; empty if every file is loaded as it is. */
        public List<String> problems() {
            Stream<String> edits = failed.stream()
                    .flatMap(edit -> edit.problems().stream().map(problem -> problem + "; " + edit.running()));
            return Stream.concat(broken.stream(), edits).toList();
        }
    }

    /** The end of a reload. */
    public record Reload(Outcome outcome, RouteChanges changes) {}

    /** An edit that is valid, but whose routes did not start; it is not tried again before it is edited, or on request. */
    private record Unstartable(String text, List<RouteProblem> problems) {}

    /** @param drain how long to wait for the exchanges in flight of routes that are replaced */
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
     * Adds the routes of all files to the context, stopped. {@link RouteLoader#load} says more.
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

    /** What is loaded, and what is not. */
    public State state() {
        return state;
    }

    /** Whether another version of this route replaces it now. */
    public boolean isExchanging(String route) {
        return exchanging.contains(route);
    }

    /**
     * Takes edits once the folder has been the same in two calls in a row, so that a file that is being written is not read. To be called
     * a few times in a second.
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
     * Takes the edits now, including those that were refused before.
     *
     * @param patience how long to wait for the end of another reload
     * @return empty if another reload lasted longer
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

    /** Takes as many edits of the folder as possible: those that are wrong are left out, until the rest is valid and runs. */
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

        /** @return whether these texts are final: they run, or nothing can be done */
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
         * Leaves out the edits that have problems; if none of them is in an edited file, such as in one that uses a template, all edits.
         *
         * @return false if there is none left
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
                // nothing was edited; the program itself would not accept its files now
                problems.forEach(problem -> LOG.error("{}", problem));
            }
            return !edited.isEmpty();
        }

        private List<RouteProblem> in(String path, List<RouteProblem> problems) {
            return problems.stream()
                    .filter(problem -> problem.file().equals(now.location(path)))
                    .toList();
        }

        /** Has the last good text run instead: of the file, or of the one that it was renamed from. */
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

        /** One line for each problem that was not there before. */
        private void report() {
            failed.values().stream()
                    .filter(edit -> !state.failed().contains(edit))
                    .forEach(edit -> edit.problems().forEach(problem -> LOG.warn("{}; {}", problem, edit.running())));
        }
    }
}

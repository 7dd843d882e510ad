package routes.operations;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.springframework.util.CollectionUtils;
import org.springframework.util.LinkedMultiValueMap;
import org.springframework.util.MultiValueMap;
import routes.configuration.ConfigurationException;

/**
 * The options of the command line.
 *
 * @param demo         import the demo channel
 * @param imports      exports to import: {@code result.json} or its folder
 * @param reindex      rebuild the vector index and the graph from the database
 * @param exitWhenIdle exit when everything is processed
 * @param validate     folder of route files to check, instead of starting
 * @param trial        a post and a stage whose work on it is shown, instead of running the pipeline
 * @param replay       what to publish again, instead of running the pipeline unless {@code exitWhenIdle}
 * @param routeFile    the route file to try, if the stage to try is {@link #ROUTE}
 * @param allowCalls   whether a trial of a route file may have effects that cannot be undone
 * @param backup       file to write a back-up to, instead of starting
 * @param restore      back-up to restore, instead of starting
 * @param makeKey      the API key to generate, instead of starting
 * @param fetchTdlib    download TDLib, instead of starting
 * @param telegramLogin name of the Telegram account to sign in, instead of starting
 * @param telegramLogout name of the Telegram account to sign out, instead of starting
 * @param help         show the usage, instead of starting
 * @param version      show the version, instead of starting
 * @param properties   settings in the Spring form {@code --name.of.property=value}
 */
public record RunOptions(
        boolean demo,
        List<Path> imports,
        boolean reindex,
        boolean exitWhenIdle,
        Optional<Path> validate,
        Optional<Trial> trial,
        Optional<ReplayRequest> replay,
        Optional<Path> routeFile,
        boolean allowCalls,
        Optional<Path> backup,
        Optional<Path> restore,
        Optional<KeyRequest> makeKey,
        boolean fetchTdlib,
        Optional<String> telegramLogin,
        Optional<String> telegramLogout,
        boolean help,
        boolean version,
        List<String> properties) {

    /**
     * A stage to try.
     *
     * @param stage tagging, vision, crawl, or {@link #ROUTE}
     * @param post  id or number; for a route file also an entry, as {@code <stream>/<id>}
     */
    public record Trial(String stage, String post) {

        /** The stages of which the routes are loaded that others call. */
        public String routes() {
            return stage.equals(ROUTE) ? "tagging" : stage;
        }
    }

    /**
     * What to publish again: dead letters of a stream, or a range of its entries.
     *
     * @param what     as given: {@code <stream>}, {@code <stream>/<id>}, {@code <stream>/cause:<id>} or {@code <stream>/<from>..<to>}
     * @param group    the only group to process a range; empty for every group
     * @param isSure   whether to do it; otherwise it is only counted
     * @param expected how many there must be
     */
    public record ReplayRequest(String what, String group, boolean isSure, Optional<Integer> expected) {}

    /**
     * The API key to generate.
     *
     * @param name   the holder
     * @param tenant id or name of the tenant whose data the key gives access to
     * @param role   reader, operator or admin
     */
    public record KeyRequest(String name, String tenant, String role) {}

    /** The stage of a trial of a route file. */
    public static final String ROUTE = "route";

    public static final String USAGE =
            """
            java -jar telegram-assistant.jar [options]
              --demo              import the demo channel that ships with the program
              --import=<path>     import a Telegram Desktop export: its result.json or the folder of it; may be repeated
              --reindex           build the vector index and the graph again from the database, beside the index that is searched
                                  until that is done. An interrupted rebuild goes on at the next start, without this option
              --exit-when-idle    process until nothing is left to do, print the summary and end: 0, or 1 when this run had an
                                  import error, a post that failed or a dead letter
              --validate=<folder> check the route files of a folder and end: 0, or 1 with a line for each problem
              --try=tagging --post=<id>
                                  tag a post by its id or number without storing anything, and show the prompt, the raw answers,
                                  what was accepted and what was rejected and why: 0, or 1 when there are no tags. With the embedded
                                  services the program must not run meanwhile; in a running one the MBean StreamReplay has tryTagging
              --try=vision --post=<id>
                                  the same for the pictures of a post, with the decisions of the policy and the budget: 0, or 1 when
                                  no picture was analysed
              --try=crawl --post=<id>
                                  the same for the links of a post: the decision of the policy, the budgets, and what is read:
                                  0, or 1 when no page was read
              --replay=<stream>[/<id>|/cause:<id>|/<from>..<to>] [--yes|--expect=<count>]
                                  count dead letters of a stream: all, one, or those of a cause, which are listed; or the entries of a
                                  range of ids, - and + for the ends, with --group=<group> for that group alone. With --yes, or
                                  --expect=<count> if there are as many, publish them again. Then end, or with --exit-when-idle
                                  process them. With the embedded services the program must not run meanwhile; in a running one the
                                  MBean StreamReplay, /admin and the page do the same
              --try-route=<file> --post=<id>|--entry=<stream>/<id> [--allow-calls]
                                  run a post, or an entry of a stream or of its dead letters, through a route file as it would be after saving it into config/routes, and show what each
                                  step did: 0, or 1 when the file is wrong or the entry would not be acknowledged. Nothing is stored,
                                  published or sent, and the provider local answers for all models, unless calls are allowed
              --backup=<file>     write a back-up of the installation to a file and end, also while the program runs: the database, media
                                  and articles, the streams with what is under way and the dead letters. A running program makes one
                                  too, by /admin/backups, the page and the MBean StreamReplay
              --restore=<file>    put a back-up into an empty installation and end; the next start rebuilds the index and goes on with
                                  what was under way. What was interrupted goes on when it is run again. The program must not run
              --make-key=<name> [--tenant=<id or name>] [--role=reader|operator|admin]
                                  make an API key and end: shows the key, and the entry of API_KEYS by which it is known;
                                  of the tenant default and for a reader unless told otherwise
              --fetch-tdlib       download TDLib for this platform into DATA_DIR, check it, and end; live reading of Telegram needs it
              --telegram-login[=<account>]
                                  sign a Telegram account in, by phone number or QR code, and end; the account main unless told
                                  otherwise. The program must not run meanwhile
              --telegram-logout[=<account>]
                                  sign it out, remove its session, and end
              --version           show the version
              --help              show this text
              --<property>=<value> any setting of the table in README.md by its property name
            Without --demo and --import nothing is imported.
            """;

    private static final Set<String> FLAGS = Set.of(
            "--demo",
            "--reindex",
            "--exit-when-idle",
            "--allow-calls",
            "--fetch-tdlib",
            "--yes",
            "--help",
            "-h",
            "--version");

    private static final Set<String> OF_ACCOUNT = Set.of("--telegram-login", "--telegram-logout");
    private static final String MAIN_ACCOUNT = "main";

    private static final List<String> TRIALS = List.of("tagging", "vision", "crawl");

    private static final String PATH = "<path>";
    private static final String FILE = "<file>";

    /** Options with a value, and an example of the value. */
    private static final Map<String, String> VALUES = Map.ofEntries(
            Map.entry("--import", PATH),
            Map.entry("--validate", PATH),
            Map.entry("--try", "tagging"),
            Map.entry("--try-route", PATH),
            Map.entry("--post", "<id or number of a post>"),
            Map.entry("--backup", FILE),
            Map.entry("--restore", FILE),
            Map.entry("--entry", "<stream>/<id>"),
            Map.entry("--replay", "<stream>"),
            Map.entry("--group", "<consumer group>"),
            Map.entry("--expect", "<count>"),
            Map.entry("--make-key", "<who gets it>"),
            Map.entry("--tenant", "<id or name of a tenant>"),
            Map.entry("--role", "reader"));

    /** @throws ConfigurationException for an unknown option or a missing value */
    public static RunOptions parse(String... arguments) {
        MultiValueMap<String, String> given = new LinkedMultiValueMap<>();
        List<String> properties = new ArrayList<>();
        for (String argument : arguments) {
            String[] parts = argument.split("=", 2);
            String name = parts[0];
            String value = parts.length == 2 ? parts[1] : "";
            if (FLAGS.contains(name)) {
                given.add(name, "");
            } else if (OF_ACCOUNT.contains(name)) {
                given.add(name, value.isEmpty() ? MAIN_ACCOUNT : value);
            } else if (VALUES.containsKey(name)) {
                if (value.isEmpty()) {
                    String example = VALUES.get(name);
                    throw new ConfigurationException(argument + ": a " + (example.equals(PATH) ? "path" : "value")
                            + " must follow, as in " + name + "=" + example);
                }
                given.add(name, value);
            } else if (name.startsWith("--") && name.contains(".") && parts.length == 2) {
                properties.add(argument);
            } else {
                throw new ConfigurationException(argument + ": no such option; --help shows those that there are");
            }
        }
        Optional<String> trial = last(given, "--try");
        Optional<String> post = last(given, "--post");
        if (trial.isPresent() && !TRIALS.contains(trial.get())) {
            throw new ConfigurationException("--try=" + trial.get() + ": only " + String.join(", ", TRIALS)
                    + " can be tried, as --try=" + TRIALS.get(0));
        }
        Optional<Path> routeFile = last(given, "--try-route").map(Path::of);
        if (trial.isPresent() && routeFile.isPresent()) {
            throw new ConfigurationException("--try=<stage> and --try-route=<file> do not go together");
        }
        Optional<String> entry = last(given, "--entry");
        if (entry.isPresent() && (routeFile.isEmpty() || post.isPresent())) {
            throw new ConfigurationException("--entry=<stream>/<id> belongs to --try-route=<file>, in place of --post");
        }
        Optional<String> subject = post.or(() -> entry);
        if ((trial.isPresent() || routeFile.isPresent()) != subject.isPresent()) {
            throw new ConfigurationException((routeFile.isPresent() ? "--try-route=<file>" : "--try=<stage>")
                    + " and --post=<id or number of a post> go together");
        }
        if (given.containsKey("--allow-calls") && routeFile.isEmpty()) {
            throw new ConfigurationException("--allow-calls belongs to --try-route=<file>");
        }
        Optional<ReplayRequest> replay = replay(given);
        if (subject.isPresent() && replay.isPresent()) {
            throw new ConfigurationException("--try and --replay do not go together");
        }
        if (given.containsKey("--backup") && given.containsKey("--restore")) {
            throw new ConfigurationException("--backup=<file> and --restore=<file> do not go together");
        }
        Optional<String> holder = last(given, "--make-key");
        if (holder.isEmpty() && (given.containsKey("--tenant") || given.containsKey("--role"))) {
            throw new ConfigurationException("--tenant and --role belong to --make-key=<name>");
        }
        return new RunOptions(
                given.containsKey("--demo"),
                given.getOrDefault("--import", List.of()).stream().map(Path::of).toList(),
                given.containsKey("--reindex"),
                given.containsKey("--exit-when-idle"),
                last(given, "--validate").map(Path::of),
                trial.or(() -> routeFile.map(file -> ROUTE)).map(stage -> new Trial(stage, subject.get())),
                replay,
                routeFile,
                given.containsKey("--allow-calls"),
                last(given, "--backup").map(Path::of),
                last(given, "--restore").map(Path::of),
                holder.map(name -> new KeyRequest(
                        name,
                        last(given, "--tenant").orElse("default"),
                        last(given, "--role").orElse("reader"))),
                given.containsKey("--fetch-tdlib"),
                last(given, "--telegram-login"),
                last(given, "--telegram-logout"),
                given.containsKey("--help") || given.containsKey("-h"),
                given.containsKey("--version"),
                List.copyOf(properties));
    }

    private static Optional<ReplayRequest> replay(MultiValueMap<String, String> given) {
        Optional<String> what = last(given, "--replay");
        if (what.isEmpty()) {
            for (String option : List.of("--yes", "--expect", "--group")) {
                if (given.containsKey(option)) {
                    throw new ConfigurationException(option + " belongs to --replay=<stream>");
                }
            }
            return Optional.empty();
        }
        Optional<Integer> expected = last(given, "--expect").map(count -> {
            if (!count.matches("\\d{1,9}")) {
                throw new ConfigurationException("--expect=" + count + ": it must be a number of entries");
            }
            return Integer.valueOf(count);
        });
        return Optional.of(new ReplayRequest(
                what.get(),
                last(given, "--group").orElse(""),
                given.containsKey("--yes") || expected.isPresent(),
                expected));
    }

    /** Whether the pipeline does not run, so that what is asked for can be done beside another process. */
    boolean withoutPipeline() {
        return trial.isPresent() || (replay.isPresent() && !exitWhenIdle);
    }

    private static Optional<String> last(MultiValueMap<String, String> given, String name) {
        return Optional.ofNullable(CollectionUtils.lastElement(given.get(name)));
    }

    public boolean hasImports() {
        return demo || !imports.isEmpty();
    }
}

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
 * @param backup       file to write a backup to, instead of starting
 * @param restore      backup to restore, instead of starting
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

        /** Returns the stages whose routes are loaded for the trial. Only routes that other routes call are started. */
        public String routes() {
            return stage.equals(ROUTE) ? "tagging" : stage;
        }
    }

    /**
     * The entries to replay: dead letters of a stream, or a range of its entries.
     *
     * @param what as given: {@code <stream>}, {@code <stream>/<id>}, {@code <stream>/cause:<id>} or {@code <stream>/<from>..<to>}
     * @param group the only group that processes a range; empty for every group
     * @param isSure whether to replay; otherwise the entries are only counted
     * @param expected expected number of entries
     */
    public record ReplayRequest(String what, String group, boolean isSure, Optional<Integer> expected) {}

    /**
     * The API key to generate.
     *
     * @param name name of the holder
     * @param tenant id or name of the tenant whose data the key gives access to
     * @param role reader, operator or admin
     */
    public record KeyRequest(String name, String tenant, String role) {}

    /** Stage name for the trial of a route file. */
    public static final String ROUTE = "route";

    public static final String USAGE =
            """
            java -jar telegram-assistant.jar [options]
              --demo              import the demo channel included in the program
              --import=<path>     import a Telegram Desktop export: its result.json or the folder that contains it; can be repeated
              --reindex           rebuild the vector index and the graph from the database. Searches use the existing index until the
                                  rebuild is complete. An interrupted rebuild is resumed at the next start without this option
              --exit-when-idle    process all pending work, print a summary and exit with status 0, or with 1 if this run had an import
                                  error, a failed post or a dead letter
              --validate=<folder> validate the route files of a folder and exit with status 0, or print one line per problem and exit with 1
              --try=tagging --post=<id>
                                  tag a post, specified by id or number, without storing anything, and print the prompt, the raw answers,
                                  and the accepted and rejected tags with reasons. Exit status 1 if there are no tags. With the embedded
                                  services the program must be stopped first; in a running program use tryTagging of the MBean StreamReplay
              --try=vision --post=<id>
                                  analyse the pictures of a post in the same way, and print the decisions of the policy and the budget.
                                  Exit status 1 if no picture was analysed
              --try=crawl --post=<id>
                                  read the links of a post in the same way, and print the decision of the policy, the budgets and the
                                  results. Exit status 1 if no page was read
              --replay=<stream>[/<id>|/cause:<id>|/<from>..<to>] [--yes|--expect=<count>]
                                  count dead letters of a stream: all (with a list of their causes), one, or those of a cause; or count the
                                  entries of a range of ids, where - and + are the ends of the stream, optionally with --group=<group> for
                                  one group only. Publish them again if --yes is set, or if --expect=<count> matches their number. Then
                                  exit, or process them first with --exit-when-idle. With the embedded services the program must be stopped
                                  first; in a running program use the MBean StreamReplay, /admin or the web page
              --try-route=<file> --post=<id>|--entry=<stream>/<id> [--allow-calls]
                                  run a post, or an entry of a stream or of its dead letters, through a route file as if the file were in
                                  config/routes, and print the result of each step. Exit status 1 if the file has errors or the entry would
                                  not be acknowledged. Nothing is stored, published or sent, and the provider local replaces all models,
                                  unless --allow-calls is set
              --backup=<file>     write a backup of the installation to a file and exit: the database, media and articles, and the streams
                                  with their unprocessed entries and dead letters. The program may be running. A running program also
                                  creates backups with /admin/backups, the web page and the MBean StreamReplay
              --restore=<file>    restore a backup into an empty installation and exit; the next start rebuilds the index and resumes the
                                  unfinished work. Run the command again to resume an interrupted restore. The program must be stopped
              --make-key=<name> [--tenant=<id or name>] [--role=reader|operator|admin]
                                  create an API key and exit: prints the key, and its entry for API_KEYS. The defaults are the tenant
                                  default and the role reader
              --fetch-tdlib       download TDLib for this platform into DATA_DIR, verify it and exit. It is required for live reading from
                                  Telegram
              --telegram-login[=<account>]
                                  sign in a Telegram account by phone number or QR code and exit. The default account is main. The program
                                  must be stopped first
              --telegram-logout[=<account>]
                                  sign out a Telegram account, delete its session and exit
              --version           print the version
              --help              print this text
              --<property>=<value> set any setting of the table in README.md by its property name
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
                            + " is required, as in " + name + "=" + example);
                }
                given.add(name, value);
            } else if (name.startsWith("--") && name.contains(".") && parts.length == 2) {
                properties.add(argument);
            } else {
                throw new ConfigurationException(argument + ": unknown option; --help lists the options");
            }
        }
        Optional<String> trial = last(given, "--try");
        Optional<String> post = last(given, "--post");
        if (trial.isPresent() && !TRIALS.contains(trial.get())) {
            throw new ConfigurationException("--try=" + trial.get() + ": only " + String.join(", ", TRIALS)
                    + " are allowed, such as --try=" + TRIALS.get(0));
        }
        Optional<Path> routeFile = last(given, "--try-route").map(Path::of);
        if (trial.isPresent() && routeFile.isPresent()) {
            throw new ConfigurationException("--try=<stage> and --try-route=<file> cannot be combined");
        }
        Optional<String> entry = last(given, "--entry");
        if (entry.isPresent() && (routeFile.isEmpty() || post.isPresent())) {
            throw new ConfigurationException("--entry=<stream>/<id> requires --try-route=<file> and replaces --post");
        }
        Optional<String> subject = post.or(() -> entry);
        if ((trial.isPresent() || routeFile.isPresent()) != subject.isPresent()) {
            throw new ConfigurationException((routeFile.isPresent() ? "--try-route=<file>" : "--try=<stage>")
                    + " and --post=<id or number of a post> must be used together");
        }
        if (given.containsKey("--allow-calls") && routeFile.isEmpty()) {
            throw new ConfigurationException("--allow-calls requires --try-route=<file>");
        }
        Optional<ReplayRequest> replay = replay(given);
        if (subject.isPresent() && replay.isPresent()) {
            throw new ConfigurationException("--try and --replay cannot be combined");
        }
        if (given.containsKey("--backup") && given.containsKey("--restore")) {
            throw new ConfigurationException("--backup=<file> and --restore=<file> cannot be combined");
        }
        Optional<String> holder = last(given, "--make-key");
        if (holder.isEmpty() && (given.containsKey("--tenant") || given.containsKey("--role"))) {
            throw new ConfigurationException("--tenant and --role require --make-key=<name>");
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
                    throw new ConfigurationException(option + " requires --replay=<stream>");
                }
            }
            return Optional.empty();
        }
        Optional<Integer> expected = last(given, "--expect").map(count -> {
            if (!count.matches("\\d{1,9}")) {
                throw new ConfigurationException("--expect=" + count + ": must be the number of entries");
            }
            return Integer.valueOf(count);
        });
        return Optional.of(new ReplayRequest(
                what.get(),
                last(given, "--group").orElse(""),
                given.containsKey("--yes") || expected.isPresent(),
                expected));
    }

    /** Returns whether the pipeline does not run, so that the command can be executed alongside another process. */
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

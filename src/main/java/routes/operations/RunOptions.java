package routes.operations;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import routes.configuration.ConfigurationException;

/**
 * The options of the command line.
 *
 * @param demo         import the demo channel
 * @param imports      exports to import: {@code result.json} or its folder
 * @param reindex      rebuild the vector index and the graph from the database
 * @param exitWhenIdle exit when everything is processed
 * @param validate     folder of route files to check, instead of starting
 * @param tryTagging   id or number of a post whose tagging is shown, instead of running the pipeline
 * @param makeKey      the API key to generate, instead of starting
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
        Optional<String> tryTagging,
        Optional<KeyRequest> makeKey,
        boolean help,
        boolean version,
        List<String> properties) {

    /**
     * The API key to generate.
     *
     * @param name   the holder
     * @param tenant id or name of the tenant whose data the key gives access to
     * @param role   reader, operator or admin
     */
    public record KeyRequest(String name, String tenant, String role) {}

    public static final String USAGE =
            """
            java -jar telegram-assistant.jar [options]
              --demo              import the demo channel that ships with the program
              --import=<path>     import a Telegram Desktop export: its result.json or the folder of it; may be repeated
              --reindex           build the vector index and the graph again from the database, from the beginning; search finds
                                  less until that is done. An interrupted rebuild goes on at the next start, without this option
              --exit-when-idle    process until nothing is left to do, print the summary and end: 0, or 1 when this run had an
                                  import error, a post that failed or a dead letter
              --validate=<folder> check the route files of a folder and end: 0, or 1 with a line for each problem
              --try=tagging --post=<id>
                                  tag a post by its id or number without storing anything, and show the prompt, the raw answers,
                                  what was accepted and what was rejected and why: 0, or 1 when there are no tags. With the embedded
                                  services the program must not run meanwhile; in a running one the MBean StreamReplay has tryTagging
              --make-key=<name> [--tenant=<id or name>] [--role=reader|operator|admin]
                                  make an API key and end: shows the key, and the entry of API_KEYS by which it is known;
                                  of the tenant default and for a reader unless told otherwise
              --version           show the version
              --help              show this text
              --<property>=<value> any setting of the table in README.md by its property name
            Without --demo and --import nothing is imported.
            """;

    public static RunOptions none() {
        return new RunOptions(
                false,
                List.of(),
                false,
                false,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                false,
                false,
                List.of());
    }

    /** @throws ConfigurationException for an unknown option or a missing value */
    public static RunOptions parse(String... arguments) {
        boolean demo = false;
        boolean reindex = false;
        boolean version = false;
        boolean exitWhenIdle = false;
        boolean help = false;
        Optional<Path> validate = Optional.empty();
        Optional<String> trial = Optional.empty();
        Optional<String> post = Optional.empty();
        Optional<String> key = Optional.empty();
        Optional<String> tenant = Optional.empty();
        Optional<String> role = Optional.empty();
        List<Path> imports = new ArrayList<>();
        List<String> properties = new ArrayList<>();
        for (String argument : arguments) {
            int equals = argument.indexOf('=');
            String name = equals < 0 ? argument : argument.substring(0, equals);
            switch (name) {
                case "--demo" -> demo = true;
                case "--reindex" -> reindex = true;
                case "--version" -> version = true;
                case "--exit-when-idle" -> exitWhenIdle = true;
                case "--help", "-h" -> help = true;
                case "--import" -> imports.add(path(argument, equals));
                case "--validate" -> validate = Optional.of(path(argument, equals));
                case "--try" -> trial = Optional.of(value(argument, equals, "tagging"));
                case "--post" -> post = Optional.of(value(argument, equals, "<id or number of a post>"));
                case "--make-key" -> key = Optional.of(value(argument, equals, "<who gets it>"));
                case "--tenant" -> tenant = Optional.of(value(argument, equals, "<id or name of a tenant>"));
                case "--role" -> role = Optional.of(value(argument, equals, "reader"));
                default -> {
                    if (!name.startsWith("--") || !name.contains(".") || equals < 0) {
                        throw new ConfigurationException(
                                argument + ": no such option; --help shows those that there are");
                    }
                    properties.add(argument);
                }
            }
        }
        check(trial, post);
        return new RunOptions(
                demo,
                List.copyOf(imports),
                reindex,
                exitWhenIdle,
                validate,
                post,
                keyRequest(key, tenant, role),
                help,
                version,
                List.copyOf(properties));
    }

    private static void check(Optional<String> trial, Optional<String> post) {
        if (trial.isPresent() && !trial.get().equals("tagging")) {
            throw new ConfigurationException("--try=" + trial.get() + ": only tagging can be tried, as --try=tagging");
        }
        if (trial.isPresent() != post.isPresent()) {
            throw new ConfigurationException("--try=tagging and --post=<id or number of a post> go together");
        }
    }

    private static Optional<KeyRequest> keyRequest(
            Optional<String> name, Optional<String> tenant, Optional<String> role) {
        if (name.isEmpty() && (tenant.isPresent() || role.isPresent())) {
            throw new ConfigurationException("--tenant and --role belong to --make-key=<name>");
        }
        return name.map(who -> new KeyRequest(who, tenant.orElse("default"), role.orElse("reader")));
    }

    private static String value(String argument, int equals, String example) {
        if (equals < 0 || equals == argument.length() - 1) {
            throw new ConfigurationException(
                    argument + ": a value must follow, as in " + argument.replace("=", "") + "=" + example);
        }
        return argument.substring(equals + 1);
    }

    private static Path path(String argument, int equals) {
        if (equals < 0 || equals == argument.length() - 1) {
            throw new ConfigurationException(
                    argument + ": a path must follow, as in " + argument.replace("=", "") + "=<path>");
        }
        return Path.of(argument.substring(equals + 1));
    }

    public boolean hasImports() {
        return demo || !imports.isEmpty();
    }
}

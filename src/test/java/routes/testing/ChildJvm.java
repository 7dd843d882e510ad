package routes.testing;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;

/** Starts JVMs that run a main class with the class path of the tests. They run for seconds, so starting fast matters most. */
public final class ChildJvm {
    private static final List<String> FLAGS = List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");

    private ChildJvm() {}

    /** @param arguments options of the JVM, then arguments of the program */
    public static List<String> command(List<String> options, Class<?> main, String... arguments) {
        return withClassPath(System.getProperty("java.class.path"), options, main, arguments);
    }

    private static List<String> withClassPath(
            String classPath, List<String> options, Class<?> main, String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(FLAGS);
        command.addAll(options);
        command.addAll(List.of("-cp", classPath, main.getName()));
        command.addAll(List.of(arguments));
        return command;
    }

    /**
     * A main class that is started many times. A first run records its classes in an archive (CDS), which saves each later start about a
     * third of its CPU time.
     */
    public static final class Archived {
        private final Class<?> main;
        private final String classPath;
        private final Path archive;

        /**
         * @param folder for the archive and what it is made of
         * @param arguments with which the program ends by itself, at the latest when its standard input ends
         */
        public Archived(Path folder, Class<?> main, String... arguments) throws IOException, InterruptedException {
            this.main = main;
            classPath = jars(folder);
            archive = folder.resolve("classes.jsa");
            Process recording = new ProcessBuilder(withClassPath(
                            classPath,
                            List.of("-XX:ArchiveClassesAtExit=" + archive, "-Xlog:disable"),
                            main,
                            arguments))
                    .redirectErrorStream(true)
                    .redirectOutput(folder.resolve("recording.log").toFile())
                    .start();
            recording.getOutputStream().close();
            boolean ended = recording.waitFor(120, TimeUnit.SECONDS);
            recording.destroyForcibly();
            if (!ended || !Files.exists(archive)) {
                throw new IOException("No archive was made: " + Files.readString(folder.resolve("recording.log")));
            }
        }

        /** Archives hold classes of jars only. */
        private static String jars(Path folder) {
            List<String> jars = new ArrayList<>();
            for (String element : System.getProperty("java.class.path").split(File.pathSeparator)) {
                if (Files.isDirectory(Path.of(element))) {
                    String jar = folder.resolve(jars.size() + ".jar").toString();
                    ToolProvider.findFirst("jar")
                            .orElseThrow()
                            .run(System.out, System.err, "-cf0", jar, "-C", element, ".");
                    jars.add(jar);
                } else {
                    jars.add(element);
                }
            }
            return String.join(File.pathSeparator, jars);
        }

        public List<String> command(List<String> options, String... arguments) {
            return withClassPath(
                    classPath,
                    Stream.concat(Stream.of("-XX:SharedArchiveFile=" + archive, "-Xlog:disable"), options.stream())
                            .toList(),
                    main,
                    arguments);
        }
    }
}
